"""测试计划: made by the institution, seated, told, changed and called off (ZJ-28, ZJ-29)."""
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from core.api import Conflict, Ctx, DomainError, Problem, Refused, Role, local
from core.api.people import cards_of
from core.api.registry import check_not_barred
from core.api.staff import Clerk, clerks_of, clerks_with
from core.api.store import Id, new_id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.testing import telling, texts
from plugins.zhejiang.testing.models import TestInvigilator, TestPlan, TestSeat
from plugins.zhejiang.testing.queries import invigilators_of, is_applied_for, seats_of, waiting_for
from plugins.zhejiang.testing.rules import next_seats
from plugins.zhejiang.testing.states import PlanState, move_plan

MOST_SEATS = 200
_FEW = 500


@dataclass(frozen=True)
class PlanFacts:
    """What a clerk types of a plan."""

    place: str
    room: str
    seats: int
    starts_at: datetime
    post_ids: tuple[str, ...]
    invigilators: tuple[Id, ...]
    note: str = ""


def invigilators_at(ctx: Ctx, institution_id: Id) -> list[Clerk]:
    """The institution's accounts that may invigilate."""
    may = {clerk.id for clerk in clerks_with(ctx, Role.INVIGILATOR)}
    return [clerk for clerk in clerks_of(ctx, institution_id) if clerk.id in may and not clerk.locked]


def make_plan(ctx: Ctx, institution_id: Id, facts: PlanFacts) -> TestPlan:
    """A draft with its empty seats."""
    _check(ctx, institution_id, facts)
    assert ctx.actor.account_id is not None
    plan = TestPlan(id=new_id(), number=_number(ctx), institution_id=institution_id, place=facts.place,
                    room=facts.room, seats=facts.seats, starts_at=facts.starts_at, post_ids=list(facts.post_ids),
                    note=facts.note, code=f"{secrets.randbelow(900_000) + 100_000}", turn=0,
                    created_by=ctx.actor.account_id, created_at=ctx.now)
    ctx.db.add(plan)
    ctx.db.flush()
    ctx.db.add_all([TestSeat(plan_id=plan.id, number=number) for number in range(1, facts.seats + 1)])
    _name(ctx, plan, facts.invigilators)
    ctx.record("zhejiang.test_plan", plan.id, number=plan.number, seats=plan.seats)
    return plan


def change_plan(ctx: Ctx, plan: TestPlan, facts: PlanFacts) -> None:
    """Another place, time, room; whoever has a seat hears of it where the plan was told already."""
    lock(ctx, plan)
    _check_before(plan)
    _check(ctx, plan.institution_id, facts)
    told = (plan.place, plan.room, plan.starts_at) != (facts.place, facts.room, facts.starts_at)
    _resize(ctx, plan, facts.seats)
    plan.place, plan.room, plan.seats, plan.starts_at = facts.place, facts.room, facts.seats, facts.starts_at
    plan.post_ids, plan.note = list(facts.post_ids), facts.note
    ctx.db.query(TestInvigilator).filter_by(plan_id=plan.id).delete()
    _name(ctx, plan, facts.invigilators)
    ctx.record("zhejiang.test_plan_changed", plan.id, told=told)
    if told and plan.state == PlanState.PUBLISHED:
        plan.turn += 1
        telling.of_seats(ctx, plan, seats_of(ctx, plan), texts.CHANGED)
        telling.near_later(ctx, plan)


def _check(ctx: Ctx, institution_id: Id, facts: PlanFacts) -> None:
    if facts.starts_at <= ctx.now:
        raise Refused("past", _("开始时间已经过去，请填写以后的时间。"), field="day")
    if not facts.invigilators:
        raise Refused("no_invigilator", _("请至少选择一位监考人员。"), field="invigilators",
                      hint=_("没有可选的，请系统管理员为本机构开通监考账号。"))
    if set(facts.invigilators) - {clerk.id for clerk in invigilators_at(ctx, institution_id)}:
        raise Refused("invigilator", _("选择的监考人员不属于本机构。"), field="invigilators")
    if not facts.post_ids:
        raise Refused("no_post", _("请至少选择一个岗位。"), field="posts")


def _number(ctx: Ctx) -> str:
    day = f"{local(ctx.now):%Y%m%d}"
    last = ctx.db.scalar(select(func.max(TestPlan.number)).where(TestPlan.number.startswith(f"T{day}")))
    return f"T{day}{int(last[9:]) + 1 if last else 1:03d}"


def _name(ctx: Ctx, plan: TestPlan, invigilators: Sequence[Id]) -> None:
    ctx.db.add_all([TestInvigilator(plan_id=plan.id, account_id=one) for one in dict.fromkeys(invigilators)])
    ctx.db.flush()


