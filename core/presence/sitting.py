"""One try in front of the camera, as the face process keeps it in memory while frames arrive (N-34)."""
import hashlib
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.presence.engine import Descriptor, Face, FaceEngine, Rgb
from core.presence.flow import Track
from core.presence.liveness import LivenessRules, Neutral, Sight, hint, neutral_of
from core.presence.measure import light, mouth_dark, pose, sharpness

_WIDTH = 480
_SECOND_FACE = 0.2
_TURNED_FACE = -0.3
_SAME_LOOK = 0.06


@dataclass(frozen=True)
class _Portrait:
    """A frontal frame that could serve for the match: sharper is better."""

    crisp: float
    image: Rgb
    face: Face


@dataclass
class Sitting:
    """Frames in, sights out. Frontal frames are kept for the match, the neutral one also for the track."""

    engine: FaceEngine
    rules: LivenessRules
    seen_before: frozenset[str] = frozenset()
    sights: list[Sight] = field(default_factory=list)
    neutral: Neutral | None = None
    digests: list[str] = field(default_factory=list)
    portraits: list[_Portrait] = field(default_factory=list)
    _track: Track | None = None
    _own: Descriptor | None = None
    _described: list[Descriptor] = field(default_factory=list)

    def take(self, image: Rgb, at: float) -> Sight | None:
        """Judge one frame received at `at` seconds; None for the same pixels as the frame before (a slow
        camera delivers a frame twice)."""
        image = _shrunk(image)
        digest = hashlib.sha256(image.tobytes()).hexdigest()[:24]
        if self.digests and digest == self.digests[-1]:
            return None
        repeated = digest in self.digests or digest in self.seen_before
        self.digests.append(digest)
        sight = replace(self._see(image, at), repeated=repeated)
        self.sights.append(sight)
        if self.neutral is None:
            found = neutral_of(self.sights, self.rules)
            self.neutral = found if isinstance(found, Neutral) else None
        return sight

    def _see(self, image: Rgb, at: float) -> Sight:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if self._track:
            self._track.follow(grey)
        faces = self.engine.find(image, floor=_TURNED_FACE)
        count = min(1, len(faces)) + sum(face.score >= _SECOND_FACE for face in faces[1:])
        if not faces:
            return Sight(at, 0, light(image))
        face, chip = faces[0], self.engine.chip(image, faces[0])
        seen = pose(face.points)
        sight = Sight(at, count, light(image), seen.turn, seen.eyes, seen.nod, seen.eye_px, mouth_dark(chip))
        if hint(sight, self.rules) is None:
            self._keep(_Portrait(sharpness(chip), image, face))
        return self._against_neutral(sight, grey, face, chip)

    def _against_neutral(self, sight: Sight, grey: Rgb, face: Face, chip: Rgb) -> Sight:
        straight = self.neutral.turn if self.neutral else 0.5
        aside = abs(sight.turn - straight)
        if aside <= _SAME_LOOK and sight.faces == 1:
            self._track = Track(grey, face, sight.eye_px)
            if self._own is None:
                self._own = self.engine.describe([chip])[0]
            return sight
        depth = self._track.depth() if self._track else None
        apart = None
        far = aside >= 0.6 * self.rules.turn_min
        if self.neutral and self._own is not None and far and self._unsure(sight.turn > straight):
            apart = float(np.linalg.norm(self.engine.describe([chip])[0] - self._own))
        return replace(sight, depth=depth, apart=apart)

    def _unsure(self, leftwards: bool) -> bool:
        """Descriptors are dear: four frames of each side tell whether the person is still the same."""
        straight = self.neutral.turn if self.neutral else 0.5
        return sum(sight.apart is not None and (sight.turn > straight) == leftwards for sight in self.sights) < 4

    def _keep(self, portrait: _Portrait) -> None:
        self.portraits = sorted([*self.portraits, portrait], key=lambda one: -one.crisp)[:5]

    def descriptors(self, count: int) -> list[Descriptor]:
        """Of the sharpest frontal frames, each averaged with its mirror; fewer when fewer are there. Asked again
        for more, only what is missing is worked out."""
        self._described += [averaged(self.engine, self.engine.chip(one.image, one.face))
                            for one in self.portraits[len(self._described):count]]
        return self._described[:count]

    def best(self) -> Rgb | None:
        """The sharpest frontal frame, kept as evidence."""
        return self.portraits[0].image if self.portraits else None


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
