"""The Chinese working-day clock: weekends, statutory holidays, weekends worked in their stead (N-48)."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays


@dataclass(frozen=True)
class DueDay:
    """The last day of a period; not `certain` when a year in it has no decree yet, so that only its weekends
    were counted."""

    day: date
    certain: bool


@lru_cache(maxsize=64)
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, expand=False)


@lru_cache(maxsize=64)
def decreed(year: int) -> bool:
    """Whether the State Council's arrangement of the year is in the calendar data.

    It comes each autumn for the year to come and always names weekends to work; laws alone name none.
    """
    return any(day.year == year for day in _calendar(year).weekend_workdays)


def is_working_day(day: date) -> bool:
    """Whether offices work on that Shanghai calendar day; years not decreed yet go by weekends only."""
    if not decreed(day.year):
        return day.weekday() < 5
    calendar = _calendar(day.year)
    if day.weekday() >= 5:
        return day in calendar.weekend_workdays
    return day not in calendar


def add_working_days(start: date, count: int) -> DueDay:
    """The `count`-th working day after `start`, which itself does not count; 0 gives `start`.

    Raises ValueError for a negative count. N-48.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    day, certain, left = start, True, count
    while left:
        day += timedelta(days=1)
        certain = certain and decreed(day.year)
        if is_working_day(day):
            left -= 1
    return DueDay(day, certain)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(day) for day in _days(start + timedelta(days=1), end))


def due_window(start: date, least: int, most: int) -> tuple[DueDay, DueDay]:
    """First and last day on which “least 到 most 个工作日” after `start` can end (3 and 5: N-38, N-48)."""
    return add_working_days(start, least), add_working_days(start, most)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
