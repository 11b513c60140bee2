"""Work of identity behind the request."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from core.base.outbox import job
from core.identity.models import ImageCode, KnownDevice, LoginSession, PasswordReset, SmsCode, Throttle
from core.identity.reset import SEND_CODE, send_reset_code
from core.tenancy import Ctx

PURGE = "identity.purge"


@job(SEND_CODE, queue="fast")
def reset_code(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Send the code of a password reset, if number and phone belong together."""
    send_reset_code(ctx, UUID(payload["reset"]))


@job(PURGE, queue="fast", every=timedelta(days=1), at=timedelta(hours=2))
def purge(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Remove codes, counters, resets and sessions whose time of keeping is over (`retention.*`)."""
    rules = ctx.rules().retention
    short = ctx.now - timedelta(hours=rules.short_hours)
    security = ctx.now - timedelta(days=rules.security_days)
    ctx.db.execute(delete(ImageCode).where(ImageCode.expires_at < ctx.now))
    ctx.db.execute(delete(SmsCode).where(SmsCode.expires_at < short))
    ctx.db.execute(delete(Throttle).where(Throttle.last_at < short))
    ctx.db.execute(delete(PasswordReset).where(PasswordReset.created_at < short))
    ctx.db.execute(delete(KnownDevice).where(KnownDevice.seen_at < security))
    ctx.db.execute(delete(LoginSession).where(LoginSession.seen_at < security))