def _resize(ctx: Ctx, plan: TestPlan, seats: int) -> None:
    """More seats are added; of those that go, none may be given."""
    held = seats_of(ctx, plan)
    gone = [seat for seat in held if seat.number > seats]
    if gone and plan.state != PlanState.DRAFT:
        raise Refused("seats_told", _("已发布的计划不能减少座位。"), field="seats", hint=_("可以增加座位，或取消后另建一个计划。"))
    if any(seat.candidate_id for seat in gone):
        raise Refused("seats_taken", _("第%(n)s号以后的座位已经排了学员，不能减到%(n)s个座位。", n=seats), field="seats",
                      hint=_("请先把这些学员移出或换到前面的座位。"))
    for seat in gone:
        ctx.db.delete(seat)
    ctx.db.add_all([TestSeat(plan_id=plan.id, number=number) for number in range(len(held) + 1, seats + 1)])
    ctx.db.flush()


def _check_before(plan: TestPlan) -> None:
    if plan.state not in (PlanState.DRAFT, PlanState.PUBLISHED):
        raise Conflict("test_plan_moved", _("测试已经开始或结束，不能再改。"))


def lock(ctx: Ctx, plan: TestPlan) -> None:
    """One clerk at a time seats or changes a plan; on SQLite the write transaction does that already."""
    ctx.db.refresh(plan, with_for_update=True)


# --- seats ------------------------------------------------------------------------------------------------

def seat_all(ctx: Ctx, plan: TestPlan, wanted: Sequence[Id] = ()) -> int:
    """自动排座: who was applied for first sits first; `wanted`: only these. Returns how many found a seat.

    Refused when nobody waits or the room is full. Who is on the blacklist is left out."""
    lock(ctx, plan)
    _check_before(plan)
    waiting = [one for one in waiting_for(ctx, plan) if not wanted or one.id in wanted]
    waiting = [one for one in waiting if person_problem(ctx, one) is None]
    if not waiting:
        raise Refused("nobody_waits", _("没有等待安排的学员。"), hint=_("请先在“培训计划”里为学员申请考试。"), status=409)
    free = {seat.number: seat for seat in seats_of(ctx, plan) if seat.candidate_id is None}
    numbers = next_seats(set(range(1, plan.seats + 1)) - free.keys(), plan.seats, len(waiting))
    if not numbers:
        raise Refused("room_full", _("这个考场%(n)s个座位已经排满。", n=plan.seats), hint=_("请增加座位，或另建一个测试计划。"),
                      status=409)
    given = [(free[number], one) for number, one in zip(numbers, waiting, strict=False)]
    for seat, one in given:
        _give(ctx, seat, one)
    _told_now(ctx, plan, [seat for seat, _one in given])
    return len(given)


def seat_one(ctx: Ctx, plan: TestPlan, candidate_id: Id, number: int) -> None:
    """手工排座: a candidate who waits, or one of this plan who changes the seat."""
    lock(ctx, plan)
    _check_before(plan)
    seat = next((one for one in seats_of(ctx, plan) if one.number == number), None)
    if seat is None:
        raise Refused("no_seat", _("没有%(number)s号座位，这个考场是1到%(seats)s号。", number=number, seats=plan.seats),
                      field="number")
    if seat.candidate_id is not None:
        raise Conflict("seat_taken", _("%(number)s号座位已经有人，请选择空位。", number=number), field="number")
    former = next((one for one in seats_of(ctx, plan) if one.candidate_id == candidate_id), None)
    candidate = former.candidate if former else next(
        (one for one in waiting_for(ctx, plan) if one.id == candidate_id), None)
    if candidate is None:
        raise Conflict("not_waiting", _("这位学员没有等待安排的测试申请，可能刚被别的计划安排了。请刷新页面后再看。"))
    check_not_barred(ctx, candidate.person_id)
    if former is not None:
        former.candidate_id = None
        ctx.db.flush()
    _give(ctx, seat, candidate)
    _told_now(ctx, plan, [seat])


def person_problem(ctx: Ctx, candidate: Candidate) -> Problem | None:
    """Why this candidate is not tested: the application was withdrawn, or the person is barred (ZJ-14)."""
    if not is_applied_for(ctx, candidate):
        return Problem("not_applied", _("培训机构已撤回您的考试申请，或您已退出培训。"), hint=_("请联系培训机构。"))
    try:
        check_not_barred(ctx, candidate.person_id)
    except DomainError as error:
        return Problem(error.code, error.sentence, hint=error.hint)
    return None


