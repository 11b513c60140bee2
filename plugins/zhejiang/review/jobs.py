"""Work of this room behind the request; each chunk is one transaction and hands itself on."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.api import Ctx
from core.api.store import job

from plugins.zhejiang.review import bulk, filling, printing, sweeping

SWEEP = "zhejiang.review.sweep"


@job(bulk.JOB, queue="import")
def pass_bulk(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """批量通过."""
    bulk.pass_chunk(ctx, UUID(payload["bulk"]), int(payload["from"]))


@job(filling.JOB, queue="import")
def fill_applications(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The rows of a second sheet."""
    filling.write_chunk(ctx, UUID(payload["sheet"]), int(payload["from"]))


@job(printing.JOB, queue="pdf")
def print_forms(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """报名表 and 年限证明 of a batch."""
    printing.draw_chunk(ctx, UUID(payload["print"]), int(payload["from"]))


@job("zhejiang.review.forget", queue="fast", every=timedelta(days=1), at=timedelta(hours=2))
def forget(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Once a day: sheets and prints whose time of keeping is over."""
    sweeping.forget(ctx)
    ctx.enqueue(SWEEP, {})


@job(SWEEP, queue="fast")
def sweep(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """The bytes, only after the rows have gone."""
    sweeping.sweep(ctx)
