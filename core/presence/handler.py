"""What the face process answers: one function for each thing that can be asked. Pictures come in as bytes
nobody has looked at; whatever they are, the answer is a word, never an error."""
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import cv2
import numpy as np

from core.presence.engine import FaceEngine, Rgb
from core.presence.liveness import Action, LivenessRules, Reason, hint, judge
from core.presence.matching import MatchRules, compare, compare_more, packed, unpacked
from core.presence.measure import light
from core.presence.photo import Unfit, decode, encode, examine
from core.presence.portrait import portrait_of, portrait_on_card
from core.presence.rules import PhotoLimits
from core.presence.sitting import Sitting, averaged
from core.presence.wire import Message

_FRAME_PIXELS = 1280 * 960
_FRAME_BYTES = 300 * 1024
_MOST_SITTINGS = 400
_SITTING_SECONDS = 120.0
_MOST_FRAMES = 400


class Refused(Exception):
    """What was asked cannot be answered; the word tells why."""


@dataclass
class _Kept:
    sitting: Sitting
    touched: float


@dataclass
class Handler:
    """Answers messages one at a time; sittings live in memory only and are forgotten after two minutes."""

    engine: FaceEngine
    clock: Callable[[], float] = time.monotonic
    _sittings: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)

    def answer(self, message: Message) -> Message:
        """The answer to one message: {ok: true, …} or {ok: false, error: word}."""
        operations: Mapping[str, Callable[[Message], Message]] = {
            "ping": self._ping, "photo": self._photo, "enroll": self._enroll,
            "frames": self._frames, "finish": self._finish, "snapshot": self._snapshot, "card": self._card,
        }
        try:
            return operations[message.head["op"]](message)
        except Refused as refused:
            return _error(str(refused))
        except (KeyError, TypeError, ValueError, IndexError) as error:
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

    def _frames(self, message: Message) -> Message:
        """Frames of a sitting as they arrive. Head: sitting, at (seconds since it began, by the web's clock),
        rules, seen (digests of earlier sittings), command {action, since, deadline} or null; parts: JPEGs."""
        head = message.head
        kept = self._sitting(head["sitting"], head)
        sitting, at = kept.sitting, float(head["at"])
        if len(sitting.sights) + len(message.parts) > _MOST_FRAMES:
            raise Refused("too many frames")
        for part in message.parts:
            sitting.take(_frame(part), at)
        said: dict[str, Any] = {"ok": True, "frames": len(sitting.sights), "hint": None, "done": None, "reason": None,
                                "neutral": sitting.neutral is not None}
        if sitting.sights:
            wrong = hint(sitting.sights[-1], sitting.rules)
            said["hint"] = wrong.value if wrong else None
        command = head.get("command")
        if command and sitting.neutral:
            since = [sight for sight in sitting.sights if sight.at > float(command["since"])]
            outcome = judge(Action(command["action"]), sitting.neutral, since, sitting.rules,
                            float(command["deadline"]), at)
            said.update(done=outcome.done, reason=outcome.reason.value if outcome.reason else None)
        return Message(said)

    def _sitting(self, key: str, head: Mapping[str, Any]) -> _Kept:
        now = self.clock()
        for stale in [name for name, kept in self._sittings.items() if now - kept.touched > _SITTING_SECONDS]:
            del self._sittings[stale]
        if key not in self._sittings:
            if not head.get("open"):
                raise Refused("unknown sitting")
            if len(self._sittings) >= _MOST_SITTINGS:
                self._sittings.popitem(last=False)
            rules = LivenessRules(**head["rules"])
            self._sittings[key] = _Kept(Sitting(self.engine, rules, frozenset(head.get("seen", ()))), now)
        kept = self._sittings[key]
        kept.touched = now
        return kept

    def _finish(self, message: Message) -> Message:
        """Compare and forget a sitting. Head: sitting, match (thresholds), mean (bool); parts: the
        descriptor on file, then the tenant's mean. Answer's parts: the sharpest frame as JPEG."""
        kept = self._sittings.pop(message.head["sitting"], None)
        if kept is None:
            raise Refused("unknown sitting")
        rules = MatchRules(**message.head["match"])
        best = kept.sitting.best()
        mean = unpacked(message.parts[1]) if message.head.get("mean") else None
        match = compare_more(kept.sitting.descriptors, unpacked(message.parts[0]), mean, rules)
        if match is None or best is None:
            raise Refused(Reason.NO_FACE.value)
        said = {"ok": True, "match": asdict(match), "digests": kept.sitting.digests[-200:]}
        return Message(said, (encode(best, 60),))

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
