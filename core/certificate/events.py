"""What happens to proofs and certificates when hours are passed or cleared."""
from core.audit import HoursCleared, HoursPassed
from core.base.events import subscribe
from core.certificate.proofs import withdraw_proof
from core.certificate.service import settle
from core.cycle import enrollment
from core.tenancy import Ctx


@subscribe(HoursPassed)
def passed(ctx: Ctx, event: HoursPassed) -> None:
    """A certificate that was suspended for this year's hours is 正常 again."""
    row = enrollment(ctx, event.enrollment_id)
    settle(ctx, row.person_id, row.post_id)


@subscribe(HoursCleared)
def cleared(ctx: Ctx, event: HoursCleared) -> None:
    """Clearing after issue withdraws the proof and suspends the certificate."""
    if event.after_pass:
        row = enrollment(ctx, event.enrollment_id)
        withdraw_proof(ctx, row.id)
        settle(ctx, row.person_id, row.post_id)
