"""Work of the batches behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.api import Ctx
from core.api.store import job

from plugins.zhejiang.batch import writing


@job(writing.JOB, queue="import")
def import_sheet(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The next rows of a sheet; hands itself on until all are in."""
    writing.write_chunk(ctx, UUID(payload["sheet"]), int(payload["from"]))


@job("zhejiang.forget_sheets", queue="fast", every=timedelta(days=1), at=timedelta(hours=2))
def forget_sheets(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Once a day: the rows of sheets whose time of keeping is over."""
    for key in writing.forget_sheets(ctx):
        ctx.enqueue(writing.PURGE, {"key": key})


@job(writing.PURGE, queue="fast")
def purge_sheet(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """After the commit that forgot it: a job done twice deletes nothing more."""
    ctx.blobs.delete(payload["key"])
