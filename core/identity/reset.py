"""忘记密码?: by SMS code, with the same text, status and work whether the account exists (N-05, R27)."""
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound, Refused
from core.contract.values import SensitiveAction
from core.tenancy import Ctx

from core.identity.accounts import owner_of, refuse_weak
from core.identity.codes import allow_sms, check_image_code, prove_phone, send_code
from core.identity.devices import forget_all
from core.identity.hashing import hash_password
from core.identity.models import Account, PasswordReset, Person
from core.identity.phones import check_sensitive
from core.identity.rules import CodePurpose, Owner
from core.identity.service import set_password

SEND_CODE = "identity.reset_code"
OPEN_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class NewPassword:
    """What somebody typed into the second page."""

    sms_code: str
    new_password: str = field(repr=False)
    repeated: str = field(repr=False)


def ask_reset(ctx: Ctx, *, id_number: str, phone: str, image_id: Id | None, image_code: str) -> PasswordReset:
    """Note the wish; a worker looks whether number and phone belong together and sends the code."""
    check_image_code(ctx, image_id, image_code)
    allow_sms(ctx, phone)
    reset = PasswordReset(id_number_mac=ctx.mac(id_number), phone=phone, created_at=ctx.now)
    ctx.db.add(reset)
    ctx.db.flush()
    ctx.enqueue(SEND_CODE, {"reset": str(reset.id)})
    return reset


def send_reset_code(ctx: Ctx, reset_id: Id) -> None:
    """Send the code if this phone is the one on file; otherwise nobody is told anything."""
    reset = ctx.db.get(PasswordReset, reset_id)
    if reset is None or reset.done_at is not None or ctx.now - reset.created_at > OPEN_FOR:
        return
    account = _account_of(ctx, reset)
    if account is not None:
        send_code(ctx, CodePurpose.RESET, reset.phone, account.person_id)


def set_new_password(ctx: Ctx, reset_id: Id, new: NewPassword) -> None:
    """Prove the phone, then set the password and end every session of the account."""
    with ctx.tenant.session(write=False) as db:
        reset = db.get(PasswordReset, reset_id)
    if reset is None or reset.done_at is not None or ctx.now - reset.created_at > OPEN_FOR:
        raise NotFound("reset", _("这次找回密码已经结束或超过 30 分钟，请从“忘记密码?”重新开始。"))
    if new.new_password != new.repeated:
        raise Refused("repeat", _("两次输入的新密码不一样，请重新输入。"), field="repeated")
    refuse_weak(ctx, new.new_password, Owner(phone=reset.phone))
    prove_phone(ctx, CodePurpose.RESET, reset.phone, new.sms_code)
    account = _account_of(ctx, reset)
    if account is None:
        raise Refused("reset_mismatch", _("身份证号与手机号对不上，请从“忘记密码?”重新开始。"), field="sms_code")
    refuse_weak(ctx, new.new_password, owner_of(account))
    assert account.person is not None
    check_sensitive(ctx, account.person, SensitiveAction.RESET_PASSWORD)
    set_password(ctx, account, hash_password(new.new_password))
    forget_all(ctx, account.id)
    ctx.db.get_one(PasswordReset, reset_id).done_at = ctx.now
    ctx.record("identity.reset_password", account.id)


def _account_of(ctx: Ctx, reset: PasswordReset) -> Account | None:
    return ctx.db.scalar(select(Account).join(Person).where(
        Person.id_number_mac == reset.id_number_mac, Person.phone_mac == ctx.mac(reset.phone),
        Account.disabled_at.is_(None)))
