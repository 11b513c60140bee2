"""Pure rules of the deadline: in time or late, when to remind, who will miss it. No session, no clock.

An end is the first moment that is too late: for "until 2020-12-31" midnight in Shanghai, so that 23:59:59 is in
time and 00:00:00 is late (GD-01).
"""
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.base.clock import local_date, shanghai
from core.base.workdays import add_working_days

LONGEST_GRACE = timedelta(days=366)


class Counts(StrEnum):
    """The rule `deadline.counts`: what must be reached before the end; each comes after the one before."""

    HOURS = "hours"
    EXAM = "exam"
    SUBMITTED = "submitted"
    AUDITED = "audited"
    REPLACED = "replaced"


class Standing(StrEnum):
    """How a certificate stands against its deadline."""

    FREE = "free"            # no deadline concerns it
    DONE = "done"            # replaced
    OPEN = "open"            # the end is still to come
    GRACE = "grace"          # the end is over, but not the one of the grace list
    KEPT = "kept"            # over, but what counts had been reached in time: replacement stays open
    LATE = "late"


@dataclass(frozen=True)
class Milestones:
    """When each step was reached; None: not yet, or taken back by a clearing."""

    hours: datetime | None = None
    exam: datetime | None = None
    submitted: datetime | None = None
    audited: datetime | None = None
    replaced: datetime | None = None

    def reached(self, step: Counts) -> datetime | None:
        return {Counts.HOURS: self.hours, Counts.EXAM: self.exam, Counts.SUBMITTED: self.submitted,
                Counts.AUDITED: self.audited, Counts.REPLACED: self.replaced}[step]

    @property
    def missing(self) -> tuple[Counts, ...]:
        """The steps that are still to be done by the trainee or awaited, in their order."""
        return tuple(step for step in (Counts.HOURS, Counts.EXAM, Counts.AUDITED, Counts.REPLACED)
                     if self.reached(step) is None)


@dataclass(frozen=True)
class Verdict:
    """`ends` is the end that holds, a later one of the grace list included; `counted_at` when what counts was
    reached; `days_left` counts calendar days in Shanghai, 0 on the last one, negative after it."""

    standing: Standing
    counts: Counts
    ends: datetime | None = None
    graced: bool = False
    counted_at: datetime | None = None
    days_left: int = 0

    @property
    def running(self) -> bool:
        """Whether there is still something to hurry for."""
        return self.standing in (Standing.OPEN, Standing.GRACE)

    @property
    def last_day(self) -> date | None:
        return last_day(self.ends) if self.ends else None


def end_of(day: date) -> datetime:
    """The first moment after a day in Shanghai."""
    following = day + timedelta(days=1)
    return shanghai(following.year, following.month, following.day)


def last_day(ends: datetime) -> date:
    """The last day in Shanghai that is in time."""
    return local_date(ends - timedelta(microseconds=1))


def judge(now: datetime, ends: datetime | None, counts: Counts, reached: Milestones,
          grace_ends: datetime | None = None) -> Verdict:
    """How a certificate stands at `now`, against its end and the one that the grace list gives it."""
    if reached.replaced is not None:
        return Verdict(Standing.DONE, counts, ends, counted_at=reached.replaced)
    if ends is None:
        return Verdict(Standing.FREE, counts)
    graced = grace_ends is not None and grace_ends > ends
    holds = grace_ends if graced and grace_ends is not None else ends
    counted = reached.reached(counts)
    left = (last_day(holds) - local_date(now)).days
    if now < ends:
        standing = Standing.OPEN
    elif counted is not None and counted < holds:
        standing = Standing.KEPT
    elif now < holds:
        standing = Standing.GRACE
    else:
        standing = Standing.LATE
    return Verdict(standing, counts, holds, graced, counted, left)


def stage_due(days_left: int, stages: Sequence[int]) -> int | None:
    """The reminder whose time has come: the latest stage that is not still ahead; None before the first and after
    the end. A stage that was slept through gives way to the one after it, so that nobody gets two at once."""
    if days_left < 0:
        return None
    return min((stage for stage in stages if days_left <= stage), default=None)


@dataclass(frozen=True)
class Allowances:
    """What the forecast allows after the last hour: days for the exam, working days for the audit."""

    exam_days: int
    audit_days: int


@dataclass(frozen=True)
class Work:
    """What a person still has before them. `audit_due` is the day promised for a case that waits."""

    enrolled: bool
    hours_left: float
    hours_a_day: float
    begun: bool = True
    exam_left: bool = True
    audit_left: bool = True
    audit_due: date | None = None


class Outlook(StrEnum):
    """What the forecast says of a person, at the present pace."""

    IN_TIME = "in_time"
    NOT_ENROLLED = "not_enrolled"
    NOT_BEGUN = "not_begun"
    STALLED = "stalled"          # nothing credited in the last days
    TOO_SLOW = "too_slow"        # the hours alone last beyond the end
    NO_ROOM = "no_room"          # the hours would do, exam and audit come too late
    LATE = "late"                # the end is over


@dataclass(frozen=True)
class Forecast:
    """`finish` is the day on which what counts would be reached; None when it never is at this pace."""

    outlook: Outlook
    finish: date | None

    @property
    def misses(self) -> bool:
        return self.outlook is not Outlook.IN_TIME


def forecast(today: date, last: date, counts: Counts, work: Work, allowed: Allowances) -> Forecast:
    """Who goes on at this pace, when they reach what counts, and why they would miss it (C-20)."""
    if today > last:
        return Forecast(Outlook.LATE, None)
    if not work.enrolled:
        return Forecast(Outlook.NOT_ENROLLED, None)
    learnt = today
    if work.hours_left > 0:
        if work.hours_a_day <= 0:
            return Forecast(Outlook.STALLED if work.begun else Outlook.NOT_BEGUN, None)
        learnt = _after(today, math.ceil(work.hours_left / work.hours_a_day))
    finish = _finish(learnt, counts, work, allowed)
    if finish <= last:
        return Forecast(Outlook.IN_TIME, finish)
    return Forecast(Outlook.TOO_SLOW if learnt > last else Outlook.NO_ROOM, finish)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=min(days, 3650))


def _finish(learnt: date, counts: Counts, work: Work, allowed: Allowances) -> date:
    """The day on which what counts is reached, by somebody who has learnt everything on `learnt`."""
    day = learnt
    if counts is not Counts.HOURS and work.exam_left:
        day = _after(day, allowed.exam_days)
    if counts in (Counts.AUDITED, Counts.REPLACED) and work.audit_left:
        day = max(day, work.audit_due) if work.audit_due else add_working_days(day, allowed.audit_days).day
    return day


def study_by(last: date, counts: Counts, work: Work, allowed: Allowances) -> date:
    """The last day for learning everything, so that exam and audit still fit in before the end."""
    day, work = last, replace(work, audit_due=None)
    while _finish(day, counts, work, allowed) > last:
        day -= timedelta(days=1)
    return day


def grace_problem(today: date, ends: datetime | None, wanted: date) -> str | None:
    """What is wrong with a proposed last day of the grace list: "no_deadline", "not_later", "past", "far"; or None."""
    if ends is None:
        return "no_deadline"
    if wanted <= last_day(ends):
        return "not_later"
    if wanted < today:
        return "past"
    return "far" if wanted - max(last_day(ends), today) > LONGEST_GRACE else None
