"""One try in front of the camera, as the face process keeps it in memory while frames arrive (N-34)."""
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from core.presence.engine import Descriptor, Face, FaceEngine, Rgb
from core.presence.flow import Track
from core.presence.liveness import (
    TURNS, Action, Command, LivenessRules, Neutral, Outcome, Reason, Sight, judge, neutral_of, rate, straight,
)
from core.presence.measure import look_of, mouth_dark, pose, sharpness

_WIDTH = 480
_SECOND_FACE = 0.2
_TURNED_FACE = -0.3
_SAME_LOOK = 0.06
_FULL_SEARCH = 4
_TRACK_AGE = 12
_DOUBTS = 2
_SPARE = 5
_LOOKS = 12
_LOOKED_AT = 6


@dataclass(frozen=True)
class _Portrait:
    """A straight frame that can serve for the match: sharper is better."""

    crisp: float
    image: Rgb
    chip: Rgb


@dataclass
class Sitting:
    """Frames in, sights out. The straight looks before, between and after the actions are described when they are
    seen, prove that it is the same person, and are what is compared with the photo in the end."""

    engine: FaceEngine
    rules: LivenessRules
    seen_before: frozenset[str] = frozenset()
    sights: list[Sight] = field(default_factory=list)
    neutral: Neutral | None = None
    digests: list[str] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    looks: list[bytes] = field(default_factory=list)
    _size: tuple[int, ...] = ()
    _told: Command | None = None
    _last: tuple[Face, _Portrait] | None = None
    _looked: bool = False
    _track: Track | None = None
    _track_age: int = 0
    _described: list[Descriptor] = field(default_factory=list)
    _proofs: list[_Portrait] = field(default_factory=list)
    _spare: list[_Portrait] = field(default_factory=list)
    _to_prove: bool = False
    _doubts: int = 0

    def take(self, images: Sequence[Rgb], at: float) -> None:
        """Judge a batch received at `at` seconds. Its last frame is always looked at, of the others as many as are
        needed: every second one of a straight look, and fewer of a large batch, which comes when many sit here.
        ValueError for a frame of another size: no camera changes it."""
        acting = self._told is not None and self._told.action is not None
        step = max(1, ceil(len(images) / _LOOKED_AT)) if acting else max(2, ceil(len(images) / _LOOKED_AT * 2))
        for left in range(len(images) - 1, -1, -1):
            self._take(images[-1 - left], at, look=left % step == 0)

    def _take(self, image: Rgb, at: float, look: bool) -> None:
        """The same pixels as in the frame before are no frame (a slow camera delivers one twice, a covered one the same
        for ever) but are looked at once; the same as any time earlier are a recording."""
        image = _shrunk(image)
        self._size = self._size or image.shape
        if image.shape != self._size:
            raise ValueError("another size")
        digest = hashlib.sha256(image.tobytes()).hexdigest()[:24]
        again = bool(self.digests) and digest == self.digests[-1]
        if again and (self._looked or not look):
            return
        repeated = not again and (digest in self.digests or digest in self.seen_before)
        if not again:
            self.digests.append(digest)
            self.received.append(at)
        self._looked = look or repeated
        if self._looked:
            self.sights.append(replace(self._see(image, at), repeated=repeated))

    def settle(self, now: float) -> Reason | None:
        """Take the last frames as the sitter's own straight look; or what still hinders it. An action is told only
        to a camera that is fast enough to show it."""
        if self.neutral:
            return None
        found = neutral_of(self.sights, self.rules)
        speed = rate(self.received, now)
        if isinstance(found, Reason) or self._last is None:
            return found if isinstance(found, Reason) else Reason.STILL
        if speed is None or speed < self.rules.min_rate:
            return Reason.STILL if speed is None else Reason.CHOPPY
        face, portrait = self._last
        self.neutral = found
        self._proven(portrait)
        self._renew(cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY), face, self.sights[-1])
        return None

    def told(self, command: Command) -> None:
        """From now on frames answer this command; a way back wants the same person proven anew."""
        if command != self._told:
            self._told, self._doubts = command, 0
            if command.action is None:
                self._to_prove, self._track = True, None

    def judge(self, now: float) -> Outcome:
        """The outcome of the command in force; to be asked after each batch."""
        if self.neutral is None or self._told is None:
            return Outcome(None)
        return judge(self._told, self.neutral, self.sights, self.received, self.rules, now)

    def unfit(self) -> list[Action]:
        """Actions that cannot be read on this face: a dark beard looks like an open mouth."""
        return [Action.OPEN_MOUTH] if self.neutral and self.neutral.mouth > self.rules.beard else []

    def descriptors(self, count: int) -> list[Descriptor]:
        """Of the straight looks that proved the person, then of the sharpest others since, each averaged with its
        mirror; fewer when fewer are there. Asked again for more, only what is missing is worked out."""
        missing = self._spare[max(0, len(self._described) - len(self._proofs)):max(0, count - len(self._proofs))]
        self._described += [averaged(self.engine, one.chip) for one in missing]
        return self._described[:count]

    def best(self) -> Rgb | None:
        """The sharpest straight frame, kept as evidence."""
        return max(self._proofs, key=lambda one: one.crisp).image if self._proofs else None

    def _see(self, image: Rgb, at: float) -> Sight:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if self._track and not self._track.lost:
            self._track.follow(grey)
            self._track_age += 1
            self._to_prove = self._to_prove or self._track.lost
        faces = self._faces(image)
        count = min(1, len(faces)) + sum(face.score >= _SECOND_FACE for face in faces[1:])
        if not faces:
            self._last = None
            return Sight(at, 0, float(grey.mean()))
        face, chip = faces[0], self.engine.chip(image, faces[0])
        seen = pose(face.points)
        sight = Sight(at, count, float(grey.mean()), seen.turn, seen.eyes, seen.nod, seen.eye_px, mouth_dark(chip))
        self._last = (face, _Portrait(sharpness(chip), image, chip))
        return self._against_neutral(self.neutral, sight, grey, face) if self.neutral else sight

    def _faces(self, image: Rgb) -> list[Face]:
        """Most frames are searched round the last face only, every fourth one whole, for others (design: faces §2)."""
        if self._last and len(self.sights) % _FULL_SEARCH:
            found = self.engine.find(image, floor=_TURNED_FACE, near=self._last[0])
            if found:
                return found
        return self.engine.find(image, floor=_TURNED_FACE)

    def _against_neutral(self, neutral: Neutral, sight: Sight, grey: Rgb, face: Face) -> Sight:
        assert self._last is not None
        portrait, apart = self._last[1], None
        if straight(neutral, sight, self.rules):
            if self._to_prove and self._doubts < _DOUBTS:
                apart = self._prove(portrait)
            elif not self._to_prove:
                self._spare = sorted([*self._spare, portrait], key=lambda one: -one.crisp)[:_SPARE]
            self._renew(grey, face, sight)
            return replace(sight, apart=apart)
        if abs(sight.turn - neutral.turn) >= 0.6 * self.rules.turn_min:
            if len(self.looks) < _LOOKS:
                self.looks.append(look_of(grey))
            if self._unsure():
                apart = float(np.linalg.norm(self.engine.describe([portrait.chip])[0] - self._described[0]))
        return replace(sight, depth=self._track.depth() if self._track else None, apart=apart)

    def _prove(self, portrait: _Portrait) -> float:
        """How far this straight look is from the neutral one; near enough, it is the same person again."""
        described = averaged(self.engine, portrait.chip)
        apart = float(np.linalg.norm(described - self._described[0]))
        if apart > self.rules.same_max:
            self._doubts += 1
        else:
            self._to_prove = False
            self._proofs.append(portrait)
            self._described.append(described)
        return apart

    def _proven(self, portrait: _Portrait) -> None:
        self._proofs.append(portrait)
        self._described.append(averaged(self.engine, portrait.chip))

    def _renew(self, grey: Rgb, face: Face, sight: Sight) -> None:
        """Fresh corners from a look like the neutral one, if the person is proven: whoever came in where the track
        broke has none to pass a turn with."""
        aside = abs(sight.turn - self.neutral.turn) if self.neutral else 0.0
        stale = self._track is None or self._track.lost or self._track_age >= _TRACK_AGE
        if stale and aside <= _SAME_LOOK and not self._to_prove:
            self._track, self._track_age = Track(grey, face, sight.eye_px), 0

    def _unsure(self) -> bool:
        """Descriptors are dear: one turned frame tells whether the person is still the same, a second one in doubt."""
        if self._told is None or self._told.action not in TURNS:
            return False
        seen = [sight.apart for sight in self.sights if sight.apart is not None and sight.at > self._told.since]
        return len(seen) < _DOUBTS and all(apart > self.rules.self_max for apart in seen)


def averaged(engine: FaceEngine, chip: Rgb) -> Descriptor:
    """The descriptor of a face, averaged with that of its mirror image (faces §1: fewer errors)."""
    plain, mirrored = engine.describe([chip, chip[:, ::-1]])
    mean: NDArray[np.float64] = (plain + mirrored) / 2
    return mean


def _shrunk(image: Rgb) -> Rgb:
    if image.shape[1] <= _WIDTH:
        return image
    size = (_WIDTH, round(image.shape[0] * _WIDTH / image.shape[1]))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
