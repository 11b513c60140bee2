"""The working-day clock against what was decreed."""
import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.workdays import add_working_days, decreed, due_window, is_working_day, working_days_between
from tests.data import data


@pytest.mark.parametrize(("day", "works"), [
    (date(2026, 10, 1), False), (date(2026, 10, 7), False), (date(2026, 10, 8), True),
    (date(2026, 10, 10), True), (date(2026, 9, 20), True), (date(2026, 11, 20), True),
    (date(2026, 11, 21), False),
    (date(2026, 2, 14), True), (date(2026, 2, 16), False), (date(2020, 1, 31), False),
    (date(2019, 12, 29), False),
    (date(2025, 1, 26), True), (date(2025, 10, 11), True), (date(2024, 2, 18), True),
])
def test_decreed_days(day: date, works: bool) -> None:
    """N-48: statutory holidays and makes-up weekends."""
    assert is_working_day(day) is works


@pytest.mark.parametrize(("start", "count", "day", "certain"), [
    (date(2026, 9, 30), 5, date(2026, 10, 13), True),
    (date(2026, 11, 20), 3, date(2026, 11, 25), True),
    (date(2026, 11, 20), 5, date(2026, 11, 27), True),
    (date(2026, 11, 21), 1, date(2026, 11, 23), True),
    (date(2026, 11, 20), 0, date(2026, 11, 20), True),
    (date(2030, 3, 1), 5, date(2030, 3, 8), False),
])
def test_add_working_days(start: date, count: int, day: date, certain: bool) -> None:
    """N-48: 3到5个工作日; a year without a decree says so."""
    due = add_working_days(start, count)
    assert (due.day, due.certain) == (day, certain)


def test_window_of_the_manual() -> None:
    """N-38, N-48: 3 to 5 working days over the October holiday."""
    first, last = due_window(date(2026, 9, 30), 3, 5)
    assert (first.day, last.day) == (date(2026, 10, 10), date(2026, 10, 13))
    assert not decreed(2030) and decreed(2026)
    with pytest.raises(ValueError):
        add_working_days(date(2026, 1, 1), -1)


@given(st.dates(date(2019, 1, 1), date(2026, 11, 1)), st.integers(1, 25))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    due = add_working_days(start, count).day
    assert is_working_day(due)
    assert working_days_between(start, due) == count
    assert working_days_between(due, start) == -count
    assert working_days_between(start, due - timedelta(days=1)) == count - 1


def test_against_the_table() -> None:
    """N-48: each day of 2019 to 2026, where the data is there."""
    path = data("holidays", "workdays_2019_2026.csv")
    if path is None:
        pytest.skip("optional data not there")
    with path.open(encoding="utf-8-sig") as file:
        wrong = [row for row in csv.DictReader(file)
                 if is_working_day(date.fromisoformat(row["date"])) != (row["is_workday"] == "1")]
    assert wrong == []
