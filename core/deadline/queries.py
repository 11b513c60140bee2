"""How people stand against their deadline, from what the flows below know."""
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Exists, Select, and_, case, distinct, exists, func, select
from sqlalchemy.orm import aliased

from core.audit import CaseState, last_decision, latest_case
from core.base.clock import local_date, shanghai
from core.base.db import Id
from core.contract.values import CertificateFacts
from core.course import Progress, Subject, credited_since, full_since, progress, subjects_of
from core.cycle import enrollment, enrollment_facts
from core.cycle.models import Admission
from core.deadline.models import DeadlineOutlook, GraceEntry
from core.deadline.rules import (
    Allowances,
    Counts,
    Forecast,
    Milestones,
    Standing,
    Verdict,
    Work,
    end_of,
    forecast,
    judge,
    study_by,
)
from core.deadline.states import GraceState, GraceStep
from core.exam import passed_at
from core.extension import hooks
from core.identity import Person, person_of
from core.organization import Organization
from core.registry import (
    Certificate,
    Kind,
    Status,
    certificate,
    certificate_facts,
    certificates_of,
    hours_on_record,
    status_of,
)
from core.tenancy import Ctx


@dataclass(frozen=True)
class Study:
    """The enrollment by which somebody is on the way, and what of it is still to be done."""

    subject: Subject
    learned: Progress
    reached: Milestones
    work: Work
    institution_id: Id | None = None


@dataclass(frozen=True)
class Standpoint:
    """One certificate against its deadline. `study_by`: until when to have learnt everything, so that exam and
    audit still fit in; `grace` the entry of the grace list that holds, if any."""

    held: Certificate
    verdict: Verdict
    reached: Milestones
    work: Work
    study: Study | None = None
    study_by: date | None = None
    grace: GraceEntry | None = None

    @property
    def hours_needed_a_day(self) -> int:
        """Class hours a day, today included, that still lead to the end in time; 0 where none are left or no day is."""
        last = self.verdict.last_day
        if last is None or self.study_by is None:
            return 0
        days = self.verdict.days_left - (last - self.study_by).days + 1
        return math.ceil(self.work.hours_left / days) if days > 0 else 0


def standpoints_of(ctx: Ctx, person: Person) -> list[Standpoint]:
    """A person's certificates that a deadline concerns, the one that ends first in front."""
    return ctx.look_up(("deadline.standpoints", person.id), lambda: _standpoints_of(ctx, person))


def _standpoints_of(ctx: Ctx, person: Person) -> list[Standpoint]:
    found = [point for held in certificates_of(ctx, person)
             if (point := standpoint(ctx, person, held)) is not None]
    return sorted(found, key=lambda point: (point.verdict.standing is Standing.DONE,
                                            point.verdict.last_day or date.max))


def standpoint_of_facts(ctx: Ctx, facts: CertificateFacts) -> Standpoint | None:
    """The same for a certificate as hooks know it."""
    return standpoint(ctx, person_of(ctx, facts.person_id), certificate(ctx, facts.id))


def standpoint(ctx: Ctx, person: Person, held: Certificate) -> Standpoint | None:
    """One certificate; None when no deadline concerns it (electronic, ended, not eligible, no deadline at all)."""
    ends = ends_at(ctx, person, held)
    if ends is None:
        return None
    rules = ctx.rules()
    counts, replaced = Counts(rules.deadline.counts), _replaced_at(ctx, held)
    if replaced is None and status_of(held) in (Status.VOID, Status.CANCELLED):
        return None
    study = _study(ctx, person, held)
    reached = replace(study.reached if study else _recorded(ctx, person, held, Milestones()), replaced=replaced)
    grace = grace_of(ctx, held.id)
    verdict = judge(ctx.now, ends, counts, reached, end_of(grace.ends_on) if grace else None)
    work = study.work if study else Work(enrolled=reached.hours is not None, begun=False, hours_a_day=0,
                                         hours_left=0 if reached.hours else rules.hours.general
                                         + rules.hours.professional, audit_left=reached.audited is None)
    last = verdict.last_day
    by = study_by(last, counts, work, allowances(ctx)) if last and verdict.running and work.hours_left > 0 else None
    return Standpoint(held, verdict, reached, work, study, by, grace)


