"""Is it the person on the photo? Live descriptors against the one on file, in three zones (design: faces §1).

The threshold of 0.60 that is usual elsewhere accepts half of all strangers among East-Asian people: never
use it here. A cosine distance needs the mean of the tenant's own photos; while there is none, everything
that is not plainly the same person goes to a human."""
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
_LENGTH = 128


class Zone(StrEnum):
    """What follows from the distance."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True)
class MatchRules:
    """Thresholds for the mean of `frames` live frames, each averaged with its mirror. E is Euclidean, C the
    cosine distance after the mean is taken off. Without a mean: accept below `floor`, refuse above `ceiling`."""

    frames: int = 3
    accept_euclid: float = 0.50
    accept_cosine: float = 0.36
    review_euclid: float = 0.58
    review_cosine: float = 0.55
    floor_euclid: float = 0.38
    ceiling_euclid: float = 0.55


@dataclass(frozen=True)
class Match:
    """Zone and distances; `cosine` is None while the tenant has no mean; `frames` averaged."""

    zone: Zone
    euclid: float
    cosine: float | None
    frames: int


def compare(live: Sequence[Vector], on_file: Vector, mean: Vector | None, rules: MatchRules) -> Match:
    """Compare the mean of live descriptors with the photo's. Fewer frames than asked never accept: they
    review at best, since the thresholds were measured for the full number. Needs at least one frame."""
    middle = np.mean(np.stack(list(live)), axis=0)
    euclid = float(np.linalg.norm(middle - on_file))
    cosine = None if mean is None else cosine_distance(middle - mean, on_file - mean)
    zone = _zone(euclid, cosine, rules)
    if zone is Zone.ACCEPT and len(live) < rules.frames:
        zone = Zone.REVIEW
    return Match(zone, round(euclid, 4), None if cosine is None else round(cosine, 4), len(live))


def _zone(euclid: float, cosine: float | None, rules: MatchRules) -> Zone:
    if cosine is None:
        if euclid <= rules.floor_euclid:
            return Zone.ACCEPT
        return Zone.REVIEW if euclid <= rules.ceiling_euclid else Zone.REFUSE
    if euclid <= rules.accept_euclid and cosine <= rules.accept_cosine:
        return Zone.ACCEPT
    if euclid <= rules.review_euclid and cosine <= rules.review_cosine:
        return Zone.REVIEW
    return Zone.REFUSE


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
    if vector.shape != (_LENGTH,) or not np.isfinite(vector).all():
        raise ValueError("not a face descriptor")
    return vector
