"""The hours ledger as arithmetic: entries are only ever added, and each answer names what it answers.

A credit stands for a run of server slots. A pending entry waits for a proof and counts nothing until a
credit answers it. A clear takes one credit back, a restore takes one clear back. A void ends the waiting of one
pending entry; where it was wrong, a new pending entry answers it. Nothing is overwritten, so the sum of all entries
is the standing at any moment.
"""
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar


class Kind(StrEnum):
    """What an entry does to the standing."""

    CREDIT = "credit"
    PENDING = "pending"
    CLEAR = "clear"
    RESTORE = "restore"
    VOID = "void"


class Part(StrEnum):
    """通用课程 and 专业课程 (N-30)."""

    GENERAL = "general"
    PROFESSIONAL = "professional"


class Line(Protocol):
    """What the arithmetic needs to know of an entry; `kind` and `part` as they stand in the database."""

    @property
    def id(self) -> object: ...

    @property
    def kind(self) -> str: ...

    @property
    def part(self) -> str: ...

    @property
    def slots(self) -> int: ...

    @property
    def answers_id(self) -> object | None: ...


L = TypeVar("L", bound=Line)


# What an entry of a kind may answer; None: it may stand alone.
ANSWERS: dict[Kind, frozenset[Kind | None]] = {
    Kind.CREDIT: frozenset({None, Kind.PENDING}),
    Kind.PENDING: frozenset({None, Kind.VOID}),
    Kind.CLEAR: frozenset({Kind.CREDIT, Kind.RESTORE}),
    Kind.RESTORE: frozenset({Kind.CLEAR}),
    Kind.VOID: frozenset({Kind.PENDING}),
}


def effect(kind: str, slots: int) -> int:
    """What an entry adds to the standing, in slots: a clear takes away, a pending one waits."""
    return {Kind.CREDIT: slots, Kind.CLEAR: -slots, Kind.RESTORE: slots}.get(Kind(kind), 0)


def standing(lines: Iterable[Line], part: Part | None = None) -> int:
    """Credited slots, of one part or of all."""
    return sum(effect(line.kind, line.slots) for line in lines if part is None or line.part == part)


def clearable(lines: Iterable[L]) -> list[L]:
    """The entries that count now and can be taken back: credits and restores that nothing has answered yet.
    """
    return _unanswered(lines, Kind.CREDIT, Kind.RESTORE)


def restorable(lines: Iterable[L]) -> list[L]:
    """The clears that stand: none has answered them yet."""
    return _unanswered(lines, Kind.CLEAR)


def waiting(lines: Iterable[L]) -> list[L]:
    """The pending entries that still wait for a proof."""
    return _unanswered(lines, Kind.PENDING)


def voided(lines: Iterable[L]) -> list[L]:
    """The voids that stand."""
    return _unanswered(lines, Kind.VOID)


def _unanswered(lines: Iterable[L], *kinds: Kind) -> list[L]:
    entries = list(lines)
    answered = {line.answers_id for line in entries if line.answers_id}
    return [line for line in entries if line.kind in kinds and line.id not in answered]


def outcomes(lines: Iterable[Line]) -> dict[object, Kind]:
    """What each entry has come to: the kind of the last one that answers it, or one that answered it."""
    entries = list(lines)
    answer = {line.answers_id: line for line in entries if line.answers_id}
    found: dict[object, Kind] = {}
    for entry in entries:
        newest = entry
        while newest.id in answer:
            newest = answer[newest.id]
        found[entry.id] = Kind(newest.kind)
    return found


def sources(lines: Iterable[Line]) -> dict[object, object]:
    """For each entry the id of the first one that it goes back to: a restore of a clear of a credit to that credit."""
    answers = {line.id: line.answers_id for line in lines}
    found: dict[object, object] = {}
    for entry in answers:
        first = entry
        while (before := answers.get(first)) is not None:
            first = before
        found[entry] = first
    return found


class Dated(Line, Protocol):
    """An entry with its lesson and the moment at which it was written."""

    @property
    def lesson_id(self) -> object: ...

    @property
    def at(self) -> datetime: ...


