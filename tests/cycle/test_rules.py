"""Years, hours and choices of the cycle as pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cycle import rules
from core.cycle.rules import ChoiceProblem, Due, Exemption, Held, Plan, PreviousYear, YearOffer
from core.cycle.states import LIVE, MOVES, EnrollmentState, may_move

PLAN = Plan(general=10, professional=22, exempts=True)
T0 = datetime(2026, 3, 1, 1, tzinfo=timezone.utc)


def held(number: int, post: str = "资料员", minutes: int | None = None, turn: int = 0,
         settled: bool = False, due: Due | None = None) -> Held:
    at = T0 + timedelta(minutes=number if minutes is None else minutes)
    return Held(UUID(int=number), post, at, turn, settled=settled, due=due)


@pytest.mark.parametrize("year, text", [(2019, "2019-01-01~2019-12-31"), (2024, "2024-01-01~2024-12-31")])
def test_a_cycle_is_a_natural_year(year: int, text: str) -> None:
    """N-21, N-20: 1 January to 31 December, shown as in the manual."""
    assert rules.period(year) == text == YearOffer(year, True, False).period


@pytest.mark.parametrize("now, policy, years", [
    ("2026-11-20T02:00:00+00:00", PreviousYear.WARN, [(2026, False), (2025, True)]),
    ("2026-11-20T02:00:00+00:00", PreviousYear.ALLOW, [(2026, False), (2025, False)]),
    ("2026-11-20T02:00:00+00:00", PreviousYear.FORBID, [(2026, False)]),
    ("2026-12-31T15:59:59+00:00", PreviousYear.WARN, [(2026, False), (2025, True)]),
    ("2026-12-31T16:00:00+00:00", PreviousYear.WARN, [(2027, False), (2026, True)]),
])
def test_offered_years(now: str, policy: PreviousYear, years: list[tuple[int, bool]]) -> None:
    """N-22: exactly this year and the last by Shanghai's date. N-23: this year first, the last one warned."""
    offers = rules.offered_years(datetime.fromisoformat(now), 1, policy)
    assert [(one.year, one.warned) for one in offers] == years
    assert [one.current for one in offers] == [True] + [False] * (len(years) - 1)


@pytest.mark.parametrize("year, policy, issued, problem", [
    (2026, PreviousYear.WARN, "2016-04-19", None),
    (2025, PreviousYear.WARN, "2016-04-19", None),
    (2025, PreviousYear.FORBID, "2016-04-19", ChoiceProblem.FORBIDDEN),
    (2026, PreviousYear.FORBID, "2016-04-19", None),
    (2024, PreviousYear.ALLOW, "2016-04-19", ChoiceProblem.OUTSIDE),
    (2027, PreviousYear.ALLOW, "2016-04-19", ChoiceProblem.OUTSIDE),
    (2025, PreviousYear.ALLOW, "2026-01-01", ChoiceProblem.BEFORE_ISSUE),
    (2026, PreviousYear.ALLOW, "2026-11-01", None),
])
def test_choice(year: int, policy: PreviousYear, issued: str, problem: ChoiceProblem | None) -> None:
    """N-22, N-23: the window, the regulator's word; no year before the certificate's own."""
    now = datetime(2026, 11, 20, 2, tzinfo=timezone.utc)
    assert rules.choice_problem(year, now, 1, policy, date.fromisoformat(issued)) is problem


def test_hours_of_a_year() -> None:
    """N-30: 32 = 10 + 22; the record shows 32 also when 22 were learnt (N-25)."""
    assert PLAN.recorded == 32
    due = rules.assign_hours([held(1), held(2, "材料员")], PLAN)
    assert due[UUID(int=1)] == Due(10, 22) and due[UUID(int=1)].total == 32
    assert due[UUID(int=2)].total == 22


def test_second_post_is_exempt_and_says_why() -> None:
    """N-25, C-10: from the second post on, with post, date and rule. N-24: who enrolled first is first."""
    due = rules.assign_hours([held(2, "材料员"), held(3, "劳务员"), held(1, "资料员")], PLAN)
    why = Exemption("N-25", "资料员", T0 + timedelta(minutes=1), UUID(int=1))
    assert due == {UUID(int=1): Due(10, 22), UUID(int=2): Due(0, 22, why), UUID(int=3): Due(0, 22, why)}


def test_chosen_in_one_go_the_turn_decides() -> None:
    """N-24: several at once keep the order in which they were chosen."""
    pair = [held(9, "资料员", 0, turn=0), held(1, "材料员", 0, turn=1)]
    assert [one.post for one in rules.in_order(pair)] == ["资料员", "材料员"]
    assert rules.assign_hours(pair, PLAN)[UUID(int=1)].general == 0


