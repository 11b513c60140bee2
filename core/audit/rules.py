"""Pure rules of the audit: when a case opens, when it is due, what a decision needs. No session, no clock."""
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.base.clock import local_date
from core.base.workdays import DueDay, due_window, working_days_between

SHORTEST_REASON = 4
LONGEST_REASON = 500


class Clock(StrEnum):
    """How a waiting case stands against its working days; each has a word on the page."""

    FRESH = "fresh"
    DUE = "due"
    LATE = "late"


@dataclass(frozen=True)
class Window:
    """N-48: the working days between which the answer is promised; `certain` False says that the holidays of
    a year in it are not decreed yet."""

    first: date
    last: date
    certain: bool


def window(opened_at: datetime, days_min: int, days_max: int) -> Window:
    """3到5个工作日 after the day in Shanghai on which the case was opened (N-38, N-48)."""
    first, last = due_window(local_date(opened_at), days_min, days_max)
    return Window(first.day, last.day, _certain(first, last))


def _certain(first: DueDay, last: DueDay) -> bool:
    return first.certain and last.certain


def clock(now: datetime, promised: Window) -> Clock:
    """Fresh until the first promised day, due until the last one has ended, then late."""
    today = local_date(now)
    if today > promised.last:
        return Clock.LATE
    return Clock.DUE if today >= promised.first else Clock.FRESH


def days_left(now: datetime, last: date) -> int:
    """Working days until the end of the promise; negative when it is over."""
    return working_days_between(local_date(now), last)


def ready(study_done: bool, exam_required: bool, exam_passed: bool) -> bool:
    """N-44: 学习与考核完成后; the exam only where this post needs it (X-15)."""
    return study_done and (exam_passed or not exam_required)


def reason_problem(reason: str) -> str | None:
    """What is wrong with a reason that will be read by the trainee, and in an appeal; None for a good one."""
    length = len(reason.strip())
    if length < SHORTEST_REASON:
        return "short"
    return "long" if length > LONGEST_REASON else None
