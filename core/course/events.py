"""What the study tells the flows above it."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class StudyCompleted(Event):
    """All hours of an enrollment are credited; told once a round (a clearing begins a new round)."""

    enrollment_id: Id
