"""Asking the ministry behind the request."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.registry.service import PULL, run_pull
from core.tenancy import Ctx


@job(PULL, queue="fast")
def pull(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Pull one person's certificates."""
    run_pull(ctx, UUID(payload["pull"]))
