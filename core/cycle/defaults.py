"""The core's own answers to the hooks of the cycle."""
from flask import url_for
from flask_babel import gettext as _

from core.base.clock import shanghai
from core.base.errors import Problem
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CaseSection,
    CertificateFacts,
    EnrollmentFacts,
    OrderFacts,
    OrderPath,
    PersonFacts,
    Step,
    StepState,
)
from core.cycle import queries, rules
from core.cycle.eligibility import Accepted, NotAccepted, not_accepted
from core.cycle.models import Enrollment
from core.cycle.rules import ChoiceProblem, PreviousYear
from core.cycle.states import EnrollmentState
from core.cycle.words import STATE_WORDS
from core.payment.queries import has_live_order
from core.registry import STATUS_TEXTS, Status
from core.tenancy import Ctx

ENDED = (Status.VOID, Status.CANCELLED)


@hookimpl(trylast=True)
def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
    """X-10: the trainee pays online."""
    return OrderPath(self_service=True)


@hookimpl(trylast=True)
def check_eligibility(ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
    """N-22, N-23, X-18: the certificate is valid, the year within the window and not yet on record."""
    if certificate.status in {str(STATUS_TEXTS[status]) for status in ENDED}:
        return [Problem("certificate_ended", _("证书 %(number)s 的状态是“%(status)s”，不能报名。请选择有效的证书。",
                                               number=certificate.number, status=certificate.status), "choice")]
    if not certificate.continuing_education:
        return [Problem("no_education", _("%(post)s证书不需要继续教育，不用报名。可在“证书管理”查看、下载电子证书。",
                                          post=certificate.post), "choice")]
    if year in certificate.years_on_record:
        return [Problem("recorded", _("%(post)s岗位%(year)s年度学时已经完成，不需要再报名。",
                                      post=certificate.post, year=year), "choice")]
    if refusals := _not_accepted(ctx, certificate):
        return refusals
    now = ctx.rules().cycle
    problem = rules.choice_problem(year, ctx.now, now.years_back, PreviousYear(now.previous_year),
                                   certificate.issued_on)
    if problem is None:
        return []
    current = rules.year_in_shanghai(ctx.now)
    sentences = {
        ChoiceProblem.OUTSIDE: _("%(year)s年度不在可选范围内，只能选择%(first)s至%(last)s年度的周期。",
                                 year=year, first=current - now.years_back, last=current),
        ChoiceProblem.FORBIDDEN: _("主管部门没有开放上一年度周期，请选择%(year)s年度。", year=current),
        ChoiceProblem.BEFORE_ISSUE: _("证书 %(number)s 是%(issued)s年发的，不需要补学%(year)s年度。",
                                      number=certificate.number, issued=certificate.issued_on.year, year=year),
    }
    return [Problem(f"year_{problem.value}", sentences[problem], "choice")]


def _not_accepted(ctx: Ctx, held: CertificateFacts) -> list[Problem]:
    """X-18: issuer, year of issue and post, each with its own sentence."""
    taken = ctx.rules().eligibility
    reasons = not_accepted(Accepted(taken.issuers, taken.issued_from, taken.issued_to, taken.posts), issuer=held.issuer,
                           issued_on=held.issued_on, post=held.post, electronic=held.electronic)
    sentences = {
        NotAccepted.ISSUER: (
            _("证书 %(number)s 由%(issuer)s颁发，这里只受理%(issuers)s颁发的证书。", number=held.number,
              issuer=held.issuer, issuers="、".join(taken.issuers)),
            _("其他单位颁发的证书，请到发证地的培训平台办理。")),
        NotAccepted.ISSUED_ON: (
            _("证书 %(number)s 是%(year)s年颁发的，这里只受理%(years)s颁发的证书。", number=held.number,
              year=held.issued_on.year, years=_years_taken(taken.issued_from, taken.issued_to)),
            _("证书上的发证日期与此不同的，请联系发证单位更正。")),
        NotAccepted.POST: (
            _("%(post)s不在受理的岗位之内。", post=held.post), _("受理的岗位：%(posts)s。", posts="、".join(taken.posts))),
    }
    return [Problem(f"not_accepted_{why.value}", sentences[why][0], "choice", sentences[why][1]) for why in reasons]


def _years_taken(first: int, last: int) -> str:
    if not last:
        return str(_("%(first)s年以后", first=first))
    return str(_("%(first)s年至%(last)s年", first=first, last=last) if first else _("%(last)s年以前", last=last))


def _rows(ctx: Ctx, order: OrderFacts) -> list[Enrollment]:
    return queries.enrollments_of_order(ctx, order.id)


def _years(ctx: Ctx, rows: list[Enrollment]) -> list[tuple[int, list[Enrollment]]]:
    if not rows:
        return []
    live = queries.continuing_of(ctx, rows[0].person_id)
    return [(year, [one for one in live if one.year == year]) for year in sorted({row.year for row in rows})]


@hookimpl(trylast=True)
def collect_order_notes(ctx: Ctx, order: OrderFacts, leaving: bool) -> list[str]:
    """A.7, N-25: who would owe the general hours that another post has exempted until now."""
    rows = _rows(ctx, order)
    ids, notes = {row.id for row in rows}, []
    for year, live in _years(ctx, rows):
        held = [queries.held(one) for one in live]
        plan = queries.plan(ctx)
        owing = (rules.owed_after_leaving(held, ids, plan) if leaving
                 else rules.owed_after_paying(held, ids, ctx.now, plan))
        notes += [_("请注意：%(what)s后，%(post)s岗位%(year)s年度不再免学，需要学习通用课程%(hours)s学时。",
                    what=_("取消或退款") if leaving else _("只支付本订单"), post=one.post, year=year,
                    hours=plan.general) for one in owing]
    return notes


@hookimpl(trylast=True)
def check_refund(ctx: Ctx, order: OrderFacts) -> list[Problem]:
    """A.7: not what is on record, and not what an exemption on record rests on."""
    rows = _rows(ctx, order)
    done = [row for row in rows if row.state == EnrollmentState.COMPLETED]
    if done:
        return [Problem("completed", _("%(post)s岗位%(year)s年度学时已经完成，不能退款。", post=done[0].post.name,
                                       year=done[0].year))]
    resting = [one for _year, live in _years(ctx, rows)
               for one in rules.settled_on_leaving([queries.held(row) for row in live], {row.id for row in rows})]
    return [Problem("exempts_another", _(
        "%(post)s岗位已凭本订单的通用课程完成本年度学时，不能自行退款。请拨打服务电话，由培训机构决定。",
        post=one.post)) for one in resting]


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """二 继续教育报名 (N-03), and 三 until there is an order (X-10)."""
    path = queries.order_path(ctx, person.id)
    found = [_enrolling(ctx, person, path)]
    if not has_live_order(ctx, person.id):
        found.append(Step(3, _("在线缴费"), StepState.WAITING_START, _("选好培训周期后，系统自动生成课程订单。"))
                     if path.self_enrollment else
                     Step(3, _("缴费"), StepState.WAITING_START, _("报名时在培训机构缴纳。")))
    return found


def _enrolling(ctx: Ctx, person: PersonFacts, path: OrderPath) -> Step:
    title = _("继续教育报名")
    if queries.enrollments_of(ctx, person.id, chosen=True):
        return Step(2, title, StepState.UNDER_WAY, _("购物车里有还没有提交的选择。"),
                    action=Action("cart", _("提交报名"), url_for("cycle.cart"), primary=True))
    year = rules.year_in_shanghai(ctx.now)
    current = [one for one in queries.continuing_of(ctx, person.id) if one.year == year]
    if current:
        return Step(2, title, StepState.DONE, _("%(year)s年度：%(posts)s", year=year, posts="、".join(
            one.post.name for one in current)), since=current[0].enrolled_at)
    if not path.self_enrollment:
        return Step(2, title, StepState.WAITING_START, path.sentence, since=shanghai(year, 1, 1), action=Action(
            "institutions", _("培训机构查询"), url_for("organization.institutions"), primary=True))
    return Step(2, title, StepState.WAITING_START, _("选择证书和%(year)s年度培训周期。", year=year),
                since=shanghai(year, 1, 1),
                action=Action("choose", _("选择培训周期"), url_for("cycle.choose"), primary=True))


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """The person's enrollments, for the back office."""
    table = tuple((row.post.name, rules.period(row.year), row.kind, queries.institution_name(ctx, row) or "—",
                   f"{row.general_hours_due} + {row.professional_hours_due}",
                   queries.exemption_sentence(ctx, row.year, queries.due_of(row)) or "—",
                   str(STATE_WORDS[EnrollmentState(row.state)]))
                  for row in queries.enrollments_of(ctx, person.id))
    return [CaseSection(20, _("继续教育报名"), table=table, table_head=(
        _("岗位"), _("培训周期"), _("周期类型"), _("报名机构"), _("应学学时"), _("免学说明"), _("状态")))]
