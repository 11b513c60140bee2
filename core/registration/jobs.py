"""Work of registration behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.registration import people, scans
from core.tenancy import Ctx


@job(people.JOB, queue="import")
def open_people(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The next accounts of a sheet; hands itself on until all are made."""
    people.write_chunk(ctx, UUID(payload["sheet"]), int(payload["from"]))


@job("registration.forget_sheets", queue="fast", every=timedelta(days=1), at=timedelta(hours=2))
def forget_sheets(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Once a day: the rows of sheets whose time of keeping is over."""
    for key in people.forget_sheets(ctx):
        ctx.enqueue(scans.PURGE, {"key": key})


@job(scans.PURGE, queue="fast")
def purge_scan(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Forget a picture of an ID card that was replaced, or the rows of a sheet."""
    scans.purge(ctx, payload["key"])
