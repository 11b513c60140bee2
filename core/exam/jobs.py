"""What exams do outside requests."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.base.outbox import job
from core.exam import bank, service
from core.tenancy import Ctx


@job(bank.JOB, queue="import")
def import_bank(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The next questions of a checked sheet; hands itself on until all are written."""
    bank.write_chunk(ctx, UUID(payload["import"]), int(payload["from"]))


@job(service.CLOSE_JOB)
def close(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Time is over: score what was saved. Also closes any other that was forgotten."""
    service.close_overdue(ctx)
