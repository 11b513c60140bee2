"""The one face of a photo on file, and the small one on an ID card, however the picture was held. Runs in the face
process only. What EXIF says of the camera is applied when the bytes are decoded; quarter turns are tried here."""
from collections.abc import Iterator

import numpy as np

from core.presence.engine import Face, FaceEngine, Rgb
from core.presence.photo import SECOND_FACE, Unfit, faults
from core.presence.rules import Code, PhotoLimits

_NEEDED = frozenset({Code.HALF_FACE, Code.TOO_SMALL, Code.NOT_FRONTAL})
_TILE = 0.6
_CLEAR = 0.8


def portrait_of(image: Rgb, limits: PhotoLimits, engine: FaceEngine) -> tuple[Rgb, Face]:
    """The upright photo and its one whole, frontal face. Raises Unfit: a descriptor of anything else would be
    somebody's for years. Ground and sharpness do not matter here: a clerk may have accepted such a photo."""
    for upright in _turned(image):
        found = [face for face in engine.find(upright, floor=0.0, thorough=True) if face.score >= SECOND_FACE]
        if len(found) > 1:
            raise Unfit(Code.SEVERAL_FACES)
        if found:
            wrong = _NEEDED & set(faults(upright, found[0], limits, engine, {}))
            if wrong:
                raise Unfit(min(wrong, key=list(Code).index))
            return upright, found[0]
    raise Unfit(Code.NO_FACE)


def portrait_on_card(image: Rgb, engine: FaceEngine) -> tuple[Rgb, Face] | None:
    """A clear face on a picture of an ID card, or else the clearest; None when there is none. The portrait may be a
    tenth of the width, so parts of the picture are searched when the whole shows nothing."""
    for parts in (_whole, _tiles):
        seen: list[tuple[Rgb, Face]] = []
        for part in (part for upright in _turned(image) for part in parts(upright)):
            seen += [(part, face) for face in engine.find(part, floor=0.0, thorough=True)[:1]]
            if seen and seen[-1][1].score >= _CLEAR:
                return seen[-1]
        if seen:
            return max(seen, key=lambda one: one[1].score)
    return None


def _turned(image: Rgb) -> Iterator[Rgb]:
    for quarters in range(4):
        yield np.ascontiguousarray(np.rot90(image, quarters))


def _whole(image: Rgb) -> Iterator[Rgb]:
    yield image


def _tiles(image: Rgb) -> Iterator[Rgb]:
    """Four parts that overlap, so that a face on a seam is whole in one of them."""
    height, width = (round(_TILE * side) for side in image.shape[:2])
    for part in (image[:height, :width], image[:height, -width:], image[-height:, :width], image[-height:, -width:]):
        yield np.ascontiguousarray(part)
