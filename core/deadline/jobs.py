"""The deadline's work without a request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.base.clock import local_date
from core.base.outbox import job
from core.deadline import looking
from core.tenancy import Ctx

DAILY = "deadline.daily"


@job(DAILY, queue="import", every=timedelta(days=1), at=timedelta(hours=9))
def daily(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """At nine in the morning, when a reminder disturbs nobody; also asked for by an administrator (`round`)."""
    looking.begin(ctx, payload.get("round") or local_date(ctx.now).isoformat())


@job(looking.LOOK, queue="import")
def look(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """A batch of people."""
    looking.look(ctx, [UUID(one) for one in payload["people"]])
