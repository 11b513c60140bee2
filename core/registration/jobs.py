"""Work of registration behind the request."""
from collections.abc import Mapping
from typing import Any

from core.base.outbox import job
from core.registration import scans
from core.tenancy import Ctx


@job(scans.PURGE, queue="fast")
def purge_scan(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Forget a picture of an ID card that was replaced."""
    scans.purge(ctx, payload["key"])
