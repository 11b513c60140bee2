"""A beat between its two ends, which Flask's view and the lean route in front of it share: how it is judged, what is
answered. Without database and without web.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.course.rules import SNAP_BACK, Beat, BeatState, Pace, Reason, Verdict, judge_beat
from core.course.tokens import Lease
from core.course.wording import Words

LONGEST_MS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What a token said, what was heard, and what the rules say of it."""

    terms: Lease
    before: BeatState
    beat: Beat
    verdict: Verdict

    @property
    def full(self) -> bool:
        """Whether the lesson has given all it can."""
        return self.verdict.state.credited >= self.verdict.state.cap


def judge(terms: Lease, state: BeatState, at_ms: int, position_ms: int, playing: bool, pace: Pace, *,
          present: bool, interval_ms: int) -> Judged:
    """The beat that follows `state`; a position beyond every video is cut to what the database holds (L3)."""
    position = max(-LONGEST_MS, min(position_ms, LONGEST_MS))
    asked = interval_ms if interval_ms != state.interval_ms else 0
    beat = Beat(state.seq, at_ms, position, playing, present=present, interval_ms=asked)
    return Judged(terms, state, beat, judge_beat(state, beat, pace))


def standing(state: BeatState, words: Words, pace: Pace) -> dict[str, Any]:
    """What the player shows: this lesson's credit and the saved point."""
    return {"credited": state.credited, "slots": state.cap, "saved_text": words.saved_at(state.resume_ms),
            "credit_text": words.lesson_credit(state.credited * pace.slot_ms // 1000,
                                               state.cap * pace.slot_ms // 1000)}


def answer(judged: Judged, token: str, words: Words, pace: Pace, *, absence: str = "", done: bool = False,
           snapshots: Sequence[str] = ()) -> dict[str, Any]:
    """The answer to a beat that was taken. `absence`: why presence does not hold, in a sentence."""
    state, reason = judged.verdict.state, judged.verdict.reason
    stop = reason is Reason.ABSENT
    return {"token": token, "interval_ms": state.interval_ms, "resume_ms": state.resume_ms, "reason": reason,
            "sentence": absence if stop else words.sentences[reason], "stop": stop, "snap_back": reason in SNAP_BACK,
            "full": judged.full, "over": state.over, "done": done, "snapshots": list(snapshots),
            **standing(state, words, pace)}
