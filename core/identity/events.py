"""What identity tells the flows above it."""
from dataclasses import dataclass, field

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class CodeDrawn(Event):
    """An SMS code is to be sent to a phone; the code is nowhere else in plain."""

    phone: str = field(repr=False)
    code: str = field(repr=False)
    minutes: int
    purpose: str
    person_id: Id | None = None


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """The person no longer agrees to face checks: pictures and descriptors go (R24)."""

    person_id: Id
