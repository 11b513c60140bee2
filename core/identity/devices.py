"""Devices that have proven the phone once (GD-05): which are known, remembering one, taking one away."""
import hashlib
import secrets

from flask_babel import gettext as _
from sqlalchemy import select, update

from core.base.db import Id
from core.base.errors import NotFound
from core.tenancy import Ctx

from core.identity.models import Account, KnownDevice

TOKEN_LENGTH = 43


def new_device_token() -> str:
    """A token for the cookie of a browser that has none; by itself it proves nothing."""
    return secrets.token_urlsafe(32)


def is_known(ctx: Ctx, account_id: Id, token: str) -> bool:
    """Whether this browser has proven the phone of this account; notes that it was seen."""
    row = _row(ctx, account_id, token)
    if row is None or row.revoked_at is not None:
        return False
    row.seen_at = ctx.now
    return True


def remember(ctx: Ctx, account: Account, token: str, label: str) -> str:
    """Know this browser from now on; returns the token for its cookie, the one it has where several share it."""
    token = token if len(token) == TOKEN_LENGTH else new_device_token()
    row = _row(ctx, account.id, token)
    if row is None:
        row = KnownDevice(account_id=account.id, token_digest=_digest(token), created_at=ctx.now, seen_at=ctx.now)
        ctx.db.add(row)
    row.label, row.seen_at, row.revoked_at = label[:80], ctx.now, None
    ctx.db.flush()
    ctx.record("identity.remember_device", account.id, device=row.label)
    return token


def devices_of(ctx: Ctx, account_id: Id) -> list[KnownDevice]:
    """The devices of an account, the one used last first."""
    return list(ctx.db.scalars(select(KnownDevice).where(
        KnownDevice.account_id == account_id, KnownDevice.revoked_at.is_(None)).order_by(KnownDevice.seen_at.desc())))


def is_this(device: KnownDevice, token: str) -> bool:
    """Whether the cookie of the browser being served belongs to this device."""
    return device.token_digest == _digest(token)


def remove(ctx: Ctx, device_id: Id) -> None:
    """Take one of one's own devices away: it proves the phone again; somebody else's is NotFound."""
    row = ctx.db.get(KnownDevice, device_id)
    if row is None or row.account_id != ctx.actor.account_id or row.revoked_at is not None:
        raise NotFound("device", _("没有找到这台设备，可能已经移除。"))
    row.revoked_at = ctx.now
    ctx.record("identity.remove_device", row.account_id, device=row.label)


def forget_all(ctx: Ctx, account_id: Id) -> None:
    """Every device proves the phone again: the phone is another one, or the password was lost."""
    ctx.db.execute(update(KnownDevice).where(
        KnownDevice.account_id == account_id, KnownDevice.revoked_at.is_(None)).values(revoked_at=ctx.now))


def _row(ctx: Ctx, account_id: Id, token: str) -> KnownDevice | None:
    return ctx.db.scalar(select(KnownDevice).where(
        KnownDevice.account_id == account_id, KnownDevice.token_digest == _digest(token))) if token else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
