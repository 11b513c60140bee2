"""Reading plans, attendance and applications for the test."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select

from core.api import Ctx, local_date
from core.api.courses import studies_completed
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.training import rules
from plugins.zhejiang.training.models import Plan, PlanSession, PlanTrainee, SignIn, TestApplication
from plugins.zhejiang.training.states import PlanState, TestState

LIVE = (TestState.APPLIED, TestState.PASSED)
_FEW = 500


def plans_of(institution_id: Id) -> Select[Plan]:
    """An institution's plans, the newest first."""
    return select(Plan).where(Plan.institution_id == institution_id).order_by(Plan.created_at.desc(), Plan.id.desc())


def sessions_of(ctx: Ctx, plan_id: Id) -> Sequence[PlanSession]:
    """The lessons of a plan in class, in order."""
    return ctx.db.scalars(select(PlanSession).where(PlanSession.plan_id == plan_id).order_by(
        PlanSession.starts_at)).all()


def trainees_of(ctx: Ctx, plan_id: Id) -> Sequence[PlanTrainee]:
    """Who is in a plan now, in the order of entry."""
    return ctx.db.scalars(_inside(select(PlanTrainee), plan_id)).all()


def _inside(rows: Select[PlanTrainee], plan_id: Id) -> Select[PlanTrainee]:
    return rows.where(PlanTrainee.plan_id == plan_id, PlanTrainee.removed_at.is_(None)).order_by(
        PlanTrainee.added_at, PlanTrainee.id)


def candidates_in(plan_id: Id) -> Select[Candidate]:
    """The candidates of a plan, in the order of entry."""
    return select(Candidate).join(PlanTrainee, PlanTrainee.candidate_id == Candidate.id).where(
        PlanTrainee.plan_id == plan_id, PlanTrainee.removed_at.is_(None)).order_by(PlanTrainee.added_at, PlanTrainee.id)


def _unplanned() -> ColumnElement[bool]:
    """已报名 for a first training, in no plan, and not to be tested nor tested already."""
    inside = exists().where(PlanTrainee.candidate_id == Candidate.id, PlanTrainee.removed_at.is_(None))
    applied = exists().where(TestApplication.candidate_id == Candidate.id, TestApplication.state.in_(LIVE))
    return (Candidate.state == CandidateState.ENROLLED) & (Candidate.mode != Mode.CONTINUING) & ~inside & ~applied


@dataclass(frozen=True)
class Waiting:
    """How many of a post and mode wait for a plan."""

    post_id: Id
    mode: Mode
    count: int


def waiting_for_plan(ctx: Ctx, institution_id: Id) -> list[Waiting]:
    """Whom an institution still has to plan for (ZJ-27)."""
    rows = ctx.db.execute(select(Candidate.post_id, Candidate.mode, func.count()).where(
        Candidate.institution_id == institution_id, _unplanned()).group_by(Candidate.post_id, Candidate.mode))
    return [Waiting(post_id, Mode(mode), count) for post_id, mode, count in rows]


@dataclass(frozen=True)
class Group:
    """Those of one batch who fit a plan and are in none."""

    batch_id: Id
    number: str
    organization_id: Id
    candidate_ids: tuple[Id, ...]


def fitting(ctx: Ctx, plan: Plan) -> list[Group]:
    """Who could be put into a plan, batch by batch, the oldest batch first."""
    rows = ctx.db.execute(select(Batch.id, Batch.number, Enterprise.organization_id, Candidate.id).join(
        Candidate, Candidate.batch_id == Batch.id).join(Enterprise, Enterprise.id == Batch.enterprise_id).where(
        Candidate.institution_id == plan.institution_id, Candidate.post_id == plan.post_id,
        Candidate.mode == plan.mode, _unplanned()).order_by(Batch.created_at, Candidate.row))
    found: dict[Id, Group] = {}
    for batch_id, number, organization_id, candidate_id in rows:
        known = found.get(batch_id, Group(batch_id, number, organization_id, ()))
        found[batch_id] = Group(batch_id, number, organization_id, (*known.candidate_ids, candidate_id))
    return list(found.values())


def signed(ctx: Ctx, plan_id: Id) -> Mapping[tuple[Id, Id], bool]:
    """For each session and candidate of a plan what the newest entry says."""
    rows = ctx.db.execute(select(SignIn.session_id, SignIn.candidate_id, SignIn.present).join(
        PlanSession, PlanSession.id == SignIn.session_id).where(PlanSession.plan_id == plan_id).order_by(SignIn.id))
    return rules.standing(rules.Entry(*row) for row in rows)


@dataclass(frozen=True)
class Doing:
    """How far a candidate is in a plan in class; online the study flow tells the hours of each."""

    attended: int
    total: int
    done: bool


