"""A second, slower way to count hours, to hold the rules against: an anchor on the time axis and a set of
owned slots.

Written from the words of the requirement and not from the code: a run begins at an anchor; what has been
seen may never exceed the server time since the anchor; time that stood still is lost once it exceeds the
grace; each credited slot is put into the person's set, which must not hold it yet.
"""
from dataclasses import dataclass, field

from core.course.rules import Pace


@dataclass
class Viewer:
    """One person before one server: the lesson's seen length, the slots owned, and the run, if one is open.
    """

    pace: Pace
    lesson_ms: int
    cap: int
    interval_ms: int = 0       # what the server asked the page to wait, if not as the pace has it
    seen: int = 0
    owned: set[int] = field(default_factory=set)
    here: int = 0              # slots of this lesson
    anchor: int | None = None  # server time at which the run would have begun had it never stood still
    seen_at_anchor: int = 0
    begun: int = 0
    lowest: int = 0
    last: int = 0

    def begin(self, at: int) -> None:
        self.anchor, self.seen_at_anchor, self.begun = at, self.seen, at
        self.lowest = max(max(self.owned, default=-1) + 1, at // self.pace.slot_ms)

    def hear(self, at: int, position: int, playing: bool, present: bool) -> int:
        """Take the next beat in turn; how many slots it earned."""
        at = max(at, self.last)
        gap, self.last = at - self.last, at
        slack = 3 * (self.interval_ms or self.pace.beat_ms) + self.pace.tolerance_ms
        grace = max(slack, self.pace.idle_ms)
        if not present:
            self.anchor = None
            return 0
        if self.anchor is None:
            if playing and abs(position - self.seen) <= self.pace.tolerance_ms:
                self.begin(at)
            return 0
        real = at - self.anchor
        moved = position - self.seen_at_anchor
        backwards = position < self.seen - self.pace.tolerance_ms
        if gap > grace or backwards or moved > real + self.pace.tolerance_ms:
            self.anchor = None
            return 0
        self.seen = max(self.seen, min(self.seen_at_anchor + min(moved, real), self.lesson_ms))
        earned = self.give(at)
        unused = real - (self.seen - self.seen_at_anchor)
        if not playing:
            self.anchor = None
        elif unused > slack or self.here >= self.cap or at - self.begun >= self.pace.run_ms:
            self.begin(at)
            self.begun = self.anchor = at - min(unused, slack)
            self.lowest = max(max(self.owned, default=-1) + 1, self.anchor // self.pace.slot_ms)
        return earned

    def give(self, at: int) -> int:
        earned = 0
        wanted = min(self.cap, self.seen // self.pace.slot_ms)
        while self.here < wanted and self.lowest <= at // self.pace.slot_ms:
            assert self.lowest not in self.owned
            self.owned.add(self.lowest)
            self.lowest += 1
            self.here += 1
            earned += 1
        return earned
