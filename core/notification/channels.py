"""The port to an SMS provider, and the embedded channel whose inbox the demo shows."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from core.base.db import Id
from core.notification.models import InboxSms
from core.tenancy import Ctx


class SmsFailed(Exception):
    """The provider did not take the message; the job tries again."""


@dataclass(frozen=True)
class Receipt:
    """What the provider heard of one message: whether it reached the phone, and why not."""

    delivery: Id
    delivered: bool
    at: datetime
    reason: str = ""


class SmsPort(Protocol):
    """What a provider must do: take one message once, however often the same `delivery` is handed over."""

    def send(self, ctx: Ctx, *, delivery: Id, phone: str, text: str) -> None:
        """Raises SmsFailed."""

    def receipts(self, ctx: Ctx) -> Sequence[Receipt]:
        """The receipts since the last question; one that comes twice does no harm. Raises SmsFailed."""


class EmbeddedSms:
    """Keeps the message in the tenant's own database instead of sending it; /demo/inbox shows it."""

    def send(self, ctx: Ctx, *, delivery: Id, phone: str, text: str) -> None:
        if ctx.db.scalar(select(InboxSms.id).where(InboxSms.delivery_id == delivery)) is None:
            ctx.db.add(InboxSms(delivery_id=delivery, phone=phone, text=text, received_at=ctx.now))
            ctx.db.flush()

    def receipts(self, ctx: Ctx) -> Sequence[Receipt]:
        """None of its own: the page of the inbox plays the phone that is switched off."""
        return ()


PORTS: dict[str, SmsPort] = {"embedded": EmbeddedSms()}


def sms_port(ctx: Ctx) -> SmsPort:
    """The channel of this tenant; a provider's adapter adds itself to `PORTS`."""
    return PORTS["embedded"]
