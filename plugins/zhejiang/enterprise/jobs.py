"""Work of this room that outlives a request."""
from collections.abc import Mapping
from typing import Any

from core.api import Ctx
from core.api.store import job

from plugins.zhejiang.enterprise import papers


@job(papers.PURGE)
def purge_scan(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """A scan that was replaced before it was ever submitted."""
    papers.purge(ctx, str(payload["key"]))
