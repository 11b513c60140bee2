"""Housekeeping of what every request leaves: the trail is sealed, answers kept for repeats are forgotten."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from core.base import trail
from core.base.outbox import JobState, OutboxRow, job
from core.tenancy import Ctx
from core.web.once import OnceRow


@job("trail.seal", queue="fast", every=timedelta(minutes=1))
def seal_trail(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Bind the last minute's rows into one root (C-26)."""
    trail.seal(ctx.db, now=ctx.now)


@job("web.forget", queue="fast", every=timedelta(days=1))
def forget(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Remove answers to repeated posts, and outbox rows done, when their time of keeping is over."""
    before = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    ctx.db.execute(delete(OnceRow).where(OnceRow.at < before))
    ctx.db.execute(delete(OutboxRow).where(OutboxRow.state == JobState.DONE, OutboxRow.done_at < before))