def ends_at(ctx: Ctx, person: Person, held: Certificate) -> datetime | None:
    """The end that holds for a certificate, the grace list apart; None where none does."""
    if held.kind != Kind.PAPER:
        return None
    return hooks(ctx).resolve_deadline(certificate_facts(ctx, held, person)).ends


def allowances(ctx: Ctx) -> Allowances:
    rules = ctx.rules()
    return Allowances(rules.deadline.exam_days, rules.audit.days_max if rules.audit.required else 0)


def outlook_of(ctx: Ctx, point: Standpoint) -> Forecast:
    """The forecast for one certificate."""
    last = point.verdict.last_day
    assert last is not None
    if point.verdict.counted_at is not None:
        last = date.max
    return forecast(local_date(ctx.now), last, point.verdict.counts, point.work, allowances(ctx))


def _replaced_at(ctx: Ctx, held: Certificate) -> datetime | None:
    return ctx.db.scalar(select(Certificate.created_at).where(Certificate.replaces_id == held.id))


def _study(ctx: Ctx, person: Person, held: Certificate) -> Study | None:
    """The furthest of the person's open enrollments of this post whose year still leads to replacement (N-22)."""
    year = local_date(ctx.now).year
    window = range(year - ctx.rules().cycle.years_back, year + 1)
    found = [_one_study(ctx, person, held, subject) for subject in subjects_of(ctx, person.id)
             if subject.learnable and not subject.first_time and subject.post == held.post.name
             and subject.year in window]
    return min(found, key=lambda one: (len(one.reached.missing), one.work.hours_left), default=None)


def _one_study(ctx: Ctx, person: Person, held: Certificate, subject: Subject) -> Study:
    learned = progress(ctx, subject)
    row = enrollment(ctx, subject.id)
    required = hooks(ctx).resolve_exam_required(enrollment_facts(ctx, row, learned.credited_hours))
    hours = full_since(ctx, subject)
    exam = passed_at(ctx, subject.id) if required else hours
    case = latest_case(ctx, subject.id)
    if case is not None and case.state == CaseState.CLEARED:
        case = None
    decision = last_decision(ctx, case) if case is not None and case.state == CaseState.PASSED else None
    # Study and exam submit by themselves (N-44); an upheld appeal leaves the moment at which they had.
    submitted = max(hours, exam) if hours and exam and case is not None else case.opened_at if case else None
    reached = _recorded(ctx, person, held, Milestones(hours, exam, submitted, decision.at if decision else None))
    days = ctx.rules().deadline.pace_days
    begun = row.opened_at or row.enrolled_at
    # Who began three days ago is measured by three days.
    measured = max(1.0, min(float(days), (ctx.now - begun).total_seconds() / 86_400))
    pace = credited_since(ctx, subject.id, ctx.now - timedelta(days=days)) / measured
    work = Work(enrolled=True, hours_left=0 if reached.hours else (learned.due_slots - learned.credited_slots)
                / learned.slots_per_hour, hours_a_day=pace, begun=learned.credited_slots > 0,
                exam_left=reached.exam is None, audit_left=reached.audited is None,
                audit_due=case.due_last if case is not None and reached.audited is None else None)
    return Study(subject, learned, reached, work, row.institution_id)


def _recorded(ctx: Ctx, person: Person, held: Certificate, known: Milestones) -> Milestones:
    """Hours that stand on record prove every step before them, whoever brought them (N-50)."""
    year = local_date(ctx.now).year
    lines = [line for line in hours_on_record(ctx, person) if line.post.id == held.post_id
             and line.hours >= line.total and line.year >= year - ctx.rules().cycle.years_back]
    if not lines:
        return known
    day = min(line.uploaded_on for line in lines)
    at = shanghai(day.year, day.month, day.day)
    return Milestones(known.hours or at, known.exam or at, known.submitted or at, known.audited or at)


