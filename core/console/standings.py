"""Where many people stand in their posts and years, asked for in a few questions a thousand: what a firm or an
institution watches over (C-19)."""
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.audit.models import AuditCase
from core.audit.states import CaseState
from core.base.db import Id
from core.course.queries import credited_of_many
from core.cycle import Enrollment, EnrollmentState
from core.registry import Certificate, CertificateStatusEntry, Status
from core.tenancy import Ctx

CHUNK = 500


@dataclass(frozen=True)
class StudyStanding:
    """An enrollment from afar; hours in class hours, those of a run that is still open not counted.

    `audit`: the newest case's state, None while there is none.
    """

    enrollment_id: Id
    person_id: Id
    post_id: Id
    year: int
    open: bool
    completed: bool
    opened_at: datetime | None
    hours_done: float
    hours_due: int
    audit: CaseState | None


@dataclass(frozen=True)
class HeldStanding:
    """A certificate from afar."""

    certificate_id: Id
    person_id: Id
    post_id: Id
    status: Status
    remark: str


def studies_of(ctx: Ctx, people: Sequence[Id], years: Sequence[int]) -> Iterator[StudyStanding]:
    """The live enrollments of these people in these years."""
    for some in _chunks(people):
        rows = ctx.db.execute(select(
            Enrollment.id, Enrollment.person_id, Enrollment.post_id, Enrollment.year, Enrollment.state,
            Enrollment.opened_at, Enrollment.general_hours_due, Enrollment.professional_hours_due).where(
            Enrollment.person_id.in_(some), Enrollment.year.in_(years), Enrollment.state.in_(
                [EnrollmentState.ORDERED, EnrollmentState.OPEN, EnrollmentState.COMPLETED]))).all()
        hours = credited_of_many(ctx, {row.id: (row.general_hours_due, row.professional_hours_due) for row in rows})
        audits = _audits(ctx, [row.id for row in rows])
        for row in rows:
            yield StudyStanding(row.id, row.person_id, row.post_id, row.year, row.state == EnrollmentState.OPEN,
                                row.state == EnrollmentState.COMPLETED, row.opened_at, hours[row.id],
                                row.general_hours_due + row.professional_hours_due, audits.get(row.id))


def _audits(ctx: Ctx, enrollments: Sequence[Id]) -> dict[Id, CaseState]:
    """The state of the newest case of each."""
    newest: dict[Id, tuple[int, CaseState]] = {}
    for some in _chunks(enrollments):
        for enrollment_id, turn, state in ctx.db.execute(select(
                AuditCase.enrollment_id, AuditCase.round, AuditCase.state).where(AuditCase.enrollment_id.in_(some))):
            if enrollment_id not in newest or newest[enrollment_id][0] < turn:
                newest[enrollment_id] = turn, CaseState(state)
    return {enrollment_id: state for enrollment_id, (_turn, state) in newest.items()}


def certificates_of_many(ctx: Ctx, people: Sequence[Id]) -> dict[Id, list[HeldStanding]]:
    """The certificates of each, the oldest first, with the status of now."""
    newest: dict[Id, HeldStanding] = {}
    for some in _chunks(people):
        for row in ctx.db.execute(select(
                Certificate.id, Certificate.person_id, Certificate.post_id, CertificateStatusEntry.status,
                CertificateStatusEntry.remark).join(CertificateStatusEntry)
                .where(Certificate.person_id.in_(some))
                .order_by(Certificate.issued_on, Certificate.id, CertificateStatusEntry.id)):
            newest[row.id] = HeldStanding(row.id, row.person_id, row.post_id, Status(row.status), row.remark)
    found: dict[Id, list[HeldStanding]] = defaultdict(list)
    for held in newest.values():
        found[held.person_id].append(held)
    return found


def _chunks(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start:start + CHUNK]