def full_since(lines: Iterable[Dated], due: Mapping[Part, int],
               places: Mapping[object, Collection[int]]) -> datetime | None:
    """The moment from which the credits that stand now have filled each part's due slots; None while they do not.
    `places`: which slots of its lesson each entry is about; each counts once.

    A credit that was cleared and restored counts from its own moment, as does one that waited for a proof from
    the moment at which it was pending: what an appeal gives back was never late (C-20).
    """
    entries = list(lines)
    by_id = {entry.id: entry for entry in entries}
    answer = {entry.answers_id: entry for entry in entries if entry.answers_id is not None}
    found: list[tuple[datetime, Dated]] = []
    for entry in entries:
        if entry.kind != Kind.CREDIT:
            continue
        newest = entry
        while newest.id in answer:
            newest = answer[newest.id]
        if newest.kind != Kind.CLEAR:
            began = entry
            while began.answers_id is not None and began.answers_id in by_id:
                began = by_id[began.answers_id]
            found.append((began.at, entry))
    left, since, counted = dict(due), None, set[tuple[object, int]]()
    for at, entry in sorted(found, key=lambda one: one[0]):
        fresh = {(entry.lesson_id, place) for place in places[entry.id]} - counted
        if left[Part(entry.part)] > 0 and fresh:
            left[Part(entry.part)] -= len(fresh)
            counted |= fresh
            since = at
    return since if all(slots <= 0 for slots in left.values()) else None


@dataclass(frozen=True, slots=True)
class Due:
    """What an enrollment owes, in class hours (N-30: 10 general + 22 professional = 32).

    `exempted` are general hours that count as learned without being learned (N-25).
    """

    general: int
    professional: int
    exempted: int = 0

    @property
    def total(self) -> int:
        return self.general + self.professional + self.exempted


@dataclass(frozen=True, slots=True)
class Held:
    """What is credited, and what waits for a proof, in slots."""

    credited: int = 0
    waiting: int = 0

    @property
    def slots(self) -> int:
        return self.credited + self.waiting

    def __add__(self, other: "Held") -> "Held":
        return Held(self.credited + other.credited, self.waiting + other.waiting)

    def within(self, due: int) -> "Held":
        credited = max(0, min(self.credited, due))
        return Held(credited, max(0, min(self.waiting, due - credited)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an enrollment is. Slots are what was credited by the server, never above what is due."""

    general_slots: int
    professional_slots: int
    due: Due
    slots_per_hour: int
    general_waiting: int = 0         # learned while the network was cut, and waiting for a face (C-02)
    professional_waiting: int = 0

    @property
    def waiting_slots(self) -> int:
        return self.general_waiting + self.professional_waiting

    @property
    def credited_slots(self) -> int:
        return self.general_slots + self.professional_slots

    @property
    def learned_slots(self) -> int:
        """Credited, or waiting for a face."""
        return self.credited_slots + self.waiting_slots

    @property
    def due_slots(self) -> int:
        return (self.due.general + self.due.professional) * self.slots_per_hour

    @property
    def credited_hours(self) -> int:
        """Whole class hours credited, exempted ones included (the record shows 32, N-25)."""
        return self.due.exempted + self.credited_slots // self.slots_per_hour

    @property
    def total_hours(self) -> int:
        return self.due.total

    def slots_of(self, part: Part) -> int:
        return self.general_slots if part is Part.GENERAL else self.professional_slots

    def due_of(self, part: Part) -> int:
        """What a part owes, in slots."""
        return (self.due.general if part is Part.GENERAL else self.due.professional) * self.slots_per_hour

    def owed_of(self, part: Part) -> int:
        """What of a part is still to be learned, in slots; what waits is learned."""
        return self.due_of(part) - self.slots_of(part) - (
            self.general_waiting if part is Part.GENERAL else self.professional_waiting)

    @property
    def general_done(self) -> bool:
        return self.general_slots >= self.due.general * self.slots_per_hour

    @property
    def done(self) -> bool:
        """全部学时学习完成: both parts are full (N-37, N-40)."""
        return self.general_done and self.professional_slots >= self.due.professional * self.slots_per_hour


def progress_of(general: Held, professional: Held, due: Due, slots_per_hour: int) -> Progress:
    """The progress from what the ledger adds up to; hours above the due do not roll over (A.7)."""
    general = general.within(due.general * slots_per_hour)
    professional = professional.within(due.professional * slots_per_hour)
    return Progress(general.credited, professional.credited, due, slots_per_hour, general.waiting, professional.waiting)
