"""换证期限: how the trainee stands, what is missing, the one next step; and the words above other pages."""
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.access import Permission, policy
from core.contract.values import Action
from core.deadline.queries import Standpoint, standpoints_of
from core.deadline.rules import Counts, Standing
from core.deadline.words import STANDING_WORDS, STEP_WORDS, TONES, counts_sentence, late_sentence
from core.identity import current_person
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.banners import banner
from core.web.filters import day
from core.web.navigation import address

bp = Blueprint("deadline", __name__, template_folder="templates")
SOON = 7
"""From so many days on the countdown stands out."""


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    banner(app, "education", _banner)
    for place in ("home", "certificates"):
        banner(app, place, _countdown)
    banner(app, "refused", _way)


@dataclass(frozen=True)
class Card:
    """One certificate as the page shows it: how it stands in a sentence, the steps, the next one."""

    point: Standpoint
    word: str
    tone: str
    title: str
    sentence: str
    missing: str
    steps: tuple[tuple[str, datetime | None, str], ...]
    action: Action | None
    advice: str = ""


@bp.get("/deadline")
@policy(Permission.STUDY)
def mine() -> ResponseReturnValue:
    """C-20: in time, in grace, kept open or late, with the reason in plain words."""
    ctx = current_ctx()
    cards = [card_of(ctx, point) for point in standpoints_of(ctx, current_person(ctx))]
    rules = ctx.rules()
    return page("deadline/mine.html", cards=cards, counts=counts_sentence(Counts(rules.deadline.counts)),
                advice=rules.texts.deadline_advice, hotlines=rules.portal.hotlines, SOON=SOON)


def card_of(ctx: Ctx, point: Standpoint) -> Card:
    verdict = point.verdict
    late = verdict.standing is Standing.LATE
    steps = tuple((str(STEP_WORDS[step]), point.reached.reached(step), _detail(ctx, point, step))
                  for step in (Counts.HOURS, Counts.EXAM, Counts.AUDITED, Counts.REPLACED))
    hurry = verdict.running and verdict.counted_at is None
    tone = TONES[verdict.standing]
    if verdict.running:
        tone = "done" if not hurry else "stop" if verdict.days_left <= SOON else "active"
    missing = "、".join(str(STEP_WORDS[step]) for step in point.reached.missing) if hurry else ""
    return Card(point, str(STANDING_WORDS[verdict.standing]), tone, _title(point, hurry), sentence_of(point), missing,
                steps, None if late or verdict.standing is Standing.DONE else next_action(point), advice_of(point))


def _title(point: Standpoint, hurry: bool) -> str:
    verdict, post = point.verdict, point.held.post.name
    if not hurry:
        return str(_("%(post)s：%(word)s", post=post, word=STANDING_WORDS[verdict.standing]))
    if verdict.days_left == 0:
        return str(_("%(post)s：今天是换证最后一天", post=post))
    return str(_("%(post)s：离换证截止还有%(days)s天", post=post, days=verdict.days_left))


def _detail(ctx: Ctx, point: Standpoint, step: Counts) -> str:
    if step is Counts.HOURS and point.study is not None:
        learned = point.study.learned
        return str(_("%(now)s / %(total)s 学时", now=learned.credited_hours, total=learned.total_hours))
    if step is Counts.AUDITED and point.work.audit_due is not None:
        return str(_("预计%(day)s前完成", day=day(point.work.audit_due)))
    return ""


def sentence_of(point: Standpoint) -> str:
    """How a certificate stands, with the day."""
    verdict = point.verdict
    last = day(verdict.last_day)
    if verdict.standing is Standing.LATE:
        return late_sentence(verdict)
    if verdict.standing is Standing.DONE:
        return str(_("已换发电子证书，不受期限影响。"))
    if verdict.standing is Standing.KEPT:
        return str(_("换证期限%(last)s已过，但您在%(day)s已完成“%(step)s”，符合规定，仍可继续办理换证。", last=last,
                     day=day(verdict.counted_at), step=STEP_WORDS[verdict.counts]))
    if verdict.counted_at is not None:
        return str(_("您已在期限前完成“%(step)s”，换证不会过期，请继续办理后面的步骤。", step=STEP_WORDS[verdict.counts]))
    graced = _("您已列入宽限名单。") if verdict.graced else ""
    if verdict.days_left == 0:
        return str(graced + _("今天是换证的最后一天，请在今晚24点前办完。"))
    return str(graced + _("换证最后一天是%(last)s，还剩%(days)s天。", last=last, days=verdict.days_left))


def advice_of(point: Standpoint) -> str:
    """How fast to go on, so that exam and audit still fit in; "" where nothing is left to learn."""
    if not point.verdict.running or point.verdict.counted_at is not None or point.study_by is None:
        return ""
    needed = point.hours_needed_a_day
    if not needed:
        return str(_("考核和审核也需要时间，按现在的日期可能来不及。请马上学完，并向报名的培训机构说明情况。"))
    return str(_("考核和审核也需要时间：请在%(day)s前学完全部课程，平均每天至少学%(hours)s学时。", day=day(point.study_by),
                 hours=needed))


def next_action(point: Standpoint) -> Action:
    """The one thing to do now."""
    if point.study is None and not point.work.enrolled:
        return Action("enroll", _("去报名"), address("cycle.education"), primary=True)
    missing = point.reached.missing
    if missing and missing[0] is Counts.HOURS:
        return Action("study", _("去学习"), address("course.training"), primary=True)
    if missing and missing[0] is Counts.EXAM:
        return Action("exam", _("去考核"), address("course.training"), primary=True)
    if missing and missing[0] is Counts.AUDITED and point.study is not None:
        return Action("audit", _("看审核进度"), url_for("audit.waiting", enrollment_id=point.study.subject.id))
    return Action("replace", _("去换证"), address("certificate.certificates"), primary=True)


def _countdown(ctx: Ctx) -> Markup:
    """Where the page itself says it to who is late: the eighth step, the refusal below the certificate."""
    return _banner(ctx, late=False)


def _banner(ctx: Ctx, late: bool = True) -> Markup:
    """The countdown, or that it is over: the certificate that presses most, on the pages where it is missed."""
    rules = ctx.rules().deadline
    if ctx.actor.person_id is None or not rules.ends:
        return Markup("")
    cards = [card_of(ctx, point) for point in standpoints_of(ctx, current_person(ctx))
             if point.verdict.days_left <= rules.show_days and (late or point.verdict.standing is not Standing.LATE)
             and point.verdict.standing is not Standing.DONE]
    if not cards:
        return Markup("")
    return Markup(render_template("deadline/banner.html", card=cards[0], others=len(cards) - 1,
                                  late=cards[0].point.verdict.standing is Standing.LATE))


def _way(ctx: Ctx) -> Markup:
    """Below a refusal: where the reason and the way out stand."""
    return Markup(render_template("deadline/way.html")) if ctx.rules().deadline.ends else Markup("")
