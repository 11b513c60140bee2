"""The face engine's port and its dlib implementation.

Only the face process, the tests and the bench import this module: dlib holds the interpreter lock
while it works, so a web worker that called it would stand still for everybody (core.presence.client
is the web's door). The 68-point model is never loaded: its training set forbids commercial use.
"""
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[Any]
"""height × width × 3, 8 bit, RGB, C-contiguous."""
Points = NDArray[np.float64]
"""5 × 2 (x, y): outer and inner corner of the left eye, outer and inner of the right, nose base.
Left and right are the sitter's; in an unmirrored picture the left eye lies on the picture's right."""
Descriptor = NDArray[np.float64]
"""128 numbers; Euclidean distance tells two people apart."""

CHIP = 150
SEARCH_WIDTH = 480
_NEAR_WIDTH = 100
_ROUND = 0.45
_SMALLEST = 80
_MODELS = "face_recognition_models"


@dataclass(frozen=True)
class Face:
    """One face found: its box in pixels of the searched picture, HOG score, five points."""

    left: int
    top: int
    right: int
    bottom: int
    score: float
    points: Points

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


class FaceEngine(Protocol):
    """What presence needs from a face library; another engine replaces dlib by implementing this."""

    def find(self, image: Rgb, *, floor: float = 0.0, thorough: bool = False, near: Face | None = None) -> list[Face]:
        """Faces with a score above `floor`, best first. `thorough` also searches enlarged (photos); `near` searches
        only round the face of the frame before, at a fifth of the cost."""

    def chip(self, image: Rgb, face: Face) -> Rgb:
        """The face cut out, levelled and scaled to 150 × 150."""

    def describe(self, chips: Sequence[Rgb]) -> list[Descriptor]:
        """One descriptor for each chip."""


class DlibEngine:
    """HOG detector, 5-point predictor and ResNet descriptor; models load at first use or by `load()`."""

    def load(self) -> None:
        """Load all three models now (the face process does, before it forks)."""
        _ = self._detector, self._predictor, self._resnet

    @cached_property
    def _detector(self) -> dlib.fhog_object_detector:
        return dlib.get_frontal_face_detector()

    @cached_property
    def _predictor(self) -> dlib.shape_predictor:
        return dlib.shape_predictor(str(model_file("shape_predictor_5_face_landmarks.dat")))

    @cached_property
    def _resnet(self) -> dlib.face_recognition_model_v1:
        return dlib.face_recognition_model_v1(str(model_file("dlib_face_recognition_resnet_model_v1.dat")))

    def find(self, image: Rgb, *, floor: float = 0.0, thorough: bool = False, near: Face | None = None) -> list[Face]:
        scale = min(1.0, (640 if thorough else SEARCH_WIDTH) / image.shape[1])
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if near is not None:
            return self._near(grey, near, floor)
        small: Rgb = grey
        if scale < 1:
            small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        boxes, scores, _ = self._detector.run(small, 0, floor)
        found = [(box, score, scale) for box, score in zip(boxes, scores, strict=True)]
        if thorough:
            boxes, scores, _ = self._detector.run(small, 1, floor)
            found += [(box, score, scale) for box, score in zip(boxes, scores, strict=True)]
        faces = [self._face(grey, box, score, used) for box, score, used in found]
        return _distinct(sorted(faces, key=lambda face: -face.score))

    def _near(self, grey: Rgb, last: Face, floor: float) -> list[Face]:
        margin = int(_ROUND * last.width)
        left, top = max(0, last.left - margin), max(0, last.top - margin)
        part = grey[top:max(0, last.bottom + margin), left:max(0, last.right + margin)]
        if min(part.shape) < _SMALLEST:
            return []
        scale = min(1.0, _NEAR_WIDTH / last.width)
        small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part
        boxes, scores, _ = self._detector.run(np.ascontiguousarray(small), 0, floor)
        faces = [self._face(grey, box, score, scale, (left, top)) for box, score in zip(boxes, scores, strict=True)]
        return _distinct(sorted(faces, key=lambda face: -face.score))

    def _face(self, grey: Rgb, box: dlib.rectangle, score: float, scale: float, at: tuple[int, int] = (0, 0)) -> Face:
        left, top = at[0] + round(box.left() / scale), at[1] + round(box.top() / scale)
        right, bottom = at[0] + round(box.right() / scale), at[1] + round(box.bottom() / scale)
        shape = self._predictor(grey, dlib.rectangle(left, top, right, bottom))
        points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
        return Face(left, top, right, bottom, float(score), points)

    def chip(self, image: Rgb, face: Face) -> Rgb:
        box = dlib.rectangle(face.left, face.top, face.right, face.bottom)
        points = [dlib.point(int(x), int(y)) for x, y in face.points]
        cut: Rgb = dlib.get_face_chip(image, dlib.full_object_detection(box, points), size=CHIP)
        return cut

    def describe(self, chips: Sequence[Rgb]) -> list[Descriptor]:
        return [np.array(self._resnet.compute_face_descriptor(np.ascontiguousarray(chip))) for chip in chips]


def model_file(name: str) -> Path:
    """The file in the models' wheel, which is found but not imported: its import wants pkg_resources."""
    spec = importlib.util.find_spec(_MODELS)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{_MODELS} is not installed: pip install {_MODELS}==0.3.0")
    return Path(spec.submodule_search_locations[0]) / "models" / name


def _distinct(faces: Sequence[Face]) -> list[Face]:
    """Drop boxes that overlap a better one by half: both searches find the same face."""
    kept: list[Face] = []
    for face in faces:
        if all(_overlap(face, other) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _overlap(one: Face, other: Face) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min(one.width * one.height, other.width * other.height)
