"""Reading plans, seats and sessions; what is another party's is NotFound (R3)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from core.api import Ctx, NotFound
from core.api.exams import SittingFacts, sittings_since
from core.api.organization import post_names
from core.api.people import PersonCard, cards_of
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.parties import institution_id_of
from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.testing.models import TestIncident, TestInvigilator, TestPlan, TestSeat
from plugins.zhejiang.testing.rules import Hours, stand_of
from plugins.zhejiang.testing.states import Entry, PlanState, Stand
from plugins.zhejiang.training.models import TestApplication
from plugins.zhejiang.training.queries import to_be_tested
from plugins.zhejiang.training.states import TestState


@dataclass(frozen=True)
class Row:
    """A seat as board, door list and results show it."""

    seat: TestSeat
    card: PersonCard | None
    post: str
    sitting: SittingFacts | None
    stand: Stand


def plans_of(ctx: Ctx, institution_id: Id) -> Select[TestPlan]:
    """An institution's plans, the latest first."""
    return select(TestPlan).where(TestPlan.institution_id == institution_id).order_by(
        TestPlan.starts_at.desc(), TestPlan.number.desc())


def institution_plan(ctx: Ctx, plan_id: Id) -> TestPlan:
    """A plan of the acting clerk's institution."""
    return _found(ctx.db.scalar(select(TestPlan).where(
        TestPlan.id == plan_id, TestPlan.institution_id == institution_id_of(ctx))))


def invigilated(ctx: Ctx) -> Sequence[TestPlan]:
    """What the acting invigilator has to do with, that which comes next first; drafts are not yet told."""
    return ctx.db.scalars(select(TestPlan).join(TestInvigilator, TestInvigilator.plan_id == TestPlan.id).where(
        TestInvigilator.account_id == ctx.actor.account_id, TestPlan.state != PlanState.DRAFT)
        .order_by(TestPlan.closed_at.is_not(None), TestPlan.starts_at.desc())).all()


def own_session(ctx: Ctx, plan_id: Id) -> TestPlan:
    """A published plan that the acting invigilator is named in."""
    return _found(ctx.db.scalar(select(TestPlan).join(TestInvigilator, TestInvigilator.plan_id == TestPlan.id).where(
        TestPlan.id == plan_id, TestInvigilator.account_id == ctx.actor.account_id,
        TestPlan.state != PlanState.DRAFT)))


def seat_in(ctx: Ctx, plan: TestPlan, seat_id: Id) -> TestSeat:
    """A seat of a plan."""
    seat = ctx.db.get(TestSeat, seat_id)
    if seat is None or seat.plan_id != plan.id:
        raise NotFound("test_seat", _("没有找到这个座位。"))
    return seat


def _found(plan: TestPlan | None) -> TestPlan:
    if plan is None:
        raise NotFound("test_plan", _("没有找到这个测试计划。"))
    return plan


def seats_of(ctx: Ctx, plan: TestPlan) -> Sequence[TestSeat]:
    """All seats by number."""
    return ctx.db.scalars(select(TestSeat).where(TestSeat.plan_id == plan.id).order_by(TestSeat.number)).all()


def invigilators_of(ctx: Ctx, plan: TestPlan) -> list[Id]:
    return list(ctx.db.scalars(select(TestInvigilator.account_id).where(TestInvigilator.plan_id == plan.id)))


def taken_of(ctx: Ctx, plan_ids: Sequence[Id]) -> Mapping[Id, int]:
    """How many seats of each plan are given."""
    rows = ctx.db.execute(select(TestSeat.plan_id, func.count()).where(
        TestSeat.plan_id.in_(plan_ids), TestSeat.candidate_id.is_not(None)).group_by(TestSeat.plan_id))
    return {plan_id: count for plan_id, count in rows}


def hours_of(ctx: Ctx, plan: TestPlan) -> Hours:
    rules = rules_of(ctx)
    return Hours(plan.starts_at, plan.opened_at, rules.admission_minutes, rules.late_entry_minutes)


def waiting_for(ctx: Ctx, plan: TestPlan) -> list[Candidate]:
    """Who was applied for, of the plan's posts, and has no seat in a test that is not over; first applied first."""
    return [one for one in unseated(ctx, to_be_tested(ctx, plan.institution_id)) if str(one.post_id) in plan.post_ids]


