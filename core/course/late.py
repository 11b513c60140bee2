"""Beats that a page made while it was cut off: sealed in a chain, judged by the server's clock alone (C-02, L7). Pure.

The chain begins at the token that answered the last beat, under a key of the lease: a batch that was made without the
lease, changed, or put into another order is nobody's. It keeps nobody from inventing positions in their own page; so
what a cut can give is bounded by the server time that passed and by an allowance, and waits for a face.
"""
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.course.rules import Beat, BeatState, Pace, Reason, Run, Verdict, close, judge_beat

MOST = 200
"""Beats in a batch: five minutes make ten and one for each pause."""
KEPT_MS = 24 * 3_600_000
"""How long a page that fell silent may still come back."""


@dataclass(frozen=True, slots=True)
class LateBeat:
    """Where the picture stood when the page would have beaten, and whether it ran on from there."""

    position_ms: int
    playing: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """What cuts may give: so much at a time, so much of each class hour; `spent`: the stretches of the video that
    earlier cuts have taken, in milliseconds."""

    gap_ms: int
    percent: int
    spent: tuple[tuple[int, int], ...] = ()

    def left(self, hour: int, hour_ms: int) -> int:
        """What is left of the share of one class hour of the lesson."""
        begin, end = hour * hour_ms, (hour + 1) * hour_ms
        taken = sum(max(0, min(to, end) - max(start, begin)) for start, to in self.spent)
        return max(0, hour_ms * self.percent // 100 - taken)


@dataclass(frozen=True, slots=True)
class LateVerdict:
    """The state after a batch; `ended`: the run before the cut, if it ended; `late`: what was seen in the cut."""

    state: BeatState
    credit: int
    reason: Reason
    ended: Run | None = None
    late: Run | None = None


def judge_late(state: BeatState, beats: Sequence[LateBeat], at_ms: int, present: bool, pace: Pace,
               allowance: Allowance) -> LateVerdict:
    """What a batch that arrives at `at_ms` is worth. Each of its beats takes its turn, so none comes twice.

    After a cut nothing plays until the page begins again; a silence that any beat may have is no cut.
    """
    at = max(at_ms, state.last_at_ms)
    cut = at - state.last_at_ms
    if state.closed or not state.playing or cut <= pace.grace_ms(state.interval_ms):
        return _on_time(judge_beat(state, Beat(state.seq, at_ms, beats[-1].position_ms, beats[-1].playing, present),
                                   pace), len(beats))
    ended_state, ended = close(state)
    heard = replace(ended_state, seq=state.seq + len(beats), last_at_ms=at, closed=False)
    position, jump = _shown(state, beats, pace)
    if jump is None and position - state.resume_ms > state.bank_ms + cut + pace.tolerance_ms:
        jump = Reason.TOO_FAST
    if jump is not None:
        return LateVerdict(heard, 0, jump, ended)
    end = reach(state.resume_ms, pace, allowance)
    resume = min(position, end, state.resume_ms + cut, state.lesson_ms)
    if resume <= state.resume_ms:
        return LateVerdict(heard, 0, Reason.LATE_OVER if position > end else Reason.SILENT, ended)
    after, run = _given(state, heard, resume, pace)
    return LateVerdict(after, run.slots, Reason.LATE_OVER if position > end else Reason.LATE, ended, run)


def reach(from_ms: int, pace: Pace, allowance: Allowance) -> int:
    """How far the picture may go in one cut."""
    at, left = from_ms, allowance.gap_ms
    while left > 0:
        hour = at // pace.hour_ms
        end = (hour + 1) * pace.hour_ms
        step = min(left, end - at, allowance.left(hour, pace.hour_ms))
        at, left = at + step, left - step
        if at < end:
            break
    return at


def _shown(state: BeatState, beats: Sequence[LateBeat], pace: Pace) -> tuple[int, Reason | None]:
    """How far the picture came; or why that was no viewing: between two beats it moved by more than late beats are
    apart, or back, or while it stood."""
    at, playing, step = state.resume_ms, True, pace.slack_ms(state.interval_ms)
    for one in beats:
        moved = one.position_ms - at
        if moved < -pace.tolerance_ms:
            return at, Reason.BEHIND
        if moved > (step if playing else pace.tolerance_ms):
            return at, Reason.TOO_FAST
        if playing:
            at = max(at, one.position_ms)
        playing = one.playing
    return at, None


def _given(before: BeatState, heard: BeatState, resume: int, pace: Pace) -> tuple[BeatState, Run]:
    """The slots of the cut that have become whole: they lie between the last beat and the return."""
    first = max(heard.last_slot + 1, before.last_at_ms // pace.slot_ms)
    free = heard.last_at_ms // pace.slot_ms - first + 1
    credit = max(0, min(min(heard.cap, resume // pace.slot_ms) - heard.credited, free))
    run = Run(before.last_at_ms, heard.last_at_ms, before.resume_ms, resume, first if credit else 0, credit)
    return replace(heard, resume_ms=resume, credited=heard.credited + credit,
                   last_slot=first + credit - 1 if credit else heard.last_slot), run


def _on_time(verdict: Verdict, beats: int) -> LateVerdict:
    state = replace(verdict.state, seq=verdict.state.seq + beats - 1) if verdict.counted else verdict.state
    return LateVerdict(state, verdict.credit, verdict.reason, verdict.ended)


def chain_key(secret: bytes, lease_id: str) -> bytes:
    """The key of a lease's chain, told to the page that opened it."""
    return hmac.digest(secret, lease_id.encode(), hashlib.sha256)


def seal_of(key: bytes, token: str, beats: Sequence[LateBeat]) -> str:
    """The last link of the chain over a batch; `queue.js` makes the same."""
    link = hmac.digest(key, token.encode(), hashlib.sha256)
    for number, one in enumerate(beats, 1):
        link = hmac.digest(key, link + f"{number}:{one.position_ms}:{int(one.playing)}".encode(), hashlib.sha256)
    return link.hex()
