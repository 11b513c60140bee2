"""Under load the server asks for fewer beats: 30, 60, 120 seconds (N-37); a lease is judged by what it was asked.

Each process looks at itself: how many of its threads serve as a beat comes in, and how long the beat takes to become
durable. Both are averaged over ten seconds. The steps lie apart and each is kept for a while, so that nothing flaps.
"""
import math
from dataclasses import dataclass, replace

from core.course.rules import Pace

STEPS = (1, 2, 4)
AVERAGE_S = 10.0
UP_BUSY, UP_STORED_S, UP_AFTER_S = 0.9, 0.25, 20.0
DOWN_BUSY, DOWN_STORED_S, DOWN_AFTER_S = 0.6, 0.1, 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a process has seen of itself; `step` counts in STEPS and was taken at `since_s`."""

    at_s: float
    since_s: float
    busy: float = 0.0
    stored_s: float = 0.0
    step: int = 0


def heard(load: Load, at_s: float, busy: float, stored_s: float) -> Load:
    """The load after one more beat. `busy`: the share of threads that serve; `stored_s`: until it was durable."""
    weight = 1 - math.exp(-max(0.0, at_s - load.at_s) / AVERAGE_S)
    seen = replace(load, at_s=max(at_s, load.at_s), busy=load.busy + weight * (busy - load.busy),
                   stored_s=load.stored_s + weight * (stored_s - load.stored_s))
    kept = seen.at_s - seen.since_s
    if seen.step + 1 < len(STEPS) and kept >= UP_AFTER_S and (seen.busy >= UP_BUSY or seen.stored_s >= UP_STORED_S):
        return replace(seen, step=seen.step + 1, since_s=seen.at_s)
    if seen.step and kept >= DOWN_AFTER_S and seen.busy < DOWN_BUSY and seen.stored_s < DOWN_STORED_S:
        return replace(seen, step=seen.step - 1, since_s=seen.at_s)
    return seen


class Shedding:
    """The load of this process. Threads may overwrite each other's beat in it: an average bears that."""

    def __init__(self) -> None:
        self.load: Load | None = None

    def note(self, at_s: float, busy: float, stored_s: float) -> None:
        self.load = heard(self.load or Load(at_s, at_s), at_s, busy, stored_s)

    def interval_ms(self, pace: Pace) -> int:
        """What a page is asked to wait for its next beat."""
        return pace.beat_ms * STEPS[self.load.step if self.load else 0]