def unseated(ctx: Ctx, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of them who have no seat in a test that is not over."""
    seated = set(ctx.db.scalars(select(TestSeat.candidate_id).where(
        TestSeat.candidate_id.is_not(None), TestSeat.over_at.is_(None))))
    return [one for one in candidates if one.id not in seated and one.enrollment_id is not None]


def is_applied_for(ctx: Ctx, candidate: Candidate) -> bool:
    """Whether the application for the test still waits: it may be withdrawn while the candidate has a seat."""
    return candidate.state == CandidateState.ENROLLED and ctx.db.scalar(select(TestApplication.id).where(
        TestApplication.candidate_id == candidate.id, TestApplication.state == TestState.APPLIED)) is not None


def rows_of(ctx: Ctx, plan: TestPlan, seats: Sequence[TestSeat] | None = None) -> list[Row]:
    """The seats with who has them and how their sittings stand."""
    held = seats if seats is not None else seats_of(ctx, plan)
    people = [seat.candidate for seat in held if seat.candidate is not None]
    cards = cards_of(ctx, {one.person_id for one in people})
    posts = post_names(ctx)
    sittings = sittings_since(ctx, [one.enrollment_id for one in people if one.enrollment_id], plan.opened_at) \
        if plan.opened_at else {}
    return [_row(seat, cards, posts, sittings) for seat in held]


def _row(seat: TestSeat, cards: Mapping[Id, PersonCard], posts: Mapping[Id, str],
         sittings: Mapping[Id, SittingFacts]) -> Row:
    one = seat.candidate
    if one is None:
        return Row(seat, None, "", None, Stand.FREE)
    sitting = sittings.get(one.enrollment_id) if one.enrollment_id else None
    return Row(seat, cards[one.person_id], posts[one.post_id], sitting, stand_of(Entry(seat.entry), sitting, True))


def incidents_of(ctx: Ctx, plan: TestPlan, seat: TestSeat | None = None) -> Sequence[TestIncident]:
    """What was noted, the newest first."""
    rows = select(TestIncident).where(TestIncident.plan_id == plan.id)
    if seat is not None:
        rows = rows.where(TestIncident.seat_id == seat.id)
    return ctx.db.scalars(rows.order_by(TestIncident.at.desc(), TestIncident.id.desc())).all()


def own_seats(ctx: Ctx) -> Sequence[TestSeat]:
    """The seats of the acting trainee in plans that were told, the next first."""
    return ctx.db.scalars(select(TestSeat).join(TestPlan, TestPlan.id == TestSeat.plan_id).join(
        Candidate, Candidate.id == TestSeat.candidate_id).where(
        Candidate.person_id == ctx.actor.person_id, TestPlan.state != PlanState.DRAFT)
        .order_by(TestSeat.over_at.is_not(None), TestPlan.starts_at.desc())).all()


def own_seat(ctx: Ctx, seat_id: Id) -> TestSeat:
    """A seat of the acting trainee in a plan that was told; NotFound otherwise."""
    found = next((seat for seat in own_seats(ctx) if seat.id == seat_id), None)
    if found is None:
        raise NotFound("test_seat", _("没有找到这次测试。请从“测试计划”进入。"))
    return found


def open_seat_of(ctx: Ctx, enrollment_id: Id) -> TestSeat | None:
    """The seat of an enrollment in a told test that is not over."""
    return ctx.db.scalar(select(TestSeat).join(TestPlan, TestPlan.id == TestSeat.plan_id).join(
        Candidate, Candidate.id == TestSeat.candidate_id).where(
        Candidate.enrollment_id == enrollment_id, TestSeat.over_at.is_(None), TestPlan.state != PlanState.DRAFT))


def due_to_close(ctx: Ctx, before: datetime) -> Sequence[TestPlan]:
    """Sessions that began so long ago that nobody can still sit."""
    return ctx.db.scalars(select(TestPlan).where(
        TestPlan.state == PlanState.RUNNING, or_(TestPlan.opened_at.is_(None), TestPlan.opened_at < before))).all()
