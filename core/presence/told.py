"""What presence tells the flows above it: they have the means to send messages, and the hours that wait for a face."""
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.base.db import Id
from core.base.events import Event


class News(StrEnum):
    """What is to be told of a supervised session."""

    BOOKED = "booked"
    NEAR = "near"                # a day before
    CANCELLED = "cancelled"      # the session, by the witness
    MISSED = "missed"            # by the person


@dataclass(frozen=True)
class SupervisedNews(Event):
    """Something to tell the person of a supervised session (C-25)."""

    news: News
    request_id: Id
    session_id: Id
    person_id: Id
    starts_at: datetime
    place: str


@dataclass(frozen=True)
class PresenceProved(Event):
    """The person of an enrollment was seen at that moment: a matched picture, a passed face check, a witness."""

    enrollment_id: Id
    at: datetime
