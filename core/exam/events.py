"""What the exam tells the flows above it."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class ExamPassed(Event):
    """A sitting of this enrollment reached the pass mark; told once, at the first that does."""

    enrollment_id: Id
