"""What the back office has done behind a request."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.console import plugins
from core.tenancy import Ctx


@job(plugins.JOB, queue="import")
def check_plugins(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    plugins.run_check(ctx, UUID(payload["check"]))