def test_first_post_gone_second_owes() -> None:
    """A.7: the cancelled first post takes its general hours along; the third now rests on the second."""
    three = [held(1, "资料员"), held(2, "材料员"), held(3, "劳务员")]
    three = [replace(one, due=rules.assign_hours(three, PLAN)[one.id]) for one in three]
    told = rules.owed_after_leaving(three, [UUID(int=1)], PLAN)
    assert [(one.post, one.due) for one in told] == [("材料员", Due(10, 22))]
    changed = rules.hours_changed(three[1:], PLAN)
    assert changed[UUID(int=2)] == Due(10, 22)
    assert changed[UUID(int=3)].exemption == Exemption(
        "N-25", "材料员", T0 + timedelta(minutes=2), UUID(int=2))
    assert rules.owed_after_leaving(three, [UUID(int=3)], PLAN) == []
    assert rules.owed_after_leaving(three, [UUID(int=1), UUID(int=2), UUID(int=3)], PLAN) == []
    assert rules.hours_changed(three, PLAN) == {}


def test_a_post_that_is_never_paid_exempts_nobody_who_pays() -> None:
    """N-25, A.7: the second is paid first, so it owes the general hours and the first is exempt."""
    pair = [held(1, "资料员"), held(2, "材料员")]
    pair = [replace(one, due=rules.assign_hours(pair, PLAN)[one.id]) for one in pair]
    told = rules.owed_after_paying(pair, [UUID(int=2)], T0 + timedelta(hours=1), PLAN)
    assert [(one.post, one.due) for one in told] == [("材料员", Due(10, 22))]
    assert rules.owed_after_paying(pair, [UUID(int=1), UUID(int=2)], T0 + timedelta(hours=1), PLAN) == []
    paid = [pair[0], replace(pair[1], opened_at=T0 + timedelta(hours=1))]
    assert {key: due.general for key, due in rules.assign_hours(paid, PLAN).items()} == {
        UUID(int=1): 0, UUID(int=2): 10}
    later = [replace(pair[0], opened_at=T0 + timedelta(hours=2)), paid[1]]
    assert rules.assign_hours(later, PLAN)[UUID(int=2)].general == 10


def test_recorded_hours_are_not_touched() -> None:
    """A.7: a post already recorded on an exemption needs a person's decision before its first post leaves."""
    why = Exemption("N-25", "资料员", T0, UUID(int=1))
    pair = [held(1, due=Due(10, 22)), held(2, "材料员", settled=True, due=Due(0, 22, why))]
    assert [one.post for one in rules.settled_on_leaving(pair, [UUID(int=1)])] == ["材料员"]
    assert rules.assign_hours(pair[1:], PLAN) == {UUID(int=2): Due(0, 22, why)}
    # general hours learnt in a later post and recorded serve an earlier one that is still open
    done = held(5, "机械员", settled=True, due=Due(10, 22))
    assert rules.assign_hours([held(1), done], PLAN)[UUID(int=1)].exemption == Exemption(
        "N-25", "机械员", done.enrolled_at, done.id)


@pytest.mark.parametrize("exempts, general", [(True, [10, 0, 0]), (False, [10, 10, 10])])
def test_exemption_only_where_the_tenant_grants_it(exempts: bool, general: list[int]) -> None:
    """N-25: cycle.exempt_general_from_second."""
    due = rules.assign_hours([held(n) for n in (1, 2, 3)], Plan(10, 22, exempts))
    assert [due[UUID(int=n)].general for n in (1, 2, 3)] == general


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8))
def test_general_hours_are_owed_exactly_once(rows: list[tuple[int, bool]]) -> None:
    """N-25, A.7: whoever leaves, in whatever order, one live post owes the general hours."""
    live = [held(number, minutes=minute, turn=number) for number, (minute, _) in enumerate(rows, 1)]
    for number, (_, leaves) in enumerate(rows, 1):
        if leaves:
            live = [one for one in live if one.id != UUID(int=number)]
        due = rules.assign_hours(live, PLAN)
        assert sum(one.general for one in due.values()) == (10 if live else 0)
        assert all(one.exemption is None or one.exemption.by in due for one in due.values())
        live = [replace(one, due=due[one.id]) for one in live]
        assert rules.hours_changed(live, PLAN) == {}


def test_moves_of_an_enrollment() -> None:
    """N-27: chosen, ordered, open; a cancelled one never comes back, the choice is free again."""
    assert set(MOVES) == set(EnrollmentState)
    assert may_move(EnrollmentState.CHOSEN, EnrollmentState.ORDERED)
    assert not may_move(EnrollmentState.CANCELLED, EnrollmentState.OPEN)
    assert not may_move(EnrollmentState.COMPLETED, EnrollmentState.CANCELLED)
    assert EnrollmentState.CANCELLED not in LIVE and len(LIVE) == 4
