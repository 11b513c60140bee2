"""The events of the cycle; apart from `events` because the service publishes them."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class EnrollmentOpened(Event):
    """Paid for (or paid by others): the study may begin."""

    enrollment_id: Id


@dataclass(frozen=True)
class EnrollmentCancelled(Event):
    """Its order was cancelled, expired or refunded; the year of this post can be chosen again."""

    enrollment_id: Id


@dataclass(frozen=True)
class HoursDueChanged(Event):
    """The general hours are owed now, or no longer (A.7)."""

    enrollment_id: Id
