"""When the doors are open, which seats are given, what the board says: as tables; and two clerks who seat at once."""
import threading
from datetime import datetime, timedelta

import pytest

from core.api import Conflict, DomainError
from core.api.exams import SittingFacts, SittingState
from core.api.store import Id, new_id
from core.base.clock import shanghai
from core.tenancy import Tenant, unit_of_work
from plugins.zhejiang.testing import service
from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.queries import seats_of
from plugins.zhejiang.testing.rules import Hours, counts, next_seats, stand_of, why_not_in
from plugins.zhejiang.testing.states import ENTRY_MOVES, PLAN_MOVES, Entry, PlanState, Stand, move_plan
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.test_room import Room, room

__all__ = ["room"]
NINE = shanghai(2026, 11, 21, 9)
EARLY, LATE = NINE - timedelta(minutes=60), NINE + timedelta(minutes=35)


@pytest.mark.parametrize(("state", "opened", "at", "code"), [
    pytest.param(PlanState.DRAFT, None, NINE, "test_closed", id="not told yet"),
    pytest.param(PlanState.PUBLISHED, None, EARLY - timedelta(seconds=1), "test_too_soon", id="too early"),
    pytest.param(PlanState.PUBLISHED, None, EARLY, None, id="A.7: an hour before"),
    pytest.param(PlanState.PUBLISHED, None, LATE, None, id="who waits with all is not late"),
    pytest.param(PlanState.RUNNING, NINE, NINE + timedelta(minutes=29, seconds=59), None, id="29:59 after it began"),
    pytest.param(PlanState.RUNNING, NINE, NINE + timedelta(minutes=30), "test_too_late", id="A.7: 30:00 is too late"),
    pytest.param(PlanState.RUNNING, NINE + timedelta(minutes=10), LATE, None, id="counted from when it began"),
    pytest.param(PlanState.CLOSED, NINE, LATE, "test_closed", id="over"),
    pytest.param(PlanState.CANCELLED, None, NINE, "test_cancelled", id="called off"),
])
def test_the_doors(state: PlanState, opened: datetime | None, at: datetime, code: str | None) -> None:
    """ZJ-28, A.7."""
    problem = why_not_in(state, Hours(NINE, opened, 60, 30), at)
    assert (problem.code if problem else None) == code
    assert problem is None or (problem.sentence and problem.hint)


@pytest.mark.parametrize(("taken", "seats", "wanted", "given"), [
    ([], 3, 2, [1, 2]), ([1, 3], 4, 5, [2, 4]), ([1, 2], 2, 1, []), ([], 0, 9, []), ([2], 3, 1, [1]),
])
def test_the_seats_given(taken: list[int], seats: int, wanted: int, given: list[int]) -> None:
    """ZJ-28: the lowest free ones, never more than there are."""
    assert next_seats(taken, seats, wanted) == given


def sat(state: SittingState, passed: bool | None = None, *, released: bool = False) -> SittingFacts:
    return SittingFacts(new_id(), new_id(), state, NINE, LATE, None, 3, 50, 60 if passed else 0, passed, released)


@pytest.mark.parametrize(("entry", "sitting", "stand"), [
    (Entry.WAITING, None, Stand.ABSENT), (Entry.ADMITTED, None, Stand.ADMITTED), (Entry.REFUSED, None, Stand.REFUSED),
    (Entry.ADMITTED, sat(SittingState.RUNNING), Stand.SITTING),
    (Entry.ADMITTED, sat(SittingState.RUNNING, released=True), Stand.RELEASED),
    (Entry.ADMITTED, sat(SittingState.SUBMITTED, True), Stand.PASSED),
    (Entry.ADMITTED, sat(SittingState.TIMED_OUT, False), Stand.FAILED),
    (Entry.ADMITTED, sat(SittingState.STOPPED, True), Stand.PASSED),
    (Entry.ADMITTED, sat(SittingState.VOID, False), Stand.VOID),
])
def test_what_the_board_says(entry: Entry, sitting: SittingFacts | None, stand: Stand) -> None:
    assert stand_of(entry, sitting, True) is stand
    assert stand_of(entry, sitting, False) is Stand.FREE
    assert counts([stand, stand, Stand.FREE]) == {**({stand: 2}), Stand.FREE: 1}


def test_what_is_over_stays_over() -> None:
    """Nothing leads out of an ended plan, and a refused candidate comes in only past a person."""
    for over in (PlanState.CLOSED, PlanState.CANCELLED):
        for to in PlanState:
            with pytest.raises(Conflict, match="不能这样办理"):
                move_plan(over, to)
    assert PlanState.CANCELLED not in PLAN_MOVES[PlanState.RUNNING]
    assert ENTRY_MOVES[Entry.REFUSED] == {Entry.ADMITTED}


def at_once(tenant: Tenant, plan_ids: list[Id], clerk: scene.School) -> list[str]:
    """Each plan filled by a clerk of its own at the same moment; what became of each."""
    gate, said = threading.Barrier(len(plan_ids)), []

    def fill(plan_id: Id) -> None:
        gate.wait()
        try:
            with unit_of_work(tenant, clerk.clerk.actor) as ctx:
                said.append(str(service.seat_all(ctx, ctx.db.get_one(TestPlan, plan_id))))
        except DomainError as error:
            said.append(error.code)

    threads = [threading.Thread(target=fill, args=(plan_id,)) for plan_id in plan_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_two_clerks_seat_at_once(room: Room) -> None:
    """ZJ-28: three applicants and two plans of two seats, filled at once, twice each: everybody sits once."""
    plans = [Id(room.make(seats="2")), Id(room.make(seats="2", starts="15:00"))]
    at_once(room.tenant, plans * 2, room.school)
    at_once(room.tenant, plans, room.school)
    with unit_of_work(room.tenant) as ctx:
        seats = [seat for plan_id in plans for seat in seats_of(ctx, ctx.db.get_one(TestPlan, plan_id))]
    assert len(seats) == 4
    assert sorted(seat.candidate_id for seat in seats if seat.candidate_id) == sorted(room.candidates)


def test_a_seat_is_given_once(room: Room) -> None:
    """The tables decide: a second open seat of a candidate, or a seat that is taken, is refused."""
    first, second, _third = room.candidates
    room.make(seats="2")
    here = Id(room.plan)
    room.make(seats="2", starts="15:00")
    there = Id(room.plan)
    with unit_of_work(room.tenant, room.school.clerk.actor) as ctx:
        seats: list[TestSeat] = [seats_of(ctx, ctx.db.get_one(TestPlan, one))[0] for one in (here, there)]
        service.seat_one(ctx, seats[0].plan, first, 1)
        with pytest.raises(Conflict, match="已经有人"):
            service.seat_one(ctx, seats[0].plan, second, 1)
        with pytest.raises(Conflict, match="没有等待安排"):
            service.seat_one(ctx, seats[1].plan, first, 1)
