"""Good and bad identity photos: from the optional data, or drawn from scikit-image's astronaut."""
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data as skimage_data

from core.presence.engine import DlibEngine, Rgb
from core.presence.rules import Code
from tests.data import data

WHITE, BLUE = (250, 250, 250), (67, 110, 200)
WIDTH, HEIGHT = 295, 413


@dataclass(frozen=True)
class Sample:
    """One picture and what the judge must say: None is good, else a code that must be among the reasons."""

    name: str
    content: bytes
    expected: Code | None


def jpeg(image: Rgb, quality: int = 92) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def pixels(content: bytes) -> Rgb:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def portraits(ground: str) -> list[bytes]:
    """The 50 head photos of the optional data: those on 'white' (43 and 7 on other grounds) or on 'blue'."""
    name = "报名资料_50人_白底_utf8.zip" if ground == "white" else "报名资料_50人_utf8.zip"
    path = data("enrol", name)
    if path is None:
        return []
    with zipfile.ZipFile(path) as archive:
        return [archive.read(entry) for entry in archive.namelist() if "头像" in entry]


@cache
def cutout() -> tuple[Rgb, np.ndarray]:
    """The astronaut's head and shoulders at 295×413 with a soft mask of what is person (1) and ground (0)."""
    full = np.ascontiguousarray(skimage_data.astronaut())
    mask = np.full(full.shape[:2], cv2.GC_PR_BGD, np.uint8)
    cv2.ellipse(mask, (222, 120), (52, 82), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.ellipse(mask, (222, 115), (95, 115), 0, 0, 360, cv2.GC_PR_FGD, 12)
    cv2.rectangle(mask, (100, 235), (350, 330), cv2.GC_FGD, -1)
    mask[:4, :] = cv2.GC_BGD
    mask[:190, :118] = cv2.GC_BGD
    mask[:190, 322:] = cv2.GC_BGD
    cv2.grabCut(full, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    person = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    left, top, wide = 92, 0, 262
    high = wide * HEIGHT // WIDTH
    head = cv2.copyMakeBorder(full, 30, 0, 0, 0, cv2.BORDER_REPLICATE)[top:top + high, left:left + wide]
    mask = cv2.copyMakeBorder(person, 30, 0, 0, 0, cv2.BORDER_CONSTANT, value=0)
    soft = cv2.resize(mask[top:top + high, left:left + wide], (WIDTH, HEIGHT))
    head = cv2.resize(head, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return head, cv2.GaussianBlur(soft, (0, 0), 1.2)


def on_ground(colour: tuple[int, int, int]) -> Rgb:
    """The astronaut as an identity photo on a plain ground."""
    head, soft = cutout()
    layer = soft[..., None]
    return (head * layer + np.array(colour) * (1 - layer)).astype(np.uint8)


def before_bricks() -> Rgb:
    """The astronaut in front of a wall of bricks with strong joints."""
    head, soft = cutout()
    wall = cv2.resize(skimage_data.brick()[:200, :143], (WIDTH, HEIGHT))
    joints = np.clip((wall.astype(np.int16) - 120) * 4 + 120, 0, 255)
    return (head * soft[..., None] + np.dstack([joints] * 3) * (1 - soft[..., None])).astype(np.uint8)


def tilted(image: Rgb, degrees: float = 18.0) -> Rgb:
    matrix = cv2.getRotationMatrix2D((image.shape[1] / 2, image.shape[0] / 2), degrees, 0.85)
    return cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), borderValue=WHITE)


def blurred(image: Rgb, sigma: float = 3.5) -> Rgb:
    return cv2.GaussianBlur(image, (0, 0), sigma)


def halved(image: Rgb) -> Rgb:
    """Cut down the nose: the half that remains lies against the right edge of the picture."""
    face = image[:, : image.shape[1] // 2]
    return np.ascontiguousarray(cv2.copyMakeBorder(face, 0, 0, 0, 0, cv2.BORDER_CONSTANT, value=WHITE))


def paired(image: Rgb, other: Rgb) -> Rgb:
    """Two people one above the other, so that the picture stays upright."""
    upper, lower = (cv2.copyMakeBorder(cv2.resize(one, (248, 347))[:250], 0, 0, 20, 20, cv2.BORDER_REPLICATE)
                    for one in (image, other))
    return np.vstack([upper, lower])


def _points(image: Rgb) -> np.ndarray:
    """The five points of the face that is to be covered."""
    return DlibEngine().find(image, thorough=True)[0].points


def masked(image: Rgb, colour: tuple[int, int, int] = (120, 170, 210)) -> Rgb:
    """A mask from the nose down to the chin."""
    points = _points(image)
    span = float(np.hypot(*(points[0] - points[2])))
    middle, top = (points[0, 0] + points[2, 0]) / 2, points[4, 1] - 0.1 * span
    corners = [(-0.75, 0), (0, -0.05), (0.75, 0), (0.6, 0.85), (0, 1.05), (-0.6, 0.85)]
    shape = np.array([(middle + x * span, top + y * span) for x, y in corners], np.int32)
    return cv2.GaussianBlur(cv2.fillPoly(image.copy(), [shape], colour), (0, 0), 0.7)


def in_sunglasses(image: Rgb, colour: tuple[int, int, int] = (15, 15, 18)) -> Rgb:
    """Two dark glasses and the bridge between them."""
    points, covered = _points(image), image.copy()
    span = float(np.hypot(*(points[0] - points[2])))
    for one, other in ((0, 1), (2, 3)):
        x, y = (points[one] + points[other]) / 2
        cv2.ellipse(covered, (int(x), int(y)), (int(0.27 * span), int(0.2 * span)), 0, 0, 360, colour, -1)
    ends = [(int(x), int(y)) for x, y in (points[1], points[3])]
    cv2.line(covered, ends[0], ends[1], colour, max(2, int(0.05 * span)))
    return cv2.GaussianBlur(covered, (0, 0), 0.7)


def stretched(image: Rgb, times: float = 1.4) -> Rgb:
    """Drawn out to the height of another format, as a careless crop does."""
    return cv2.resize(image, None, fx=1, fy=times)


def oversized(image: Rgb) -> bytes:
    noisy = cv2.resize(image, None, fx=3, fy=3).astype(np.int16)
    noisy += np.random.default_rng(1).integers(-6, 7, noisy.shape, dtype=np.int16)
    return jpeg(np.clip(noisy, 0, 255).astype(np.uint8), 97)


def faceless() -> list[Rgb]:
    """Upright pictures without any face."""
    scenes = [skimage_data.chelsea(), skimage_data.coffee(), skimage_data.rocket(), skimage_data.colorwheel(),
              np.full((HEIGHT, WIDTH, 3), 250, np.uint8)]
    return [_upright(np.ascontiguousarray(scene)) for scene in scenes]


def _upright(image: Rgb) -> Rgb:
    height, width = image.shape[:2]
    wide = min(width, height * WIDTH // HEIGHT)
    left = (width - wide) // 2
    return cv2.resize(image[:, left:left + wide], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


_BAD: tuple[tuple[str, Code, Callable[[Rgb], bytes]], ...] = (
    ("tilt", Code.TILTED, lambda image: jpeg(tilted(image))),
    ("two", Code.SEVERAL_FACES, lambda image: jpeg(paired(image, image[:, ::-1]))),
    ("blur", Code.BLURRED, lambda image: jpeg(blurred(image))),
    ("half", Code.HALF_FACE, lambda image: jpeg(halved(image))),
    ("large", Code.TOO_LARGE, oversized),
)
_COVERED: tuple[tuple[str, Code, Callable[[Rgb], bytes]], ...] = (
    ("sunglasses", Code.EYES_COVERED, lambda image: jpeg(in_sunglasses(image))),
    ("stretched", Code.STRETCHED, lambda image: jpeg(stretched(image))),
)


def bare_samples() -> list[Sample]:
    """The small set of a bare clone: all made from the astronaut and scenes that come with scikit-image."""
    person = on_ground(WHITE)
    samples = [Sample("good white", jpeg(person), None), Sample("good mirrored", jpeg(person[:, ::-1]), None),
               Sample("blue ground", jpeg(on_ground(BLUE)), Code.WRONG_GROUND),
               Sample("grey ground", jpeg(cutout()[0]), Code.WRONG_GROUND),
               Sample("busy ground", jpeg(before_bricks()), Code.BUSY_GROUND)]
    samples += [Sample(name, make(person), code) for name, code, make in (*_BAD, *_COVERED)]
    nobody = enumerate(faceless()[:2])
    return samples + [Sample(f"none {k}", jpeg(scene), Code.NO_FACE) for k, scene in nobody]


def full_samples() -> Iterator[Sample]:
    """50 good (43 portraits on white, 7 drawn), 50 bad (8 wrong grounds, 7 of each other fault)."""
    white = portraits("white")
    on_white = [photo for photo in white if _is_white(photo)]
    for number, photo in enumerate(on_white):
        yield Sample(f"good {number}", photo, None)
    person = on_ground(WHITE)
    for number in range(50 - len(on_white)):
        shade = np.clip(person.astype(np.int16) - 2 * number, 0, 255).astype(np.uint8)
        yield Sample(f"good astronaut {number}", jpeg(shade[:, ::-1] if number % 2 else shade), None)
    for number, photo in enumerate(portraits("blue")[:8]):
        yield Sample(f"ground {number}", photo, Code.WRONG_GROUND)
    for offset, (name, code, make) in enumerate(_BAD):
        for photo in on_white[7 * offset:7 * offset + 7]:
            yield Sample(f"{name} {on_white.index(photo)}", make(pixels(photo)), code)
    nobody = [*faceless(), *(_upright(pixels(path.read_bytes())) for path in _scenes())]
    for number, scene in enumerate(nobody[:7]):
        yield Sample(f"none {number}", jpeg(scene), Code.NO_FACE)


def _scenes() -> list[Path]:
    folder = data("faces")
    return sorted(folder.glob("noface_*")) if folder else []


def _is_white(photo: bytes) -> bool:
    return bool(pixels(photo)[:4].mean() > 240)
