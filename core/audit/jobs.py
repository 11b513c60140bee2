"""What follows an opened and a passed case, once it is committed."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.audit.queries import case_of
from core.audit.service import HOURS_PASSED
from core.audit.signs import SIGNS_JOB, read_signs
from core.base.outbox import job
from core.course import progress_of_enrollment
from core.cycle import enrollment, enrollment_facts
from core.extension import hooks
from core.tenancy import Ctx


@job(SIGNS_JOB)
def signs(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The risk signs of a case that has just been opened."""
    read_signs(ctx, case_of(ctx, UUID(payload["case"])))


@job(HOURS_PASSED)
def hours_passed(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The provinces are told (N-44, hook on_hours_passed)."""
    row = enrollment(ctx, UUID(payload["enrollment"]))
    hooks(ctx).on_hours_passed(enrollment_facts(ctx, row, progress_of_enrollment(ctx, row.id).credited_hours))
