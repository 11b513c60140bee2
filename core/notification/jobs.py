"""Sending behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.notification.receipts import ask_receipts
from core.notification.service import SEND, send_waiting
from core.tenancy import Ctx


@job(SEND, queue="fast")
def sms(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Send one SMS."""
    send_waiting(ctx, UUID(payload["delivery"]))


@job("notification.receipts", queue="fast", every=timedelta(minutes=5))
def receipts(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Ask the provider what arrived."""
    ask_receipts(ctx)
