"""For a plugin that says something: SMS, messages in the portal, whose SMS come back."""
from dataclasses import dataclass
from datetime import datetime

from core.base.db import Id
from core.identity import person_of
from core.notification import send_text, tell, undelivered
from core.tenancy import Ctx

__all__ = ["Lost", "lost_messages", "send_to_phone", "tell_person"]


@dataclass(frozen=True)
class Lost:
    """Somebody whose phone on file does not receive: since when, why, how many messages were lost."""

    person_id: Id
    name: str
    phone: str
    at: datetime
    reason: str
    count: int


def lost_messages(ctx: Ctx) -> list[Lost]:
    """Whose SMS come back undelivered, the newest first (C-22)."""
    return [Lost(one.person.id, one.person.name, one.person.phone, one.at, one.reason, one.count)
            for one in undelivered(ctx)]


def send_to_phone(ctx: Ctx, phone: str, text: str, *, about: str, person_id: Id | None = None,
                  key: str | None = None) -> None:
    """An SMS to a number that need not be the one on file; `key` makes the same occasion the same message."""
    person = person_of(ctx, person_id) if person_id is not None else None
    send_text(ctx, phone, text, about=about, person=person, key=key)


def tell_person(ctx: Ctx, person_id: Id, text: str) -> None:
    """A message inside the portal."""
    tell(ctx, person_of(ctx, person_id), text)