def institution_of(ctx: Ctx, point: Standpoint) -> str:
    """Who enrolled the person at the counter (GD-04), or else admitted them; "" where nobody did."""
    known = point.study.institution_id if point.study else None
    if known is None:
        known = ctx.db.scalar(select(Admission.institution_id).where(Admission.person_id == point.held.person_id)
                              .order_by(Admission.admitted_at.desc()).limit(1))
    found = ctx.db.get(Organization, known) if known else None
    return found.name if found else ""


# the grace list


def grace_of(ctx: Ctx, certificate_id: Id) -> GraceEntry | None:
    """The granted proposal with the latest day; None when the certificate is not on the grace list."""
    rows = ctx.db.scalars(in_state(proposals().where(GraceEntry.certificate_id == certificate_id), GraceState.GRANTED))
    return max(rows, key=lambda row: row.ends_on, default=None)


def proposals() -> Select[GraceEntry]:
    """All proposals, the newest first."""
    return select(GraceEntry).where(GraceEntry.turn == 0).order_by(GraceEntry.at.desc(), GraceEntry.id.desc())


def in_state(rows: Select[GraceEntry], state: GraceState) -> Select[GraceEntry]:
    """Those of the proposals that stand in a state; the same as `GraceEntry.state`, for the database."""
    withdrawn = _said(GraceStep.WITHDRAW)
    if state is GraceState.WITHDRAWN:
        return rows.where(withdrawn)
    if state is GraceState.GRANTED:
        return rows.where(_said(GraceStep.CONFIRM), ~withdrawn)
    if state is GraceState.REFUSED:
        return rows.where(_said(GraceStep.REFUSE))
    return rows.where(~_said(GraceStep.CONFIRM), ~_said(GraceStep.REFUSE), ~withdrawn)


_ANSWER = aliased(GraceEntry)


def _said(step: GraceStep) -> Exists:
    return exists().where(and_(_ANSWER.answers_id == GraceEntry.id, _ANSWER.step == step))


# Put together once: the menu of every page of a reviewer asks it.
_WAITING = select(func.count()).select_from(in_state(proposals(), GraceState.WAITING).order_by(None).subquery())


def waiting_graces(ctx: Ctx) -> int:
    """How many proposals wait for a second person."""
    return ctx.db.scalar(_WAITING) or 0


# the forecast's page


@dataclass(frozen=True)
class Count:
    """Of how many, how many miss it."""

    name: str
    total: int
    missing: int


def outlooks() -> Select[DeadlineOutlook]:
    """What the last look saw, without whoever has replaced since."""
    newer = aliased(Certificate)
    return select(DeadlineOutlook).where(~exists().where(newer.replaces_id == DeadlineOutlook.certificate_id))


def _people() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """How many persons, and how many of them miss it with at least one certificate."""
    return (func.count(distinct(DeadlineOutlook.person_id)),
            func.count(distinct(case((DeadlineOutlook.misses.is_(True), DeadlineOutlook.person_id)))))


def totals(ctx: Ctx) -> Count:
    total, missing = ctx.db.execute(outlooks().with_only_columns(*_people())).one()
    return Count("", total, missing)


def by_institution(ctx: Ctx, limit: int = 12) -> Sequence[Count]:
    """The institutions with most people who will miss it."""
    people, missing = _people()
    rows = ctx.db.execute(outlooks().with_only_columns(DeadlineOutlook.institution, people, missing)
                          .group_by(DeadlineOutlook.institution).order_by(missing.desc()).limit(limit))
    return [Count(name, total, late) for name, total, late in rows]


def by_outlook(ctx: Ctx) -> dict[str, int]:
    rows = ctx.db.execute(outlooks().with_only_columns(DeadlineOutlook.outlook, func.count())
                          .group_by(DeadlineOutlook.outlook))
    return {outlook: number for outlook, number in rows}


def looked_at(ctx: Ctx) -> datetime | None:
    """When the forecast was made."""
    return ctx.db.scalar(select(func.max(DeadlineOutlook.looked_at)))
