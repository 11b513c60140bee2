"""The core's own answers to the hooks that concern the deadline."""
from datetime import date

from core.contract.hooks import hookimpl
from core.contract.values import CertificateFacts, Deadline
from core.deadline.rules import end_of
from core.tenancy import Ctx


@hookimpl(trylast=True)
def resolve_deadline(ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
    """GD-01: the rule `deadline.ends`, for a certificate on paper; what is electronic already has no end."""
    ends = ctx.rules().deadline.ends
    if not ends or certificate.electronic:
        return Deadline()
    return Deadline(end_of(date.fromisoformat(ends)))
