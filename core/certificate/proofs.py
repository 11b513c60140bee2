"""学时证明 (N-49): issued once on request after audit and exam, withdrawn when the hours are cleared."""
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.audit import CaseState, latest_case, passed_case
from core.audit.queries import last_decision
from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Refused
from core.certificate.issuing import PROOF, Paper, issue, next_serial
from core.certificate.models import Proof
from core.certificate.rules import PROOF_NUMBER
from core.course import progress_of_enrollment
from core.cycle import enrollment, enrollment_facts
from core.exam import best_result, exam_passed
from core.extension import hooks
from core.identity import person_of
from core.tenancy import Ctx


def standing_proof(ctx: Ctx, enrollment_id: Id) -> Proof | None:
    """The proof of an enrollment that stands."""
    return ctx.db.scalar(select(Proof).where(Proof.enrollment_id == enrollment_id, Proof.withdrawn_at.is_(None)))


def proofs_of(ctx: Ctx, person_id: Id) -> list[Proof]:
    """All proofs of a person, the newest first, withdrawn ones too."""
    return list(ctx.db.scalars(select(Proof).where(Proof.person_id == person_id).order_by(Proof.issued_at.desc())))


def missing(ctx: Ctx, enrollment_id: Id) -> str:
    """What still stands before 【打印证书】, as one sentence; "" when nothing does (N-49)."""
    if passed_case(ctx, enrollment_id) is not None:
        return ""
    learned = progress_of_enrollment(ctx, enrollment_id)
    if not learned.done:
        return str(_("学完全部学时、考核合格并通过审核后可打印，现在已学%(done)s/%(total)s学时。",
                     done=learned.credited_hours, total=learned.total_hours))
    row = enrollment(ctx, enrollment_id)
    required = hooks(ctx).resolve_exam_required(enrollment_facts(ctx, row, learned.credited_hours))
    if required and not exam_passed(ctx, enrollment_id):
        return str(_("考核合格并通过审核后可打印。请先点“开始考试”。"))
    case = latest_case(ctx, enrollment_id)
    if case is not None and case.state == CaseState.WAITING:
        return str(_("正在等待审核，通过后可打印。结果以短信告知。"))
    return str(_("学时通过审核后可打印。"))


def issue_proof(ctx: Ctx, enrollment_id: Id, *, site: str = "") -> Proof:
    """The proof of an enrollment, drawn at the first request and the same bytes ever after; `site` as `issue`.

    Refused with what is missing; DrawingError when it cannot be drawn.
    """
    known = standing_proof(ctx, enrollment_id)
    if known is not None:
        return known
    case = passed_case(ctx, enrollment_id)
    if case is None:
        raise Refused("proof_missing", missing(ctx, enrollment_id))
    row, person, hours = enrollment(ctx, enrollment_id), person_of(ctx, case.person_id), ctx.rules().hours
    decision, result = last_decision(ctx, case), best_result(ctx, enrollment_id)
    today = local_date(ctx.now)
    number = PROOF_NUMBER.format(year=today.year, serial=next_serial(ctx, f"proof:{today.year}"))
    paper = Paper(PROOF, "documents/proof.html", _("继续教育学时证明"),
                  f"{_('学时证明')}_{row.post.name}_{row.year}.pdf", number)
    total = hours.general + hours.professional
    document = issue(ctx, person, paper, row.id, site=site, post=row.post.name, year=row.year, hours=total,
                     exempt=row.general_hours_due < hours.general,
                     score=result.score if result is not None and result.passed else None,
                     audited_on=decision.at if decision else case.opened_at)
    proof = Proof(enrollment_id=row.id, person_id=person.id, post_id=row.post_id, year=row.year, hours=total,
                  number=number, document_id=document.id, document=document, issued_at=ctx.now)
    ctx.db.add(proof)
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("proof_race", _("学时证明正在生成，请稍等片刻再点“打印证书”。")) from None
    ctx.record("certificate.proof", proof.id, sha256=document.sha256)
    return proof


def withdraw_proof(ctx: Ctx, enrollment_id: Id) -> None:
    """The hours were cleared: what was proven stands no longer; the file stays verifiable as withdrawn."""
    known = standing_proof(ctx, enrollment_id)
    if known is not None:
        known.withdrawn_at = ctx.now
        ctx.db.flush()
        ctx.record("certificate.withdraw_proof", known.id)
