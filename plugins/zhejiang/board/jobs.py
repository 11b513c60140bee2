"""Boards are written anew every ten minutes, and at once when asked; bundles are made and forgotten."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.api import Ctx
from core.api.store import Id, job

from plugins.zhejiang.board import bundles, service
from plugins.zhejiang.board.models import Bundle
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import State


@job("zj.board.all", every=timedelta(minutes=10))
def look_at_all(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    for enterprise_id in ctx.db.scalars(select(Enterprise.id).where(Enterprise.state == State.APPROVED)):
        service.ask_look(ctx, enterprise_id)


@job(service.LOOK)
def look(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    service.look(ctx, ctx.db.get_one(Enterprise, Id(payload["enterprise"])))


@job(bundles.MAKE, queue="pdf")
def make_bundle(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    bundles.make(ctx, Id(payload["bundle"]), payload["site"])


@job("zj.board.forget_bundles", every=timedelta(hours=1))
def forget_bundles(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """A bundle can be made again at any time: it is kept no longer than other sheets."""
    over = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    for bundle in ctx.db.scalars(select(Bundle).where(Bundle.blob_key.is_not(None), Bundle.created_at < over)):
        ctx.blobs.delete(bundle.blob_key or "")
        bundle.blob_key = None
