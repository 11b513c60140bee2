"""A turning head for a bare clone: scikit-image's astronaut on a depth model (design: faces §5), and the
feeds that Chromium plays as a webcam. A feed loops, so every frame carries noise of its own."""
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data as skimage_data

from core.presence.engine import Rgb
from core.presence.liveness import Action
from tests.data import data
from tests.presence.pictures import HEIGHT, WHITE, WIDTH, on_ground

SIZE = (640, 480)
FPS = 12
_EYE = 93.0
"""Outer eye corners apart in the rendered frame, pixels."""
_HEAD = (305.0, 240.0)


@dataclass(frozen=True)
class Attitude:
    """How the head stands: yaw in degrees (positive: to the sitter's left), pitch (positive: down), mouth 0–1."""

    yaw: float = 0.0
    pitch: float = 0.0
    mouth: float = 0.0


@cache
def still() -> Rgb:
    """The astronaut as a webcam sees her, 640×480."""
    wall = cv2.copyMakeBorder(skimage_data.astronaut()[:, 20:440], 40, 0, 0, 0, cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(cv2.resize(wall[:315, :420], SIZE, interpolation=cv2.INTER_CUBIC))


@cache
def _relief() -> tuple[np.ndarray, np.ndarray]:
    """Depth in pixels (an ellipsoid with a nose ridge) and how much of the movement each pixel takes part in."""
    rows, columns = np.mgrid[0:SIZE[1], 0:SIZE[0]].astype(np.float32)
    across, down = (columns - _HEAD[0]) / _EYE, (rows - _HEAD[1]) / _EYE
    depth = 0.95 * np.sqrt(np.clip(1 - (across / 1.15) ** 2 - (down / 1.6) ** 2, 0, 1))
    depth += 0.46 * np.exp(-(across / 0.16) ** 2 - ((down - 0.30) / 0.26) ** 2)
    edge = np.sqrt((across / 1.35) ** 2 + (down / 1.85) ** 2)
    part = np.clip((1.0 - edge) / 0.28, 0, 1)
    return (depth * _EYE).astype(np.float32), (part * part * (3 - 2 * part)).astype(np.float32)


@cache
def render(attitude: Attitude) -> Rgb:
    """One clean frame of the head in this attitude (no noise): points are turned, the nearest one is seen."""
    source = _with_mouth(still(), attitude.mouth)
    depth, part = _relief()
    fine = tuple(2 * side for side in SIZE)
    colours = cv2.resize(source, fine, interpolation=cv2.INTER_LINEAR).reshape(-1, 3)
    lift = cv2.resize(depth, fine).ravel() - 0.25 * _EYE
    moved = cv2.resize(part, fine).ravel()
    rows, columns = (grid.ravel() / 2 for grid in np.mgrid[0:fine[1], 0:fine[0]].astype(np.float32))
    yaw, pitch = np.radians(attitude.yaw), np.radians(attitude.pitch)
    wide = (columns - _HEAD[0]) * (np.cos(yaw) - 1) + lift * np.sin(yaw)
    high = (rows - _HEAD[1]) * (np.cos(pitch) - 1) + lift * np.sin(pitch)
    near = lift * np.cos(yaw) - (columns - _HEAD[0]) * np.sin(yaw)
    x = np.clip(np.rint(columns + moved * wide), 0, SIZE[0] - 1).astype(np.int32)
    y = np.clip(np.rint(rows + moved * high), 0, SIZE[1] - 1).astype(np.int32)
    order = np.argsort(near * (moved > 0), kind="stable")
    seen, hit = source.copy(), np.zeros(source.shape[:2], np.uint8)
    seen[y[order], x[order]] = colours[order]
    hit[y, x] = 1
    return cv2.inpaint(seen, 1 - hit, 3, cv2.INPAINT_TELEA) if not hit.all() else seen


def _with_mouth(image: Rgb, opened: float) -> Rgb:
    if not opened:
        return image
    drawn = image.copy()
    middle = (int(_HEAD[0]), int(_HEAD[1] + 0.62 * _EYE))
    cv2.ellipse(drawn, middle, (int(0.26 * _EYE), int(0.26 * _EYE * opened)), 0, 0, 360, (40, 14, 16), -1)
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)


@cache
def _grain() -> np.ndarray:
    return np.random.default_rng(7).normal(0, 1.6, (1200, 1600, 3)).astype(np.float32)


def noisy(image: Rgb, seed: int) -> Rgb:
    """The frame with a camera's noise and a little light flicker, so that no two frames are the same pixels."""
    rng = np.random.default_rng(seed)
    top, left = int(rng.integers(0, 1200 - image.shape[0])), int(rng.integers(0, 1600 - image.shape[1]))
    grain = _grain()[top:top + image.shape[0], left:left + image.shape[1]]
    return np.clip(image + grain + rng.normal(0, 0.6), 0, 255).astype(np.uint8)


def jpeg(image: Rgb, quality: int = 85) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def swing(peak: float, steps: int, axis: str = "yaw") -> list[Attitude]:
    """Out to `peak` (degrees of yaw or pitch, or the mouth's opening) and back, slowly, held at the far end."""
    out = [peak * (1 - np.cos(np.pi * k / steps)) / 2 for k in range(1, steps + 1)]
    return [Attitude(**{axis: round(float(far), 2)}) for far in [*out, peak, peak, peak, *out[::-1]]]


