"""When a case opens, when it is due, what may follow what."""
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit.rules import Clock, clock, days_left, ready, reason_problem, window
from core.audit.states import GROUND_SMS, GROUND_TEXTS, CaseState, Ground, may_move
from core.base.clock import shanghai


@pytest.mark.parametrize(("study", "required", "passed", "opens"), [
    (True, True, True, True), (True, True, False, False), (True, False, False, True),
    (False, True, True, False), (False, False, False, False), (True, False, True, True),
])
def test_ready(study: bool, required: bool, passed: bool, opens: bool) -> None:
    """N-44, X-15: 学习与考核完成后, the exam only where it is required."""
    assert ready(study, required, passed) is opens


@pytest.mark.parametrize(("opened", "first", "last"), [
    (shanghai(2026, 11, 20, 12), date(2026, 11, 25), date(2026, 11, 27)),
    (shanghai(2026, 9, 30, 23, 59), date(2026, 10, 10), date(2026, 10, 13)),
    (shanghai(2026, 10, 1, 0, 1), date(2026, 10, 10), date(2026, 10, 13)),
    (shanghai(2026, 2, 13, 8), date(2026, 2, 25), date(2026, 2, 27)),
])
def test_window(opened: datetime, first: date, last: date) -> None:
    """N-38, N-48: 3到5个工作日 by the Chinese calendar, from the Shanghai day."""
    promised = window(opened, 3, 5)
    assert (promised.first, promised.last, promised.certain) == (first, last, True)


def test_a_year_without_decree_says_so() -> None:
    """N-48: beyond the known holidays only weekends count, and the page can say so."""
    assert not window(shanghai(2030, 3, 1), 3, 5).certain


@pytest.mark.parametrize(("now", "state", "left"), [
    (shanghai(2026, 11, 20, 13), Clock.FRESH, 5), (shanghai(2026, 11, 24, 23, 59), Clock.FRESH, 3),
    (shanghai(2026, 11, 25), Clock.DUE, 2), (shanghai(2026, 11, 27, 23, 59), Clock.DUE, 0),
    (shanghai(2026, 11, 28), Clock.LATE, 0), (shanghai(2026, 11, 30, 9), Clock.LATE, -1),
])
def test_clock(now: datetime, state: Clock, left: int) -> None:
    """N-48: due and late by working days."""
    promised = window(shanghai(2026, 11, 20, 12), 3, 5)
    assert clock(now, promised) is state
    assert days_left(now, promised.last) == left


def test_moves() -> None:
    """N-36, N-45: waiting is decided, passed can be cleared later, cleared is the end of a case."""
    allowed = {(old, new) for old in CaseState for new in CaseState if may_move(old, new)}
    assert allowed == {(CaseState.WAITING, CaseState.PASSED), (CaseState.WAITING, CaseState.CLEARED),
                       (CaseState.PASSED, CaseState.CLEARED)}


@given(st.lists(st.sampled_from(list(CaseState)), max_size=8))
def test_no_case_comes_back(asked: list[CaseState]) -> None:
    """N-45: whatever is asked in whatever order, a case never leaves 已清零 and never waits again."""
    state, seen = CaseState.WAITING, [CaseState.WAITING]
    for wanted in asked:
        if may_move(state, wanted):
            state = wanted
            seen.append(state)
    assert seen.count(CaseState.WAITING) == 1 and len(seen) <= 3
    if CaseState.CLEARED in seen:
        assert seen[-1] is CaseState.CLEARED


def test_grounds() -> None:
    """N-45, N-46, A.7: the three grounds in the manual's words; only two of them accuse."""
    assert [GROUND_TEXTS[ground]._args[0] for ground in Ground] == [
        "非本人学习的", "非正常途径学习的（挂机代刷学时）", "学习过程中无本人抓拍照片的"]
    assert [GROUND_SMS[ground] for ground in Ground] == ["cheating_sms", "cheating_sms", "no_snapshots_sms"]


@pytest.mark.parametrize(("reason", "problem"), [
    ("", "short"), ("   ", "short"), ("不是", "short"), ("抓拍照片与本人不符", None), ("长" * 501, "long")])
def test_reason(reason: str, problem: str | None) -> None:
    assert reason_problem(reason) == problem
