"""Which thresholds a tenant's own decided cases ask for. Pure: decided comparisons in, tables and a proposal out.

The goal (docs/presence.md): about 0.1 % of strangers accepted by a face check, at most 10 % of genuine people looked at
by a human, at most 1 % of them refused. A snapshot is one picture of many and opens nothing: 1 % there. What the data
cannot carry is not proposed: no error among n tries still allows a rate of 3/n (rule of three, 95 %)."""
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.presence.matching import Zones

GOAL_CHECK = 0.001
GOAL_SNAPSHOT = 0.01
GOAL_REVIEWED = 0.10
GOAL_REFUSED = 0.01
LEAST_GENUINE = 300
EUCLIDS = tuple(round(0.30 + 0.01 * step, 2) for step in range(31))
COSINES = tuple(round(0.15 + 0.01 * step, 2) for step in range(41))
SHOWN = (0.35, 0.40, 0.45, 0.48, 0.50, 0.52, 0.55, 0.60)
NEARER = {1: 0.0, 2: 0.02, 3: 0.03, 4: 0.035, 5: 0.035}
"""By how much the mean of so many frames lies nearer to a stranger's photo than one picture does: the largest that we
measured (docs/presence.md), taken off where two photos on file stand for a stranger before the camera."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """Comparisons of one kind: E and C of each."""

    euclid: Floats
    cosine: Floats

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> "Distances":
        rows = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        return cls(rows[:, 0], rows[:, 1])

    def __len__(self) -> int:
        return len(self.euclid)

    def within(self, euclid: float, cosine: float) -> int:
        """How many are no farther than both."""
        return int(((self.euclid <= euclid) & (self.cosine <= cosine)).sum())

    def nearer(self, by: float) -> "Distances":
        return Distances(self.euclid - by, self.cosine - by)

    def with_(self, other: "Distances") -> "Distances":
        return Distances(np.concatenate([self.euclid, other.euclid]), np.concatenate([self.cosine, other.cosine]))


@dataclass(frozen=True)
class Rate:
    """So many of so many, and what the true rate may be at most (95 %)."""

    some: int
    all: int

    @property
    def share(self) -> float | None:
        return self.some / self.all if self.all else None

    @property
    def at_most(self) -> float:
        """Rule of three where there is none, Wilson's bound elsewhere."""
        if not self.all:
            return 1.0
        if not self.some:
            return min(1.0, 3 / self.all)
        share, z = self.some / self.all, 1.96
        middle = share + z * z / (2 * self.all)
        return (middle + z * sqrt(share * (1 - share) / self.all + (z / (2 * self.all)) ** 2)) / (1 + z * z / self.all)


@dataclass(frozen=True)
class Line:
    """What one pair of accept thresholds does: strangers accepted, genuine people not accepted, and of these those
    whom the tenant's review limits still let in."""

    euclid: float
    cosine: float
    false_match: Rate
    false_non_match: Rate
    reviewed: Rate


@dataclass(frozen=True)
class Proposal:
    """Thresholds for one number of frames, and what they do on these very data."""

    zones: Zones
    line: Line
    refused: Rate


def line_at(genuine: Distances, strangers: Distances, euclid: float, cosine: float, zones: Zones) -> Line:
    """One line of the table; the review limits are the tenant's."""
    accepted = genuine.within(euclid, cosine)
    let_in = genuine.within(max(euclid, zones.review_euclid), max(cosine, zones.review_cosine))
    return Line(euclid, cosine, Rate(strangers.within(euclid, cosine), len(strangers)),
                Rate(len(genuine) - accepted, len(genuine)), Rate(let_in - accepted, len(genuine)))


def table_of(genuine: Distances, strangers: Distances, zones: Zones) -> list[Line]:
    """Lines by Euclidean threshold, each with the tenant's cosine threshold; the present one is among them."""
    return [line_at(genuine, strangers, euclid, zones.accept_cosine, zones)
            for euclid in sorted({*SHOWN, zones.accept_euclid})]


def goal_of(frames: int) -> float:
    """The share of strangers that may be accepted by the mean of so many frames."""
    return GOAL_SNAPSHOT if frames == 1 else GOAL_CHECK


def least_strangers(frames: int) -> int:
    """So many without one error say that the goal is met (rule of three)."""
    return round(3 / goal_of(frames))


def missing(genuine: Distances, strangers: Distances, frames: int) -> tuple[int, int]:
    """How many more genuine and stranger comparisons a proposal needs; (0, 0) when it can be made."""
    return max(0, LEAST_GENUINE - len(genuine)), max(0, least_strangers(frames) - len(strangers))


def propose(genuine: Distances, strangers: Distances, zones: Zones, frames: int) -> Proposal | None:
    """The pair of accept thresholds that lets in most genuine people while no more strangers are accepted than the
    goal says, the tighter one of equals, and review limits beyond which no more than one in a hundred genuine people
    falls. None when the data are too few to say so."""
    if any(missing(genuine, strangers, frames)):
        return None
    allowed = int(goal_of(frames) * len(strangers))
    fitting = [(genuine.within(euclid, cosine), -euclid, -cosine) for euclid in EUCLIDS for cosine in COSINES
               if strangers.within(euclid, cosine) <= allowed]
    if not fitting:
        return None
    _count, euclid, cosine = max(fitting)
    far = _limits(genuine, -euclid, -cosine)
    made = Zones(-euclid, -cosine, far[0], far[1], zones.floor_euclid, zones.ceiling_euclid)
    line = line_at(genuine, strangers, -euclid, -cosine, made)
    return Proposal(made, line, Rate(len(genuine) - genuine.within(*far), len(genuine)))


def _limits(genuine: Distances, euclid: float, cosine: float) -> tuple[float, float]:
    """Half of the one per cent may fall to each distance."""
    share = 1 - GOAL_REFUSED / 2
    return (max(euclid, _up(float(np.quantile(genuine.euclid, share)))),
            max(cosine, _up(float(np.quantile(genuine.cosine, share)))))


def _up(value: float) -> float:
    return float(np.ceil(value * 100 - 1e-9) / 100)
