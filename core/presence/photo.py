"""Looking at an identity photo (N-12, N-16, JL-06). Runs in the face process only; see client.judge_photo."""
import io

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.presence.engine import Face, FaceEngine, Rgb
from core.presence.measure import colourful, eyes_dark, ground, mouth_off, pose, sharpness
from core.presence.rules import PIXEL_CAP, Code, PhotoRules, kind_of, precheck

Facts = dict[str, float | str]
_FORMATS = ("JPEG", "PNG")
SECOND_FACE = 0.15
_FAINT = -0.5
_MIRRORED = 0.4
_LONGEST = 1600


class Unfit(Exception):
    """The bytes cannot become a picture that could be judged."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


def examine(data: bytes, rules: PhotoRules, engine: FaceEngine) -> tuple[list[Code], Facts, bytes]:
    """Codes of what is wrong, what was measured, and the clean JPEG. Never raises for bad bytes."""
    facts: Facts = {"kb": len(data) / 1024, "kind": kind_of(data)}
    codes = precheck(data, rules)
    if codes:
        return codes, facts, b""
    try:
        image = _bounded(decode(data, facts))
    except Unfit as unfit:
        return [unfit.code], facts, b""
    if rules.portrait and image.shape[0] <= image.shape[1]:
        codes.append(Code.LANDSCAPE)
    codes += _look(image, rules, engine, facts)
    return codes, facts, encode(image, rules.max_kb)


def decode(data: bytes, facts: Facts | None = None, most: int = PIXEL_CAP) -> Rgb:
    """Pixels, upright and RGB, of a JPEG or PNG of at most `most` pixels; the size is read from the
    header before anything is unpacked. Raises Unfit."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            width, height = opened.size
            if facts is not None:
                facts.update(width=width, height=height)
            if width * height > most:
                raise Unfit(Code.TOO_MANY_PIXELS)
            if opened.format == "PNG" and getattr(opened, "n_frames", 1) > 1:
                raise Unfit(Code.ANIMATED)
            return np.ascontiguousarray(_rgb(ImageOps.exif_transpose(_smaller(opened))))
    except Unfit:
        raise
    except Image.DecompressionBombError as error:
        raise Unfit(Code.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, TypeError, KeyError,
            IndexError, ZeroDivisionError, OverflowError, RuntimeError) as error:
        raise Unfit(Code.UNREADABLE) from error


