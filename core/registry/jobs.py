"""Asking the ministry behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.registry import statuses
from core.registry.service import PULL, run_pull
from core.tenancy import Ctx


@job(PULL, queue="fast")
def pull(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Pull one person's certificates."""
    run_pull(ctx, UUID(payload["pull"]))


@job(statuses.FORGET, every=timedelta(days=1), at=timedelta(hours=2))
def forget_status_sheets(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Once a day: the rows to be mended of sheets whose time of keeping is over; then each file by a job of its own,
    after the row has let go of it."""
    if "key" in payload:
        statuses.drop(ctx, payload["key"])
        return
    for key in statuses.forget(ctx):
        ctx.enqueue(statuses.FORGET, {"key": key})
