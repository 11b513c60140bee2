"""What the face process answers: one function for each thing that can be asked. Pictures come in as bytes
nobody has looked at; whatever they are, the answer is a word, never an error."""
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from core.presence.client import BUSY
from core.presence.engine import FaceEngine, Rgb
from core.presence.liveness import Action, Command, LivenessRules, Reason, hint, trip
from core.presence.matching import MatchRules, compare, compare_more, packed, unpacked
from core.presence.measure import light
from core.presence.photo import Unfit, decode, encode, examine
from core.presence.portrait import portrait_of, portrait_on_card
from core.presence.rules import PhotoLimits
from core.presence.sitting import Sitting, averaged
from core.presence.wire import Message

_FRAME_PIXELS = 1280 * 960
_FRAME_BYTES = 300 * 1024
_SITTING_SECONDS = 120.0
_LIVE_SECONDS = 10.0
_WINDOW_SECONDS, _FULL_SHARE = 4.0, 0.9
_FRAME_RATE = 20
_FRAME_BURST = 40


class Refused(Exception):
    """What was asked cannot be answered; the word tells why."""


@dataclass
class _Kept:
    sitting: Sitting
    touched: float


@dataclass
class Handler:
    """Answers messages one at a time; sittings live in memory only and are forgotten after two minutes. At most
    `at_once` are live, and while this process hardly rests a third of them: docs/presence.md says what one core can
    judge in time."""

    engine: FaceEngine
    clock: Callable[[], float] = time.monotonic
    at_once: int = 10
    _sittings: dict[str, _Kept] = field(default_factory=dict)
    _worked: deque[tuple[float, float]] = field(default_factory=deque)

    def answer(self, message: Message) -> Message:
        """The answer to one message: {ok: true, …} or {ok: false, error: word}."""
        began = self.clock()
        try:
            return self._answer(message)
        finally:
            self._worked.append((began, self.clock()))

    def _answer(self, message: Message) -> Message:
        operations: Mapping[str, Callable[[Message], Message]] = {
            "ping": self._ping, "photo": self._photo, "enroll": self._enroll,
            "open": self._open, "frames": self._frames, "forget": self._forget, "snapshot": self._snapshot,
            "card": self._card,
        }
        try:
            return operations[message.head["op"]](message)
        except Refused as refused:
            return _error(str(refused))
        except (KeyError, TypeError, ValueError, IndexError, cv2.error) as error:
            return _error(f"bad request: {type(error).__name__}")

    def _ping(self, message: Message) -> Message:
        return Message({"ok": True, "sittings": len(self._sittings)})

    def _photo(self, message: Message) -> Message:
        """Judge an identity photo. Part 0: the bytes; head: the tenant's rules."""
        codes, facts, clean = examine(message.parts[0], _limits(message), self.engine)
        return Message({"ok": True, "codes": [code.value for code in codes], "facts": facts}, (clean,))

    def _enroll(self, message: Message) -> Message:
        """The descriptor of the photo on file. Part 0: the photo; head: the tenant's photo rules. Refused with
        the code of what is wrong: only one whole frontal face may stand for a person."""
        try:
            image, face = portrait_of(decode(message.parts[0]), _limits(message), self.engine)
        except Unfit as unfit:
            raise Refused(unfit.code.value) from unfit
        descriptor = averaged(self.engine, self.engine.chip(image, face))
        return Message({"ok": True, "score": face.score}, (packed(descriptor),))

    def _card(self, message: Message) -> Message:
        """The portrait on an ID card. Part 0 the scan, 1 the descriptor on file, 2 the mean (or none)."""
        try:
            found = portrait_on_card(decode(message.parts[0]), self.engine)
        except Unfit as unfit:
            raise Refused(unfit.code.value) from unfit
        if found is None:
            return Message({"ok": True, "match": None})
        mean = unpacked(message.parts[2]) if len(message.parts) > 2 else None
        live = [averaged(self.engine, self.engine.chip(*found))]
        match = compare(live, unpacked(message.parts[1]), mean, MatchRules(**message.head["match"]))
        return Message({"ok": True, "match": asdict(match)})

    def _open(self, message: Message) -> Message:
        """Begin a sitting, if there is room. Head: sitting, rules, seen (digests of earlier sittings)."""
        head, now = message.head, self.clock()
        for stale in [name for name, kept in self._sittings.items() if now - kept.touched > _SITTING_SECONDS]:
            del self._sittings[stale]
        live = sum(now - kept.touched <= _LIVE_SECONDS for kept in self._sittings.values())
        if live >= self.at_once or (3 * live >= self.at_once and self._share(now) > _FULL_SHARE):
            raise Refused(BUSY)
        sitting = Sitting(self.engine, LivenessRules(**head["rules"]), frozenset(head["seen"]))
        self._sittings[str(head["sitting"])] = _Kept(sitting, now)
        return Message({"ok": True})

    def _share(self, now: float) -> float:
        """How much of the last seconds went into answers; by this machine's clock, so that no slow line counts."""
        while self._worked and self._worked[0][1] < now - _WINDOW_SECONDS:
            self._worked.popleft()
        return sum(ended - max(began, now - _WINDOW_SECONDS) for began, ended in self._worked) / _WINDOW_SECONDS

    def _forget(self, message: Message) -> Message:
        self._sittings.pop(message.head["sitting"], None)
        return Message({"ok": True})

    def _frames(self, message: Message) -> Message:
        """Frames of a sitting as they arrive. Head: sitting, at (seconds since it began, by the web's clock), frames
        (how many), command {action or null, since, deadline} or null, finish or null; parts: JPEGs, then what finish
        needs. Answer: done and reason of the command; before the first one, whether the straight look is there
        (neutral), what hinders it (hint), the seconds from batch to batch (trip) and the actions that cannot be read
        on this face (unfit). With the last command comes finish, so that who is done waits in no second row."""
        head, at = message.head, float(message.head["at"])
        frames, known = message.parts[:head["frames"]], message.parts[head["frames"]:]
        sitting = self._sitting(head["sitting"])
        if len(sitting.received) + len(frames) > _FRAME_BURST + _FRAME_RATE * at:
            raise Refused("too many frames")
        command = Command(**head["command"]) if head.get("command") else None
        if command:
            sitting.told(replace(command, action=Action(command.action) if command.action else None))
        try:
            sitting.take([_frame(part) for part in frames], at)
        except ValueError as error:
            raise Refused("bad frame") from error
        said: dict[str, Any] = {"ok": True, "frames": len(sitting.received), "neutral": False, "done": None,
                                "reason": None, "hint": self._hint(sitting)}
        if command:
            outcome = sitting.judge(at)
            said |= {"done": outcome.done, "reason": outcome.reason.value if outcome.reason else None}
            if outcome.done is False:
                del self._sittings[head["sitting"]]
        else:
            hindrance = sitting.settle(at)
            said |= {"neutral": hindrance is None, "hint": hindrance.value if hindrance else None}
        said |= {"trip": round(trip(sitting.received), 3), "unfit": [one.value for one in sitting.unfit()]}
        if said["done"] and head.get("finish"):
            del self._sittings[head["sitting"]]
            return self._finished(said, sitting, head["finish"], known)
        return Message(said)

    def _hint(self, sitting: Sitting) -> str | None:
        wrong = hint(sitting.sights[-1], sitting.rules) if sitting.sights else None
        return wrong.value if wrong else None

    def _sitting(self, key: str) -> Sitting:
        if key not in self._sittings:
            raise Refused("unknown sitting")
        kept = self._sittings[key]
        kept.touched = self.clock()
        return kept.sitting

    def _finished(self, said: dict[str, Any], sitting: Sitting, asked: Mapping[str, Any],
                  known: Sequence[bytes]) -> Message:
        """Compare. Asked: match (thresholds), mean (bool); known: the descriptor on file, then the tenant's mean.
        Answer's parts: the sharpest frame as JPEG, the looks."""
        best = sitting.best()
        mean = unpacked(known[1]) if asked["mean"] else None
        match = compare_more(sitting.descriptors, unpacked(known[0]), mean, MatchRules(**asked["match"]))
        if match is None or best is None:
            raise Refused(Reason.NO_FACE.value)
        said |= {"match": asdict(match), "digests": sitting.digests[-200:]}
        return Message(said, (encode(best, 60), b"".join(sitting.looks)))

    def _snapshot(self, message: Message) -> Message:
        """One picture taken while studying. Part 0 the JPEG, 1 the descriptor on file (or none), 2 the mean."""
        image = _frame(message.parts[0])
        faces = [face for face in self.engine.find(image, floor=0.1)]
        said: dict[str, Any] = {"ok": True, "faces": len(faces), "light": round(light(image), 1), "match": None}
        if faces and len(message.parts) > 1:
            rules = MatchRules(**message.head["match"])
            live = [averaged(self.engine, self.engine.chip(image, faces[0]))]
            mean = unpacked(message.parts[2]) if len(message.parts) > 2 else None
            said["match"] = asdict(compare(live, unpacked(message.parts[1]), mean, rules))
        return Message(said, (encode(image, 60),))


def _limits(message: Message) -> PhotoLimits:
    """The tenant's photo rules, as they crossed over."""
    given = message.head["rules"]
    return PhotoLimits(**{**given, "types": tuple(given["types"]), "backgrounds": tuple(given["backgrounds"])})


def _frame(data: bytes) -> Rgb:
    """Pixels of a camera frame; its size is asked of the header first."""
    if len(data) > _FRAME_BYTES or not data.startswith(b"\xff\xd8\xff"):
        raise Refused("bad frame")
    try:
        image = decode(data, most=_FRAME_PIXELS)
    except Unfit as unfit:
        raise Refused("bad frame") from unfit
    if min(image.shape[:2]) < 120:
        raise Refused("bad frame")
    return np.ascontiguousarray(image)


def _error(word: str) -> Message:
    return Message({"ok": False, "error": word})


def warm(engine: FaceEngine) -> None:
    """Run every model once, so that the first person does not wait for it."""
    blank = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (360, 480, 3), dtype=np.uint8), (0, 0), 3)
    engine.find(blank)
    engine.describe([np.ascontiguousarray(blank[:150, :150])])