def _give(ctx: Ctx, seat: TestSeat, candidate: Candidate) -> None:
    """The tables decide, whoever seats at the same moment: a seat is given once, a candidate has one open seat."""
    try:
        done = ctx.db.execute(update(TestSeat).where(TestSeat.id == seat.id, TestSeat.candidate_id.is_(None))
                              .values(candidate_id=candidate.id))
    except IntegrityError:
        ctx.rollback()
        raise Conflict("seated_elsewhere", _("这位学员刚刚被安排到另一个测试计划。请刷新页面后再看。")) from None
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("seat_taken", _("%(number)s号座位刚刚被别人排了。请刷新页面后再看。", number=seat.number))
    ctx.db.refresh(seat)
    ctx.record("zhejiang.test_seat", seat.id, candidate=str(candidate.id), number=seat.number)


def _told_now(ctx: Ctx, plan: TestPlan, seats: Sequence[TestSeat]) -> None:
    """Who gets a seat in a plan that was told already hears of it at once."""
    if plan.state == PlanState.PUBLISHED:
        plan.turn += 1
        telling.of_seats(ctx, plan, seats, texts.PUBLISHED)


def unseat(ctx: Ctx, plan: TestPlan, seat: TestSeat, reason: str) -> None:
    """The candidate waits for another plan; told where this one was told."""
    lock(ctx, plan)
    _check_before(plan)
    candidate = seat.candidate
    if candidate is None:
        raise Conflict("seat_free", _("这个座位已经空出来了。"))
    seat.candidate_id = None
    ctx.db.flush()
    ctx.record("zhejiang.test_unseat", seat.id, candidate=str(candidate.id), reason=reason)
    if plan.state == PlanState.PUBLISHED:
        plan.turn += 1
        telling.called_off(ctx, plan, [candidate], reason)


def release(ctx: Ctx, candidates: Sequence[Candidate]) -> None:
    """Who has left the training gives back the seat of a test that has not begun; once it runs, the door is shut to
    them (`person_problem`) and the seat stays as it was."""
    for start in range(0, len(candidates), _FEW):
        ids = [one.id for one in candidates[start:start + _FEW]]
        for seat in ctx.db.scalars(select(TestSeat).join(TestPlan, TestPlan.id == TestSeat.plan_id).where(
                TestSeat.candidate_id.in_(ids), TestSeat.over_at.is_(None),
                TestPlan.state.in_((PlanState.DRAFT, PlanState.PUBLISHED)))).all():
            unseat(ctx, seat.plan, seat, _("已退出培训"))


# --- told, called off -------------------------------------------------------------------------------------

def publish(ctx: Ctx, plan: TestPlan) -> int:
    """Tell everybody who has a seat; how many that are."""
    lock(ctx, plan)
    state = move_plan(plan.state, PlanState.PUBLISHED)
    seated = [seat for seat in seats_of(ctx, plan) if seat.candidate_id is not None]
    if not seated:
        raise Refused("nobody_seated", _("还没有排座，不能发布。"), hint=_("请先自动排座或手工排座。"), status=409)
    if plan.starts_at <= ctx.now:
        raise Refused("past", _("开始时间已经过去，请先改时间。"), status=409)
    if not invigilators_of(ctx, plan):
        raise Refused("no_invigilator", _("请至少选择一位监考人员。"), status=409)
    plan.state, plan.published_at = state, ctx.now
    plan.turn += 1
    telling.of_seats(ctx, plan, seated, texts.PUBLISHED)
    telling.near_later(ctx, plan)
    ctx.record("zhejiang.test_published", plan.id, seated=len(seated))
    return len(seated)


def remind(ctx: Ctx, plan_id: Id, at: str) -> None:
    """A day before, if the test still is to be held at that time."""
    plan = ctx.db.get(TestPlan, plan_id)
    if plan is not None and plan.state == PlanState.PUBLISHED and plan.starts_at.isoformat() == at:
        telling.near(ctx, plan, seats_of(ctx, plan))


def cancel_plan(ctx: Ctx, plan: TestPlan, reason: str) -> int:
    """Call it off: everybody waits for another plan and, where told before, hears why; how many that are."""
    lock(ctx, plan)
    state, told = move_plan(plan.state, PlanState.CANCELLED), plan.state == PlanState.PUBLISHED
    candidates = [seat.candidate for seat in seats_of(ctx, plan) if seat.candidate is not None]
    plan.state, plan.closed_at = state, ctx.now
    ctx.db.execute(update(TestSeat).where(TestSeat.plan_id == plan.id).values(over_at=ctx.now))
    ctx.db.expire_all()
    ctx.record("zhejiang.test_cancelled", plan.id, reason=reason, seated=len(candidates))
    if told:
        plan.turn += 1
        telling.called_off(ctx, plan, candidates, reason)
    return len(candidates)


def names_of(ctx: Ctx, candidates: Sequence[Candidate]) -> dict[Id, str]:
    """For lists."""
    cards = cards_of(ctx, {one.person_id for one in candidates})
    return {one.id: f"{cards[one.person_id].name} {cards[one.person_id].id_shown[-12:]}" for one in candidates}
