"""The core's own answers to the hooks that concern the deadline."""
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from core.base.errors import Problem
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CaseSection,
    CertificateFacts,
    Deadline,
    OrderFacts,
    PersonFacts,
    Step,
    StepState,
)
from core.cycle import enrollments_of_order
from core.deadline.queries import Standpoint, standpoint, standpoint_of_facts, standpoints_of
from core.deadline.rules import Standing, end_of
from core.deadline.words import STANDING_WORDS, STEP_WORDS, late_problem, late_sentence
from core.identity import person_of
from core.tenancy import Ctx
from core.web.filters import isoday


@hookimpl(trylast=True)
def resolve_deadline(ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
    """GD-01: the rule `deadline.ends`, for a certificate on paper; what is electronic already has no end."""
    ends = ctx.rules().deadline.ends
    if not ends or certificate.electronic:
        return Deadline()
    return Deadline(end_of(date.fromisoformat(ends)))


@hookimpl(trylast=True)
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    """GD-01, C-20: not after the end, unless what counts was reached in time or the grace list says otherwise."""
    point = _late(ctx, certificate)
    return [late_problem(point.verdict)] if point else []


@hookimpl(trylast=True)
def check_eligibility(ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
    """C-20: where the rule `deadline.enroll_after` refuses, nobody pays for what leads to no replacement."""
    if ctx.rules().deadline.enroll_after != "refuse":
        return []
    point = _late(ctx, certificate)
    return [late_problem(point.verdict, "choice")] if point else []


def _late(ctx: Ctx, certificate: CertificateFacts) -> Standpoint | None:
    """The certificate's standpoint, if it is late."""
    if certificate.electronic or not ctx.rules().deadline.ends:
        return None
    point = standpoint_of_facts(ctx, certificate)
    return point if point is not None and point.verdict.standing is Standing.LATE else None


@hookimpl(trylast=True)
def collect_order_notes(ctx: Ctx, order: OrderFacts, leaving: bool) -> list[str]:
    """C-20: where one may still enroll after the end, nobody does so in the belief that it leads to replacement."""
    if leaving or not ctx.rules().deadline.ends or ctx.rules().deadline.enroll_after != "warn":
        return []
    notes = []
    for row in enrollments_of_order(ctx, order.id):
        held = row.certificate
        point = standpoint(ctx, person_of(ctx, row.person_id), held) if held is not None else None
        if point is not None and point.verdict.standing is Standing.LATE:
            notes.append(_("请注意：%(post)s岗位：%(late)s学时仍会记录。", post=row.post.name,
                           late=late_sentence(point.verdict)))
    return notes


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """八 证书更新 of who is late, where the certificate flow has nothing to say any more (N-03, C-20)."""
    if not ctx.rules().deadline.ends:
        return []
    points = standpoints_of(ctx, person_of(ctx, person.id))
    late = next((point for point in points if point.verdict.standing is Standing.LATE), None)
    if late is None or any(point.verdict.running for point in points):
        return []
    return [Step(8, _("证书更新"), StepState.NEEDS_CARE, late_sentence(late.verdict),
                 action=Action("deadline", _("看原因和办法"), url_for("deadline.mine"), primary=True))]


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """Every certificate that a deadline concerns, for the whole case."""
    points = standpoints_of(ctx, person_of(ctx, person.id))
    if not points:
        return []
    table = tuple((point.held.post.name, point.held.number, isoday(point.verdict.last_day),
                   str(STANDING_WORDS[point.verdict.standing]),
                   point.grace.reason if point.grace else "",
                   "、".join(str(STEP_WORDS[step]) for step in point.reached.missing)) for point in points)
    head = (_("岗位"), _("证书编号"), _("换证期限"), _("状态"), _("宽限理由"), _("还差"))
    return [CaseSection(75, _("换证期限"), table_head=head, table=table)]
