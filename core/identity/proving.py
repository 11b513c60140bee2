"""The second page of a sign-in from a new device: an SMS code to the phone on file (GD-05)."""
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.errors import NotFound
from core.contract.values import PhoneCorrection
from core.extension import hooks
from core.tenancy import Ctx

from core.identity import devices
from core.identity.accounts import phone_of
from core.identity.codes import allow_sms, prove_phone, send_code
from core.identity.models import Account, LoginSession, Person
from core.identity.queries import person_facts
from core.identity.rules import CodePurpose, code_wanted
from core.identity.service import SignedIn, Stage, digest, open_session

OPEN_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Waiting:
    """A sign-in whose password was right and whose phone is not proven yet."""

    phone: str = field(repr=False)
    person: Person | None = field(repr=False)


@dataclass(frozen=True)
class Proven:
    """The session, and the token of the device's cookie."""

    signed_in: SignedIn
    device_token: str = field(repr=False)


def waiting(ctx: Ctx, token: str | None) -> Waiting:
    """The sign-in behind the browser's token; NotFound when it waits for nothing, or too long."""
    with ctx.tenant.session(write=False) as db:
        account = _login(ctx, db, token).account
        return Waiting(phone_of(account), account.person)


def send_device_code(ctx: Ctx, token: str | None) -> None:
    """Send the code to the phone on file, within the limits of all SMS codes."""
    asked = waiting(ctx, token)
    allow_sms(ctx, asked.phone)
    send_code(ctx, CodePurpose.NEW_DEVICE, asked.phone, asked.person.id if asked.person else None)


def prove_device(ctx: Ctx, token: str | None, code: str, device_token: str, label: str) -> Proven:
    """A right code opens a session of its own and makes the device known; the waiting one ends."""
    prove_phone(ctx, CodePurpose.NEW_DEVICE, waiting(ctx, token).phone, code)
    login = _login(ctx, ctx.db, token)
    login.ended_at = ctx.now
    known = devices.remember(ctx, login.account, device_token, label)
    signed_in = open_session(ctx, login.account, label)
    ctx.record("identity.prove_device", login.account_id)
    return Proven(signed_in, known)


def know_after_code(ctx: Ctx, account: Account, device_token: str, label: str) -> str:
    """For who has just proven the phone on another page: the device's token, "" where devices are not asked after."""
    if not code_wanted(ctx.rules().account.new_device_code, staff=account.person_id is None):
        return ""
    return devices.remember(ctx, account, device_token, label)


def lost_phone(ctx: Ctx, person: Person | None) -> PhoneCorrection:
    """Whom to turn to when the phone on file is lost or wrong, in the tenant's own words (X-08)."""
    portal = ctx.rules().portal
    if person is not None:
        answer = hooks(ctx).resolve_phone_correction(person_facts(ctx, person))
        if not answer.by_self:
            return answer
    if ctx.rules().account.origin == "institution":
        sentence = _("手机号已停用或不对时，请带身份证到为您报名的培训机构，核对身份后更正手机号。")
    else:
        sentence = _("手机号已停用或不对时，请带身份证联系客服，核对身份后更正手机号。")
    return PhoneCorrection(by_self=False, sentence=sentence, phones=portal.centre_phones or portal.hotlines)


def _login(ctx: Ctx, db: Session, token: str | None) -> LoginSession:
    found = db.scalar(select(LoginSession).where(
        LoginSession.token_digest == digest(token or ""), LoginSession.stage == Stage.PROVING,
        LoginSession.ended_at.is_(None), LoginSession.created_at > ctx.now - OPEN_FOR))
    if found is None or found.account.disabled_at is not None:
        raise NotFound("proving", _("这次登录已经结束或超过 15 分钟，请重新登录。"))
    return found
