"""What the audit tells the flows above it."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class HoursPassed(Event):
    """An enrollment's hours have passed and are on record (N-44)."""

    enrollment_id: Id


@dataclass(frozen=True)
class HoursCleared(Event):
    """An enrollment's hours have been cleared (N-45); `after_pass` when they had been on record before."""

    enrollment_id: Id
    after_pass: bool
