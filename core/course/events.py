"""What the study tells the flows above it, and what it hears from below."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event, subscribe
from core.course.catalogue import begin_study
from core.cycle.events import EnrollmentOpened
from core.tenancy import Ctx


@dataclass(frozen=True)
class StudyCompleted(Event):
    """All hours of an enrollment are credited; told once a round (a clearing begins a new round)."""

    enrollment_id: Id


@subscribe(EnrollmentOpened)
def opened(ctx: Ctx, event: EnrollmentOpened) -> None:
    """Paid for: the packages are chosen, and 开始学习 appears (N-29, N-33)."""
    begin_study(ctx, event.enrollment_id)
