"""Is it the person on the photo? Live descriptors against the one on file, in three zones (design: faces §1).

The threshold of 0.60 that is usual elsewhere accepts half of all strangers among East-Asian people: never
accept by it here. A cosine distance needs the mean of the tenant's own photos; while there is none, everything
that is not plainly the same person goes to a human. The mean of more frames lies nearer to everybody's photo,
so each number of frames has thresholds of its own; docs/presence.md says where they come from."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.tenancy.rules import PresenceRules

Vector = NDArray[np.float64]
LENGTH = 128
MOST_FRAMES = 5


class Zone(StrEnum):
    """What follows from the distance."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Zones:
    """Thresholds for one number of frames. E is Euclidean, C the cosine distance after the mean is taken off.
    Without a mean: accept up to `floor_euclid`, refuse beyond `ceiling_euclid`."""

    accept_euclid: float
    accept_cosine: float
    review_euclid: float
    review_cosine: float
    floor_euclid: float
    ceiling_euclid: float

    def judge(self, euclid: float, cosine: float | None) -> Zone:
        """Both distances together; E alone while there is no mean."""
        if cosine is None:
            if euclid <= self.floor_euclid:
                return Zone.ACCEPT
            return Zone.REVIEW if euclid <= self.ceiling_euclid else Zone.REFUSE
        if euclid <= self.accept_euclid and cosine <= self.accept_cosine:
            return Zone.ACCEPT
        if euclid <= self.review_euclid and cosine <= self.review_cosine:
            return Zone.REVIEW
        return Zone.REFUSE


@dataclass(frozen=True)
class MatchRules:
    """A tenant's thresholds: of each tuple the first value is for one frame, the fifth for the mean of five, each
    frame averaged with its mirror. Fewer frames than `frames` never accept."""

    frames: int = 3
    accept_euclid: tuple[float, ...] = (0.45, 0.48, 0.50, 0.49, 0.49)
    accept_cosine: tuple[float, ...] = (0.45, 0.40, 0.36, 0.35, 0.34)
    review_euclid: tuple[float, ...] = (0.60, 0.59, 0.58, 0.58, 0.58)
    review_cosine: tuple[float, ...] = (0.65, 0.60, 0.55, 0.54, 0.53)
    review_floor_euclid: tuple[float, ...] = (0.45, 0.40, 0.38, 0.37, 0.37)
    review_ceiling_euclid: tuple[float, ...] = (0.60, 0.57, 0.55, 0.55, 0.55)

    def zones(self, frames: int) -> Zones:
        """The thresholds for so many frames; for more than five those for five."""
        at = min(frames, MOST_FRAMES) - 1
        return Zones(self.accept_euclid[at], self.accept_cosine[at], self.review_euclid[at], self.review_cosine[at],
                     self.review_floor_euclid[at], self.review_ceiling_euclid[at])

    @classmethod
    def of(cls, rules: PresenceRules, frames: int) -> "MatchRules":
        """The thresholds of a tenant, for a comparison that needs at least so many frames to accept."""
        return cls(frames, rules.accept_euclid, rules.accept_cosine, rules.review_euclid, rules.review_cosine,
                   rules.review_floor_euclid, rules.review_ceiling_euclid)


@dataclass(frozen=True)
class Match:
    """Zone and distances; `cosine` is None while the tenant has no mean; `frames` averaged."""

    zone: Zone
    euclid: float
    cosine: float | None
    frames: int


def compare(live: Sequence[Vector], on_file: Vector, mean: Vector | None, rules: MatchRules) -> Match:
    """Compare the mean of live descriptors with the photo's. Fewer frames than the rules want never accept: they
    review at best. Needs at least one frame."""
    middle = np.mean(np.stack(list(live)), axis=0)
    euclid, cosine = distances(middle, on_file, mean)
    zone = rules.zones(len(live)).judge(euclid, cosine)
    if zone is Zone.ACCEPT and len(live) < rules.frames:
        zone = Zone.REVIEW
    return Match(zone, round(euclid, 4), None if cosine is None else round(cosine, 4), len(live))


def compare_more(describe: Callable[[int], Sequence[Vector]], on_file: Vector, mean: Vector | None,
                 rules: MatchRules) -> Match | None:
    """The usual number of frames first; only when these do not accept, as many as there are, up to five. So most
    people cost three descriptors and whoever is in doubt gets the better look. `describe(n)` gives the n best, or
    what there is; None when there is none."""
    live = describe(rules.frames)
    if not live:
        return None
    match = compare(live, on_file, mean, rules)
    if match.zone is Zone.ACCEPT or len(live) < rules.frames or rules.frames >= MOST_FRAMES:
        return match
    more = describe(MOST_FRAMES)
    return compare(more, on_file, mean, rules) if len(more) > len(live) else match


def distances(one: Vector, other: Vector, mean: Vector | None) -> tuple[float, float | None]:
    """E and C of two descriptors; C is None without a mean."""
    return float(np.linalg.norm(one - other)), None if mean is None else cosine_distance(one - mean, other - mean)


def cosine_distance(one: Vector, other: Vector) -> float:
    """1 − cosine of the angle; 1 when either has no length."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1.0 - float(one @ other) / size if size else 1.0


def packed(descriptor: Vector) -> bytes:
    """128 little-endian 32-bit floats."""
    return np.asarray(descriptor, dtype="<f4").tobytes()


def unpacked(data: bytes) -> Vector:
    """The descriptor of `packed`; ValueError when it is not one."""
    vector = np.frombuffer(data, dtype="<f4").astype(np.float64)
    if vector.shape != (LENGTH,) or not np.isfinite(vector).all():
        raise ValueError("not a face descriptor")
    return vector
