"""Is it flat? Corners followed on the face from the neutral frame onwards, and how badly a plane explains
their movement (h90; design: faces §3). A flat picture fits a homography, a head does not."""
import cv2
import numpy as np
from numpy.typing import NDArray

from core.presence.engine import Face, Rgb

_FEWEST = 14
_WINDOW = (21, 21)


class Track:
    """Corners of one neutral frame, followed frame by frame; those that do not come back are dropped."""

    def __init__(self, grey: Rgb, face: Face, eye_px: float) -> None:
        self._eye_px = eye_px
        self._last = grey
        mask = np.zeros(grey.shape, np.uint8)
        middle = ((face.left + face.right) // 2, (face.top + face.bottom) // 2)
        cv2.ellipse(mask, middle, (int(0.44 * face.width), int(0.52 * face.height)), 0, 0, 360, 255, -1)
        found = cv2.goodFeaturesToTrack(grey, 150, 0.005, max(2.0, eye_px / 16), mask=mask)
        self._start: NDArray[np.float32] = np.zeros((0, 1, 2), np.float32) if found is None else np.asarray(found)
        self._now = self._start.copy()

    @property
    def lost(self) -> bool:
        return len(self._now) < _FEWEST

    def follow(self, grey: Rgb) -> None:
        """Carry the corners into the next frame; a corner must come back to within a pixel."""
        if self.lost:
            return
        ahead, seen = _flow(self._last, grey, self._now)
        back, again = _flow(grey, self._last, ahead)
        kept = (seen[:, 0] == 1) & (again[:, 0] == 1) & (np.abs(back - self._now).max(axis=(1, 2)) < 1.0)
        self._start, self._now, self._last = self._start[kept], ahead[kept], grey

    def depth(self) -> float | None:
        """h90: 90th percentile of the residuals of the least-median homography, in eye distances; None
        when too few corners are left to tell."""
        if self.lost:
            return None
        plane, _ = cv2.findHomography(self._start, self._now, cv2.LMEDS)
        if np.shape(plane) != (3, 3):
            return None
        flat = cv2.perspectiveTransform(self._start, plane)
        residual = np.linalg.norm((flat - self._now)[:, 0], axis=1)
        return float(np.percentile(residual, 90)) / self._eye_px


def _flow(before: Rgb, after: Rgb, corners: Rgb) -> tuple[Rgb, Rgb]:
    """Where the corners went, and which were found."""
    moved, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, np.empty_like(corners), winSize=_WINDOW)
    return moved, found
