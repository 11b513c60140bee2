"""Work of the documents behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.api import Ctx
from core.api.store import job

from plugins.zhejiang.documents import judging, keeping, receiving, sweeping, taking


@job(receiving.MATCH, queue="import")
def match(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """A zip has arrived whole."""
    taking.match(ctx, UUID(payload["upload"]))


@job(taking.TAKE, queue="import")
def take(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The next pictures of a zip."""
    taking.take(ctx, UUID(payload["upload"]), int(payload["from"]))


@job(receiving.FORGET, queue="fast")
def forget(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The bytes of an upload that has ended."""
    sweeping.forget(ctx, payload["keys"])


@job(keeping.JUDGE, queue="face")
def judge(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The next pictures of a batch."""
    judging.judge(ctx, UUID(payload["batch"]))


@job("zhejiang.documents.wake", queue="fast", every=timedelta(minutes=30))
def wake(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Pictures that wait though nobody looks."""
    sweeping.wake(ctx)


@job("zhejiang.documents.sweep", queue="fast", every=timedelta(days=1), at=timedelta(hours=3))
def sweep(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Once a night: what nobody waits for any more."""
    sweeping.abandon(ctx)
    sweeping.sweep(ctx)
