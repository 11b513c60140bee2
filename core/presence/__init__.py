"""Whether the right person is there: photo rules, live face check before study, snapshots during it.

(N-12, N-16, N-33 … N-36, JL-06.) The face library runs in a process of its own; importing this package
never loads it.
"""
from core.presence.client import FaceServiceDown, judge_photo
from core.presence.rules import PhotoVerdict

__all__ = ["FaceServiceDown", "PhotoVerdict", "judge_photo"]