def _smaller(image: Image.Image) -> Image.Image:
    """Nobody needs more than twice the pixels that are looked at; a JPEG is not even unpacked beyond them."""
    image.draft(None, (_LONGEST, _LONGEST))
    image.load()
    times = max(image.size) // (2 * _LONGEST) + 1
    if times == 1:
        return image
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return _with_exif(image.reduce(times), image)
    size = (max(1, image.width // times), max(1, image.height // times))
    return _with_exif(image.resize(size, Image.Resampling.NEAREST), image)


def _with_exif(smaller: Image.Image, image: Image.Image) -> Image.Image:
    """Resizing loses what says how the camera was held."""
    smaller.getexif().update(image.getexif())
    smaller.info = dict(image.info)
    return smaller


def _rgb(image: Image.Image) -> Rgb:
    """8-bit RGB from any mode: 16-bit grey scaled, transparency laid on white."""
    if image.mode.startswith("I"):
        wide = np.asarray(image).astype(np.float64)
        image = Image.fromarray(np.clip(wide / 256, 0, 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return np.asarray(image.convert("RGB"))


def encode(image: Rgb, max_kb: int) -> bytes:
    """A JPEG without metadata, of at most `max_kb` when any quality from 92 to 60 allows it."""
    for quality in (92, 85, 75, 60):
        out = io.BytesIO()
        Image.fromarray(image).save(out, "JPEG", quality=quality)
        if out.tell() <= max_kb * 1024:
            break
    return out.getvalue()


def _look(image: Rgb, rules: PhotoRules, engine: FaceEngine, facts: Facts) -> list[Code]:
    faces = engine.find(image, floor=_FAINT, thorough=True)
    strong = [face for face in faces if face.score >= SECOND_FACE]
    facts["faces"] = len(strong)
    if len(strong) > 1:
        return [Code.SEVERAL_FACES]
    if not strong:
        return _without_face(image, faces, rules, engine, facts)
    return faults(image, strong[0], rules, engine, facts)


def _bounded(image: Rgb) -> Rgb:
    scale = _LONGEST / max(image.shape[:2])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image


def faults(image: Rgb, face: Face, rules: PhotoRules, engine: FaceEngine, facts: Facts) -> list[Code]:
    """What is wrong with the one face of a photo; `facts` takes what was measured."""
    height, width = image.shape[:2]
    chip = engine.chip(image, face)
    seen, crisp, behind = pose(face.points), sharpness(chip), ground(image, face)
    facts.update(score=face.score, sharpness=crisp, roll=seen.roll, yaw=seen.turn - 0.5, eye_px=seen.eye_px,
                 shape=seen.nod, lightness=behind.lightness, ground_a=behind.a, ground_b=behind.b, spread=behind.spread,
                 even=behind.even, ground=behind.colour, chroma=colourful(chip), eyes_dark=eyes_dark(chip),
                 mouth_off=mouth_off(chip))
    slack = 0.04 * face.width
    cut = min(face.left, face.top, width - face.right, height - face.bottom) < -slack
    if cut:
        return [Code.HALF_FACE]
    eyes = float(facts["eyes_dark"]) > rules.max_eyes_dark
    mouth = float(facts["mouth_off"]) > rules.max_mouth_off
    checks = (
        (Code.TOO_SMALL, seen.eye_px < rules.min_eye_px),
        (Code.BLURRED, crisp < rules.min_sharpness),
        (Code.SOFT, rules.min_sharpness <= crisp < rules.warn_sharpness),
        (Code.TILTED, round(abs(seen.roll), 1) > rules.max_roll_deg),
        # Points lie on whole pixels: a ten-thousandth more than the rule is not measured.
        (Code.NOT_FRONTAL, round(abs(seen.turn - 0.5), 2) > rules.max_yaw),
        (Code.STRETCHED, not rules.min_face_shape <= seen.nod <= rules.max_face_shape),
        (Code.EYES_COVERED, eyes),
        (Code.MOUTH_COVERED, mouth),
        (Code.UNCLEAR_FACE, face.score < rules.min_face_score and not eyes and not mouth),
        (Code.BUSY_GROUND, not behind.plain),
        (Code.WRONG_GROUND, behind.plain and behind.colour not in rules.backgrounds),
        (Code.COLOURLESS, float(facts["chroma"]) < 3),
    )
    return [code for code, wrong in checks if wrong]


def _without_face(
    image: Rgb, faint: list[Face], rules: PhotoRules, engine: FaceEngine, facts: Facts,
) -> list[Code]:
    """Why no face was found: cut by the edge (its mirror completes it), blurred, tilted, or really none."""
    pad = max(image.shape[:2]) // 3
    mirrored = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    for face in engine.find(mirrored, floor=_MIRRORED):
        middle_x, middle_y = (face.left + face.right) / 2 - pad, (face.top + face.bottom) / 2 - pad
        inside = min(face.left, face.top) >= pad and face.right <= pad + image.shape[1]
        reaches = -0.5 * face.width < middle_x < image.shape[1] + 0.5 * face.width
        if reaches and not inside and middle_y < image.shape[0]:
            return [Code.HALF_FACE]
    if faint and sharpness(engine.chip(image, faint[0])) < rules.min_sharpness:
        return [Code.BLURRED]
    for turn in (-25, 25, -50, 50, 90, -90, 180):
        found = engine.find(_turned(image, turn), floor=0.3)
        if found:
            facts["roll"] = turn + pose(found[0].points).roll
            return [Code.TILTED]
    return [Code.NO_FACE]


def _turned(image: Rgb, degrees: float) -> Rgb:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
