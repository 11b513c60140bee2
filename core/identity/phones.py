"""The phone on file: whose it is, and taking over another one (X-07, X-08)."""
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.errors import Conflict, refuse_all
from core.contract.values import SensitiveAction
from core.extension import hooks
from core.tenancy import Ctx

from core.identity.devices import forget_all
from core.identity.models import Account, Person
from core.identity.queries import account_of, person_facts
from core.identity.service import end_sessions


def phone_taken(ctx: Ctx, phone: str, but: Person | None = None) -> bool:
    """Whether somebody has this number on file already, besides `but`."""
    wanted = select(Person.id).where(Person.phone_mac == ctx.mac(phone))
    if but is not None:
        wanted = wanted.where(Person.id != but.id)
    return ctx.db.scalar(wanted.limit(1)) is not None


def check_phone_free(ctx: Ctx, phone: str, but: Person | None = None) -> None:
    """Raise Conflict where one phone is one account (X-07, JL-02) and this one is somebody else's."""
    if ctx.rules().account.phone_unique and phone_taken(ctx, phone, but):
        raise Conflict("phone_taken", _("一个手机号只能注册一个个人账户，这个手机号已注册过，请换用本人的手机号。"), field="phone")


def check_sensitive(ctx: Ctx, person: Person, action: SensitiveAction) -> None:
    """Raise Refused while this person has to wait with the action (hook check_sensitive_action, C-22)."""
    refuse_all(hooks(ctx).check_sensitive_action(person_facts(ctx, person), action))


def set_phone(ctx: Ctx, person: Person, phone: str, *, confirmed: bool = False) -> None:
    """Put the number on file; the caller has proven it and leaves the trail row.

    One that the owner did not prove in person by its code waits for the owner's word (BJ-06).
    """
    check_phone_free(ctx, phone, person)
    person.phone, person.phone_mac = phone, ctx.mac(phone)
    person.phone_confirmed_at = ctx.now if confirmed else None
    account_id = ctx.db.scalar(select(Account.id).where(Account.person_id == person.id))
    if account_id is not None:
        forget_all(ctx, account_id)
    ctx.db.flush()


def lock_out(ctx: Ctx, person: Person, since: datetime) -> None:
    """Whoever came in by a phone that was not the person's: sessions end, and a password chosen since then is void.

    The person sets another one by 忘记密码?, which goes to the phone on file.
    """
    account = account_of(ctx, person)
    end_sessions(ctx, account.id)
    if account.password_changed_at is not None and account.password_changed_at >= since:
        account.password_hash = None
    ctx.db.flush()
