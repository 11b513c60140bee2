"""Whether an institution's share lies within what chance allows, seen from all others (C-21). Pure.

The limits are those of a funnel plot: the fewer people, the wider. They come from the binomial distribution with the
share of the other institutions, so that a large institution does not hide itself in the average.
"""
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

LEAST = 30
"""Of fewer people nothing is said: neither of the institution's nor of the others'."""
TAIL = 0.001
"""So rarely would a share beyond a limit come about by chance alone."""
EXACT = 2_000
"""Above it the bell curve is as good, and quicker."""


class Kind(StrEnum):
    PASSED = "passed"
    REFUSED = "refused"
    CLEARED = "cleared"
    LATE = "late"


KIND_WORDS: Final[Mapping[Kind, Any]] = {
    Kind.PASSED: _l("测试一次合格率"), Kind.REFUSED: _l("资格审核退回率"), Kind.CLEARED: _l("学时清零率"),
    Kind.LATE: _l("超期审核率"),
}
BOTH_SIDES: Final = frozenset({Kind.PASSED, Kind.REFUSED})
"""Too few are as remarkable as too many; of cleared hours and late answers only too many are."""


@dataclass(frozen=True)
class Counted:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Measure:
    """One figure of an institution against the others; `low` and `high` are the limits in people, None where there are
    too few to say anything. `above` and `below` say on which side it lies outside."""

    kind: Kind
    own: Counted
    others: Counted
    low: int | None = None
    high: int | None = None

    @property
    def above(self) -> bool:
        return self.high is not None and self.own.count > self.high

    @property
    def below(self) -> bool:
        return self.kind in BOTH_SIDES and self.low is not None and self.own.count < self.low

    @property
    def flagged(self) -> bool:
        return self.above or self.below


def measure(kind: Kind, own: Counted, everybody: Counted) -> Measure:
    """The figure of one institution against all others of the province."""
    others = Counted(everybody.count - own.count, everybody.of - own.of)
    if own.of < LEAST or others.of < LEAST:
        return Measure(kind, own, others)
    return Measure(kind, own, others, *limits(own.of, (others.count + 0.5) / (others.of + 1)))


def limits(of: int, share: float) -> tuple[int, int]:
    """The lowest and the highest count that chance still allows of so many people."""
    if of > EXACT:
        middle, spread = of * share, 3.09 * math.sqrt(of * share * (1 - share))
        return max(0, math.floor(middle - spread)), min(of, math.ceil(middle + spread))
    chances = _chances(of, share)
    return _reach(chances), of - _reach(chances[::-1])


def _chances(of: int, share: float) -> list[float]:
    """The binomial probabilities of 0 … of."""
    yes, no = math.log(share), math.log1p(-share)
    return [math.exp(math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1) + count * yes
                     + (of - count) * no) for count in range(of + 1)]


def _reach(chances: Sequence[float]) -> int:
    """The first count whose tail, itself included, is no longer rarer than chance allows."""
    tail = 0.0
    for count, chance in enumerate(chances):
        tail += chance
        if tail >= TAIL:
            return count
    return len(chances) - 1
