"""A second, slower way to count hours, to hold the rules against: an anchor on the time axis and a set of
owned slots.

Written from the words of the requirement and not from the code: a run begins at an anchor; what has been
seen may never exceed the server time since the anchor; time that stood still is lost once it exceeds the
grace; each credited slot is put into the person's set, which must not hold it yet. What a page brings after a cut
may go as far as no class hour of the video is seen late by more than its share.
"""
from collections import Counter
from collections.abc import Sequence
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
    late: list[tuple[int, int]] = field(default_factory=list)   # stretches of the video that cuts have given

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

    def come_back(self, at: int, beats: Sequence[tuple[int, bool]], gap_ms: int, percent: int) -> int:
        """Take what the page brings after a cut; how many slots it earned (L7)."""
        at, before = max(at, self.last), self.last
        slack = 3 * (self.interval_ms or self.pace.beat_ms) + self.pace.tolerance_ms
        if self.anchor is None or at - before <= max(slack, self.pace.idle_ms):
            return self.hear(at, *beats[-1], present=True)
        unused = before - self.anchor - (self.seen - self.seen_at_anchor)
        self.last, self.anchor = at, None
        stands, runs = self.seen, True
        for position, plays in beats:
            if not -self.pace.tolerance_ms <= position - stands <= (slack if runs else self.pace.tolerance_ms):
                return 0
            stands, runs = (max(stands, position) if runs else stands), plays
        if stands > self.seen + unused + at - before + self.pace.tolerance_ms:
            return 0
        # The furthest place up to which no class hour has more than its share, nor this cut more than its own.
        low, high = self.seen, max(self.seen, min(stands, self.seen + min(gap_ms, at - before), self.lesson_ms))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.fits(middle, percent) else (low, middle - 1)
        self.late.append((self.seen, low))
        self.seen = low
        self.lowest = max(max(self.owned, default=-1) + 1, before // self.pace.slot_ms)
        return self.give(at)

    def fits(self, end: int, percent: int) -> bool:
        hours: Counter[int] = Counter()
        for start, to in [*self.late, (self.seen, end)]:
            for hour in range(start // self.pace.hour_ms, to // self.pace.hour_ms + 1):
                begins = hour * self.pace.hour_ms
                hours[hour] += max(0, min(to, begins + self.pace.hour_ms) - max(start, begins))
        return all(taken <= self.pace.hour_ms * percent // 100 for taken in hours.values())

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
