"""The hours of a case, stretch by stretch, with the pictures taken in each: what can be cleared by itself (C-06)."""
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from core.audit.risk import HALF
from core.base.clock import local_date
from core.base.db import Id
from core.course import Stretch

LATE = timedelta(minutes=3)      # as long as a picture may take after it was asked for


class Mark(StrEnum):
    """Why an auditor may want to pick a stretch; the words of the page's links."""

    NO_PICTURE = "no_picture"    # its class hour has no picture with a person on it (ground c)
    STRANGER = "stranger"        # its class hour has a picture that is not the person, or of several (ground a)
    UNFETCHED = "unfetched"      # its page fetched less than half of the video (ground b)


class Shown(Protocol):
    """A picture, as far as it says something of its hour."""

    @property
    def at(self) -> datetime: ...

    @property
    def person_seen(self) -> bool: ...

    @property
    def stranger(self) -> bool: ...


P = TypeVar("P", bound=Shown)


@dataclass(frozen=True)
class Examined(Generic[P]):
    """A stretch, the class hour that it lies in (from 1), its pictures and its marks."""

    stretch: Stretch
    hour: int
    pictures: tuple[P, ...]
    marks: frozenset[Mark]


def examine(stretches: Sequence[Stretch], pictures: Sequence[P], hour_seconds: int) -> tuple[Examined[P], ...]:
    """The stretches in the order of study, counted into class hours; the last hour may be short and lacks nothing."""
    own = _pictures_of(stretches, pictures)
    hours, before = [], 0
    for one in stretches:
        hours.append((before + one.seconds // 2) // hour_seconds + 1)
        before += one.seconds
    whole = before // hour_seconds
    seen: dict[int, list[P]] = defaultdict(list)
    for hour, shown in zip(hours, own, strict=True):
        seen[hour] += shown
    return tuple(Examined(one, hour, tuple(shown), _marks(one, seen[hour], hour <= whole))
                 for one, hour, shown in zip(stretches, hours, own, strict=True))


def picked_by(rows: Sequence[Examined[P]], pick: str) -> frozenset[Id]:
    """The credits that a link of the page picks: `all`, a mark, or a day like 2026-11-20; nothing for nonsense."""
    return frozenset(row.stretch.credit_id for row in rows
                     if pick == "all" or pick in row.marks or pick == local_date(row.stretch.began).isoformat())


def _pictures_of(stretches: Sequence[Stretch], pictures: Sequence[P]) -> list[list[P]]:
    """For each stretch the pictures taken in it, or so shortly after it that they were asked for in it."""
    began = [one.began for one in stretches]
    found: list[list[P]] = [[] for _ in stretches]
    for picture in pictures:
        place = bisect_right(began, picture.at) - 1
        if place >= 0 and picture.at - stretches[place].ended <= LATE:
            found[place].append(picture)
    return found


def _marks(one: Stretch, seen: Sequence[P], whole: bool) -> frozenset[Mark]:
    marks = set()
    if whole and not any(picture.person_seen for picture in seen):
        marks.add(Mark.NO_PICTURE)
    if any(picture.stranger for picture in seen):
        marks.add(Mark.STRANGER)
    if one.fetched is not None and one.fetched < HALF:
        marks.add(Mark.UNFETCHED)
    return frozenset(marks)
