"""Pure rules of a plan: its days, who was there, who has done enough."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


def within(today: date, starts_on: date, ends_on: date) -> bool:
    """ZJ-27: whether a plan's days are now, both ends included."""
    return starts_on <= today <= ends_on


@dataclass(frozen=True)
class Held:
    """A session: its day, and the class hours that who attends has learned."""

    id: UUID
    day: date
    hours: int


@dataclass(frozen=True)
class Entry:
    """One entry of a sign-in, in the order of writing."""

    session_id: UUID
    candidate_id: UUID
    present: bool


def standing(entries: Iterable[Entry]) -> Mapping[tuple[UUID, UUID], bool]:
    """For each session and candidate what the newest entry says."""
    return {(one.session_id, one.candidate_id): one.present for one in entries}


def attended_hours(sessions: Sequence[Held], present: Mapping[tuple[UUID, UUID], bool], candidate_id: UUID) -> int:
    """Class hours that a candidate has attended."""
    return sum(one.hours for one in sessions if present.get((one.id, candidate_id), False))


def enough(attended: int, total: int, percent: int) -> bool:
    """Whether the share of the plan's class hours is reached; a plan without sessions is never attended."""
    return total > 0 and attended * 100 >= total * percent


def session_problem(starts_at: datetime, ends_at: datetime, hours: int, hour_seconds: int, day: date,
                    starts_on: date, ends_on: date, others: Iterable[tuple[datetime, datetime]]) -> str:
    """Why a session cannot stand in a plan: a code, "" when it can."""
    if ends_at <= starts_at:
        return "order"
    if not within(day, starts_on, ends_on):
        return "outside"
    if (ends_at - starts_at).total_seconds() < hours * hour_seconds:
        return "too_short"
    if any(starts_at < end and start < ends_at for start, end in others):
        return "overlaps"
    return ""
