"""Pure rules of the cycle: which years, which hours, which price (N-20 … N-27, N-30, A.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Iterable, Sequence
from uuid import UUID

from core.base.clock import local_date


class PreviousYear(StrEnum):
    """N-23: what the regulator says of the previous year's cycle; the setting cycle.previous_year."""

    ALLOW = "allow"
    WARN = "warn"
    FORBID = "forbid"


@dataclass(frozen=True)
class YearOffer:
    """A cycle that can be chosen; `warned`: only if the regulator asks for it (N-23)."""

    year: int
    current: bool
    warned: bool

    @property
    def period(self) -> str:
        """The cycle as it is shown, ``2026-01-01~2026-12-31``."""
        return period(self.year)


def period(year: int) -> str:
    """N-21: a cycle is one natural year, shown ``2019-01-01~2019-12-31``."""
    return f"{date(year, 1, 1).isoformat()}~{date(year, 12, 31).isoformat()}"


def year_in_shanghai(now: datetime) -> int:
    """The calendar year that is running in Shanghai at an aware time."""
    return local_date(now).year


def offered_years(now: datetime, years_back: int, previous: PreviousYear) -> tuple[YearOffer, ...]:
    """N-22, N-23: the current year first, then the `years_back` before it unless forbidden."""
    current = year_in_shanghai(now)
    earlier = () if previous is PreviousYear.FORBID else tuple(
        YearOffer(year, current=False, warned=previous is PreviousYear.WARN)
        for year in range(current - 1, current - years_back - 1, -1))
    return (YearOffer(current, current=True, warned=False), *earlier)


@dataclass(frozen=True)
class Exemption:
    """Why the general hours need not be learnt again (N-25, C-10): which post owes them, since when."""

    rule: str
    post: str
    enrolled_at: datetime
    by: UUID


@dataclass(frozen=True)
class Due:
    """Hours still to be learnt for one post and year; the record shows the full number all the same."""

    general: int
    professional: int
    exemption: Exemption | None = None

    @property
    def total(self) -> int:
        """Hours to learn."""
        return self.general + self.professional


@dataclass(frozen=True)
class Plan:
    """Hours of a year as the tenant's rules say (N-30); `exempts`: from the second post on, N-25 holds."""

    general: int
    professional: int
    exempts: bool

    @property
    def recorded(self) -> int:
        """Hours that the record shows when the year is done."""
        return self.general + self.professional


@dataclass(frozen=True)
class Held:
    """A live enrollment of one person and year.

    `turn` orders what was chosen in one go; `opened_at`: since when it is paid for (None: not yet);
    `settled`: its hours have been recorded and change no more.
    """

    id: UUID
    post: str
    enrolled_at: datetime
    turn: int
    opened_at: datetime | None = None
    settled: bool = False
    due: Due | None = None


def in_order(held: Iterable[Held]) -> list[Held]:
    """N-24: what was enrolled first is learnt first."""
    return sorted(held, key=lambda one: (one.enrolled_at, one.turn, one.id))


def _in_owing_order(held: Iterable[Held]) -> list[Held]:
    """Who owes the general hours first: what is paid for before what is not, else a post that is never paid
    could carry the exemption of one that is (N-25)."""
    return sorted(in_order(held), key=lambda one: (
        not one.settled, one.opened_at is None, one.opened_at or one.enrolled_at))


def assign_hours(held: Sequence[Held], plan: Plan) -> dict[UUID, Due]:
    """The hours that each enrollment of a year owes (N-25; A.7 when the first one is gone).

    Called again after each enrollment and each cancellation with what is live then: the first post owes the
    general hours, and from the second on they are exempt. Settled ones keep what they have.
    """
    result: dict[UUID, Due] = {}
    owing: Held | None = None
    for one in _in_owing_order(held):
        if one.settled and one.due is not None:
            result[one.id] = one.due
        elif owing is not None and plan.exempts:
            why = Exemption("N-25", owing.post, owing.enrolled_at, owing.id)
            result[one.id] = Due(0, plan.professional, why)
        else:
            result[one.id] = Due(plan.general, plan.professional)
        if owing is None and result[one.id].general > 0:
            owing = one
    return result


def hours_changed(held: Sequence[Held], plan: Plan) -> dict[UUID, Due]:
    """Of `assign_hours`, those whose hours or explanation differ from what they have now."""
    return {key: due for key, due in assign_hours(held, plan).items()
            if due != next(one.due for one in held if one.id == key)}


def owed_after_leaving(held: Sequence[Held], leaving: Iterable[UUID], plan: Plan) -> list[Held]:
    """A.7: who would owe the general hours once `leaving` are cancelled; the trainee is told before."""
    gone = set(leaving)
    staying = [one for one in held if one.id not in gone]
    after = assign_hours(staying, plan)
    return [replace(one, due=after[one.id]) for one in in_order(staying)
            if one.due is not None and one.due.general == 0 and after[one.id].general > 0]


def owed_after_paying(held: Sequence[Held], paying: Iterable[UUID], now: datetime, plan: Plan) -> list[Held]:
    """Who would owe the general hours, exempt until now, once `paying` are paid and what stands before is not."""
    chosen = set(paying)
    paid = [replace(one, opened_at=now) if one.id in chosen else one for one in held]
    after = assign_hours(paid, plan)
    return [replace(one, due=after[one.id]) for one in in_order(paid)
            if one.due is not None and one.due.general == 0 and after[one.id].general > 0]


def settled_on_leaving(held: Sequence[Held], leaving: Iterable[UUID]) -> list[Held]:
    """Posts already recorded whose exemption rests on one that would leave: a person has to decide then."""
    gone = set(leaving)
    return [one for one in in_order(held) if one.settled and one.id not in gone
            and one.due is not None and one.due.exemption is not None and one.due.exemption.by in gone]


class ChoiceProblem(StrEnum):
    """Why a certificate × year cannot be chosen."""

    OUTSIDE = "outside"
    FORBIDDEN = "forbidden"
    BEFORE_ISSUE = "before_issue"


def choice_problem(year: int, now: datetime, years_back: int, previous: PreviousYear,
                   issued_on: date) -> ChoiceProblem | None:
    """N-22, N-23: the year's window, the regulator's word; no year before the certificate's own."""
    current = year_in_shanghai(now)
    if not current - years_back <= year <= current:
        return ChoiceProblem.OUTSIDE
    if year < current and previous is PreviousYear.FORBID:
        return ChoiceProblem.FORBIDDEN
    if issued_on.year > year:
        return ChoiceProblem.BEFORE_ISSUE
    return None
