"""Sending behind the request."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.notification.service import SEND, send_waiting
from core.tenancy import Ctx


@job(SEND, queue="fast")
def sms(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Send one SMS."""
    send_waiting(ctx, UUID(payload["delivery"]))
