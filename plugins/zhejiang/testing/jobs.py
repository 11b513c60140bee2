"""What test rooms do outside requests."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.api import Ctx
from core.api.store import job

from plugins.zhejiang.testing import room, service, telling


@job(room.CLOSE_JOB)
def close(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The time of a room is over: results are handed on though nobody pressed the button."""
    room.close_overdue(ctx)


@job(telling.REMIND_JOB)
def remind(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Tomorrow is the test."""
    service.remind(ctx, UUID(payload["plan"]), payload["at"])