def doing(ctx: Ctx, plan: Plan, candidates: Collection[Candidate]) -> dict[Id, Doing]:
    """How far these candidates of a plan are (ZJ-27)."""
    if plan.mode == Mode.OFFLINE:
        held = [rules.Held(one.id, local_date(one.starts_at), one.hours) for one in sessions_of(ctx, plan.id)]
        present, percent = signed(ctx, plan.id), rules_of(ctx).attendance_percent
        total, found = sum(one.hours for one in held), {}
        for one in candidates:
            attended = rules.attended_hours(held, present, one.id)
            found[one.id] = Doing(attended, total, rules.enough(attended, total, percent))
        return found
    done = studies_completed(ctx, [one.enrollment_id for one in candidates if one.enrollment_id is not None])
    return {one.id: Doing(0, 0, one.enrollment_id in done) for one in candidates}


def applications_of(ctx: Ctx, candidate_ids: Sequence[Id]) -> dict[Id, TestApplication]:
    """The newest application of each, withdrawn ones left out."""
    found: dict[Id, TestApplication] = {}
    for start in range(0, len(candidate_ids), _FEW):
        for row in ctx.db.scalars(select(TestApplication).where(
                TestApplication.candidate_id.in_(candidate_ids[start:start + _FEW]),
                TestApplication.state != TestState.WITHDRAWN).order_by(TestApplication.applied_at, TestApplication.id)):
            found[row.candidate_id] = row
    return found


def live_application(ctx: Ctx, candidate_id: Id) -> TestApplication | None:
    """The application that waits, or that was passed; locked, since its test is being decided."""
    return ctx.db.scalar(select(TestApplication).where(
        TestApplication.candidate_id == candidate_id, TestApplication.state.in_(LIVE)).with_for_update())


def to_be_tested(ctx: Ctx, institution_id: Id, post_id: Id | None = None) -> Sequence[Candidate]:
    """For whom an institution has applied for a test that is not over, first applied first (ZJ-28)."""
    rows = select(Candidate).join(TestApplication, TestApplication.candidate_id == Candidate.id).where(
        TestApplication.institution_id == institution_id, TestApplication.state == TestState.APPLIED)
    if post_id is not None:
        rows = rows.where(TestApplication.post_id == post_id)
    return ctx.db.scalars(rows.order_by(TestApplication.applied_at, TestApplication.id)).all()


def plan_of(ctx: Ctx, candidate_id: Id) -> Plan | None:
    """The published plan that a candidate is in."""
    return ctx.db.scalar(select(Plan).join(PlanTrainee, PlanTrainee.plan_id == Plan.id).where(
        PlanTrainee.candidate_id == candidate_id, PlanTrainee.removed_at.is_(None),
        Plan.state == PlanState.PUBLISHED))


def plan_of_enrollment(ctx: Ctx, enrollment_id: Id) -> Plan | None:
    """Likewise by the core's enrollment."""
    candidate_id = ctx.db.scalar(select(Candidate.id).where(Candidate.enrollment_id == enrollment_id))
    return plan_of(ctx, candidate_id) if candidate_id is not None else None


def first_trainings_of(ctx: Ctx, person_id: Id) -> Sequence[Candidate]:
    """A person's first trainings that are 已报名, the newest first."""
    return ctx.db.scalars(select(Candidate).where(
        Candidate.person_id == person_id, Candidate.state == CandidateState.ENROLLED,
        Candidate.mode != Mode.CONTINUING).order_by(Candidate.moved_at.desc(), Candidate.id.desc())).all()


def enterprise_people(enterprise_id: Id) -> Select[Candidate]:
    """【培训计划】 of an enterprise: its people who are in a published plan, the latest plan first."""
    return select(Candidate).join(PlanTrainee, PlanTrainee.candidate_id == Candidate.id).join(
        Plan, Plan.id == PlanTrainee.plan_id).where(
        Candidate.enterprise_id == enterprise_id, PlanTrainee.removed_at.is_(None),
        Plan.state == PlanState.PUBLISHED).order_by(Plan.starts_on.desc(), Plan.id, Candidate.batch_id, Candidate.row)


def published_plans(ctx: Ctx, candidate_ids: Sequence[Id]) -> dict[Id, Plan]:
    """The published plan of each of these candidates."""
    rows = ctx.db.execute(select(PlanTrainee.candidate_id, Plan).join(Plan, Plan.id == PlanTrainee.plan_id).where(
        PlanTrainee.candidate_id.in_(candidate_ids), PlanTrainee.removed_at.is_(None),
        Plan.state == PlanState.PUBLISHED))
    return {candidate_id: plan for candidate_id, plan in rows}


def unplanned_of(ctx: Ctx, enterprise_id: Id) -> int:
    """How many of an enterprise's people wait for a plan."""
    return ctx.db.scalar(select(func.count()).select_from(Candidate).where(
        Candidate.enterprise_id == enterprise_id, _unplanned())) or 0


def latest_entries(ctx: Ctx, session_id: Id) -> dict[Id, SignIn]:
    """The newest entry of each candidate in a session."""
    rows = ctx.db.scalars(select(SignIn).where(SignIn.session_id == session_id).order_by(SignIn.id))
    return {row.candidate_id: row for row in rows}