PEAK, NOD, MOUTH = 38.0, -18.0, 1.0
"""How far the rendered head goes: turns to either side, a nod that lifts the chin, the mouth."""
ACTED: dict[Action, list[Attitude]] = {
    Action.TURN_LEFT: swing(PEAK, 5), Action.TURN_RIGHT: swing(-PEAK, 5),
    Action.NOD: swing(NOD, 5, "pitch"), Action.OPEN_MOUTH: swing(MOUTH, 4, "mouth"),
}
"""Each action and back, within 3 s at ten frames a second."""


def acting(*actions: Action, rest: int = 10) -> list[Attitude]:
    """Straight, each action in turn, straight again after each."""
    return [Attitude()] * rest + [one for action in actions for one in [*ACTED[action], *[Attitude()] * 5]]


RENDERED = {"turn_min": 0.10, "eye_min": 0.15, "flat_min": 0.04}
"""The rendered head turns less, to the predictor's eye, than a real one: presence rules under which it passes."""


@dataclass(frozen=True)
class Webcam:
    """A feed for Chromium's fake camera, a photo of the same person that passes the photo rules, and the values
    of [presence] rules it needs: it can only ever show one turn, since the first clear action counts."""

    path: Path
    photo: bytes
    rules: dict[str, float | int | tuple[str, ...]]


def clip(name: str) -> list[Rgb]:
    """The frames of an MJPEG feed of the optional data; empty in a bare clone."""
    path = data("video", name)
    if path is None:
        return []
    content, frames, start = path.read_bytes(), [], 0
    while (begin := content.find(b"\xff\xd8", start)) >= 0:
        start = content.find(b"\xff\xd9", begin) + 2
        frames.append(np.asarray(Image.open(io.BytesIO(content[begin:start])).convert("RGB")))
    return frames


def real_turn(side: Action) -> list[Rgb]:
    """The real clip in an order of its own: straight, to one side and back, straight; 30 a second. Empty in a bare
    clone."""
    frames = clip("head_turn_female_640x480.mjpeg")
    if not frames:
        return []
    turned = (10, 12, 13, 14, 15, 16, 18) if side is Action.TURN_LEFT else (20, 21, 22, 23, 23, 22, 21)
    order = [9] * 24 + [k for k in turned for _ in range(3)] + [9] * 9
    return [frames[k] for k in order]


def write_feed(path: Path, order: Sequence[Rgb], seconds: int, first: int = 0) -> Path:
    """Write an MJPEG feed for Chromium's fake camera (30 frames a second, 480 wide): the frames in this order again and
    again, each with noise of its own, as no camera sends the same pixels twice; another `first` is another recording.
    """
    small = {id(image): cv2.resize(image, (480, 360), interpolation=cv2.INTER_AREA) for image in order}
    with path.open("wb") as feed:
        for number in range(seconds * 30):
            feed.write(jpeg(noisy(small[id(order[number % len(order)])], first + number)))
    return path


def make_webcam(path: Path, seconds: int = 60, side: Action = Action.TURN_LEFT, first: int = 0) -> Webcam:
    """A feed of a head that turns to one side again and again, with what belongs to it. About ten seconds of work a
    minute: keep the file."""
    order = real_turn(side)
    real = bool(order)
    if not real:
        order = [render(attitude) for attitude in acting(side) for _ in range(2)]
    photo = _photo_of_clip() if real else jpeg(on_ground(WHITE), 92)
    rules = {"actions": (side.value,), "actions_drawn": 1, **({} if real else RENDERED)}
    return Webcam(write_feed(path, order, seconds, first), photo, rules)


def _photo_of_clip() -> bytes:
    """The straight frame of the real clip as an identity photo: cut out, on white, sharpened."""
    frame = clip("head_turn_female_640x480.mjpeg")[9]
    left, top, right, bottom, middle = 178, 17, 411, 343, (310, 187)
    mask = np.full(frame.shape[:2], cv2.GC_BGD, np.uint8)
    mask[top + 5:bottom, left + 4:right - 4] = cv2.GC_PR_BGD
    cv2.ellipse(mask, (middle[0], middle[1] - 14), (104, 132), 0, 0, 360, cv2.GC_PR_FGD, -1)
    cv2.ellipse(mask, middle, (62, 86), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.rectangle(mask, (middle[0] - 56, 320), (middle[0] + 56, bottom), cv2.GC_FGD, -1)
    cv2.grabCut(frame.copy(), mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    person = cv2.GaussianBlur(np.isin(mask, (1, 3)).astype(np.float32), (0, 0), 1.2)[..., None]
    whole = (frame * person + np.array(WHITE) * (1 - person)).astype(np.float32)[top:bottom, left:right]
    large = cv2.resize(whole, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    crisp = large + 2.0 * (large - cv2.GaussianBlur(large, (0, 0), 1.5))
    return jpeg(np.clip(crisp, 0, 255).astype(np.uint8), 92)
