"""What can be measured on a picture of a face: pose, sharpness, light, mouth, ground (design: faces)."""
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.presence.engine import CHIP, Face, Points, Rgb
from core.presence.likeness import TONES

Grey = Rgb


@dataclass(frozen=True)
class Pose:
    """From the five points. `turn`: where the nose base falls along the line of the outer eye corners,
    0.5 is frontal, more is a turn to the sitter's left. `eyes`: ln(width of right eye ÷ left), same sign.
    `nod`: height of the eye line above the nose in eye distances. `roll`: degrees. `eye_px`: outer
    corners apart, pixels."""

    turn: float
    eyes: float
    nod: float
    roll: float
    eye_px: float


def pose(points: Points) -> Pose:
    """The pose that five landmarks (see engine.Points) show."""
    left_outer, left_inner, right_outer, right_inner, nose = points
    axis = left_outer - right_outer
    span = float(np.hypot(*axis)) or 1.0
    along = (nose - right_outer) @ axis / span ** 2
    below = (axis[0] * (nose - right_outer)[1] - axis[1] * (nose - right_outer)[0]) / span ** 2
    right, left = np.hypot(*(right_outer - right_inner)), np.hypot(*(left_outer - left_inner))
    return Pose(
        turn=float(along), eyes=float(np.log(max(right, 1e-3) / max(left, 1e-3))), nod=float(below),
        roll=float(np.degrees(np.arctan2(axis[1], axis[0]))), eye_px=span,
    )


def sharpness(chip: Rgb) -> float:
    """Variance of the Laplacian in the middle of the levelled face; σ 1 blur reads about 46, σ 2 12."""
    edge = (CHIP - 90) // 2
    grey = cv2.cvtColor(chip[edge:-edge, edge:-edge], cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def light(image: Rgb) -> float:
    """Mean brightness, 0 black to 255."""
    return float(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).mean())


def mouth_dark(chip: Rgb) -> float:
    """Share of dark pixels in the mouth's patch of a levelled face; to be read against the own neutral."""
    patch = cv2.cvtColor(chip, cv2.COLOR_RGB2LAB)[98:128, 57:93, 0]
    skin = cv2.cvtColor(chip, cv2.COLOR_RGB2LAB)[75:95, 45:105, 0]
    return float((patch < 0.5 * np.median(skin)).mean())


def look_of(grey: Grey) -> bytes:
    """A frame in 224 bytes, to find it again: 256 signs of its coarse cosine transform, then the brightness of 16 × 12
    fields (core.presence.likeness)."""
    coarse = cv2.dct(cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32))[:16, :16]
    signs = np.packbits(coarse > np.median(coarse))
    return signs.tobytes() + cv2.resize(grey, TONES, interpolation=cv2.INTER_AREA).tobytes()


def eyes_dark(chip: Rgb) -> float:
    """Share of dark pixels at the lighter of both eyes of a levelled face, against nose and forehead: sunglasses read
    0.37 and more, 70 portraits (some with brows and thin frames) at most 0.27."""
    light = cv2.cvtColor(chip.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    skin = max(np.median(light[70:85, 60:90]), np.median(light[20:38, 50:100]))
    return float(min((light[45:68, across] < 0.55 * skin).mean() for across in (slice(28, 65), slice(85, 122))))


def mouth_off(chip: Rgb) -> float:
    """How far mouth and chin are from the skin of forehead or nose bridge, whichever is nearer (LAB, lightness a
    quarter): a blue or black mask reads 20 and more, 70 portraits at most 15."""
    lab = cv2.cvtColor(chip.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    below = lab[95:132, 48:102].reshape(-1, 3)
    skins = (lab[20:38, 50:100], lab[55:75, 65:85])
    return min(float(np.median(np.linalg.norm((below - np.median(skin.reshape(-1, 3), axis=0)) * (0.25, 1, 1), axis=1)))
               for skin in skins)


@dataclass(frozen=True)
class Ground:
    """Colour behind the head in LAB: median lightness (0–100), a, b; how far lightness spreads
    (p90 − p10) and the share of the band that looks like the median."""

    lightness: float
    a: float
    b: float
    spread: float
    even: float

    @property
    def chroma(self) -> float:
        return float(np.hypot(self.a, self.b))

    @property
    def plain(self) -> bool:
        return self.even >= 0.80 and self.spread <= 30

    @property
    def colour(self) -> str:
        """By hue, not by brightness: 'white', 'blue' or 'other'."""
        if self.chroma <= 10 and self.lightness >= 78:
            return "white"
        blue = self.b <= -15 and self.chroma >= 15 and self.lightness >= 30 and self.a <= -0.9 * self.b
        return "blue" if blue else "other"


def ground(image: Rgb, face: Face) -> Ground:
    """The band above and beside the head, down to the eyes: shoulders and long hair stay out of it."""
    height, width = image.shape[:2]
    eyes = int(np.clip(face.points[:4, 1].mean(), 1, height))
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    band = np.zeros((height, width), dtype=bool)
    band[:max(2, height // 25)] = True
    band[:eyes, :max(2, width // 12)] = True
    band[:eyes, -max(2, width // 12):] = True
    band &= ~_head(face, height, width)
    pixels = lab[band] if band.any() else lab[:2].reshape(-1, 3)
    middle = np.median(pixels, axis=0)
    low, high = np.percentile(pixels[:, 0], (10, 90))
    near = np.linalg.norm((pixels - middle) * (0.7, 1, 1), axis=1) <= 12
    lightness, a, b = map(float, middle)
    return Ground(lightness, a, b, float(high - low), float(near.mean()))


def _head(face: Face, height: int, width: int) -> NDArray[np.bool_]:
    """An ellipse round head and hair."""
    rows, columns = np.ogrid[:height, :width]
    middle_x, middle_y = (face.left + face.right) / 2, face.top + 0.3 * face.height
    across, down = (columns - middle_x) / (0.85 * face.width), (rows - middle_y) / face.height
    inside: NDArray[np.bool_] = across ** 2 + down ** 2 <= 1
    return inside


def colourful(chip: Rgb) -> float:
    """Mean chroma of the face; a black-and-white photo reads near 0."""
    lab = cv2.cvtColor(chip.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())
