"""Which slots of a lesson the ledger has credited, and which are to be learned (again): arithmetic, no database.

Entries do not say which slots of the video they stand for, and need not: a lease always studies the first gap of
its lesson, so a credit takes the first slots that are free when it is written. A clear frees what its credit held.
"""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.course.ledger import Held, Kind, Line, waiting


@dataclass(frozen=True, slots=True)
class Gap:
    """Slots of a lesson that are not credited: `first` and those after it, up to but not including `end`."""

    first: int
    end: int

    def resume_ms(self, point_ms: int, slot_ms: int, lesson_ms: int) -> int:
        """Where the picture goes on: the saved point if it lies in the gap, else the gap's beginning."""
        begins = self.first * slot_ms
        return point_ms if begins <= point_ms <= lesson_ms else min(begins, lesson_ms)


def taken(lines: Iterable[Line]) -> frozenset[int]:
    """The slots of one lesson that stand credited, or wait for a proof; `lines` in the order of writing."""
    return _standing(_laid(lines)[1])


def held_once(lines: Iterable[Line]) -> Held:
    """The same in numbers: each slot once, however often it was learned, taken back and given back."""
    entries = list(lines)
    places, counts = _laid(entries)
    everything = len(_standing(counts))
    for line in waiting(entries):
        counts.subtract(places[line.id])
    credited = len(_standing(counts))
    return Held(credited, everything - credited)


def places_of(lines: Iterable[Line]) -> dict[object, tuple[int, ...]]:
    """Which slots of its lesson each entry is about."""
    return _laid(lines)[0]


def _laid(lines: Iterable[Line]) -> tuple[dict[object, tuple[int, ...]], Counter[int]]:
    places: dict[object, tuple[int, ...]] = {}
    counts: Counter[int] = Counter()
    for line in lines:
        answered = places.get(line.answers_id) if line.answers_id is not None else None
        places[line.id] = mine = _first_free(counts, line.slots) if answered is None else answered
        if line.kind in (Kind.CLEAR, Kind.VOID):
            counts.subtract(mine)
        elif line.kind in (Kind.RESTORE, Kind.PENDING) or answered is None:
            counts.update(mine)
    return places, counts


def _standing(counts: Counter[int]) -> frozenset[int]:
    return frozenset(place for place, count in counts.items() if count > 0)


def _first_free(held: Counter[int], count: int) -> tuple[int, ...]:
    free: list[int] = []
    place = 0
    while len(free) < count:
        if held[place] <= 0:
            free.append(place)
        place += 1
    return tuple(free)


def first_gap(lines: Iterable[Line], slots: int) -> Gap | None:
    """The first stretch of a lesson of so many slots that owes credit; None when all of it is credited."""
    gone = taken(lines)
    first = next((place for place in range(slots) if place not in gone), None)
    if first is None:
        return None
    return Gap(first, next((place for place in range(first, slots) if place in gone), slots))
