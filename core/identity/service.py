"""Signing in and out, and changing one's password (N-05, N-17, A.7)."""
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.base.db import Id
from core.base.errors import DomainError, NotFound, Refused, TooMany
from core.tenancy import Ctx, Role

from core.identity import limits
from core.identity.accounts import owner_of, phone_of, refuse_weak
from core.identity.codes import allow_sms, image_code_fits, prove_phone, refuse_image_code, send_code
from core.identity.devices import is_known
from core.identity.hashing import hash_password, needs_rehash, verify_password
from core.identity.models import Account, LoginSession, Person
from core.identity.rules import CodePurpose, Tab, code_wanted, initial_password, minutes_left

INSTITUTION_ROLES = frozenset({Role.INSTITUTION, Role.ENTERPRISE, Role.INVIGILATOR})
ADDRESS_PERIOD = timedelta(minutes=5)
GLOBAL_TRIES = 3_000
EVERYBODY = "sign_in_all"


class Stage(StrEnum):
    """A restricted session reaches only the page that changes the password, a proving one only its code page."""

    FULL = "full"
    RESTRICTED = "restricted"
    PROVING = "proving"


@dataclass(frozen=True)
class Attempt:
    """What somebody typed into the sign-in page; `name` is the ID number or the username, already tidied."""

    tab: Tab
    name: str = field(repr=False)
    password: str = field(repr=False)
    image_id: Id | None
    image_code: str
    device: str = ""
    device_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignedIn:
    """The token for the cookie, and how far it reaches."""

    token: str = field(repr=False)
    stage: Stage


@dataclass(frozen=True)
class _Secret:
    """An account's secret, read so that no transaction is open while it is hashed."""

    account_id: Id
    stored: str | None
    initial: str | None


def sign_in(ctx: Ctx, attempt: Attempt) -> SignedIn:
    """Open a session, or raise with the same sentence and in the same time whether the account exists (R27)."""
    key, address = _keys(ctx, f"{_kind(attempt.tab)}:{attempt.name}")
    with ctx.aside() as db:
        if not image_code_fits(db, ctx, attempt.image_id, attempt.image_code):
            refusal: DomainError | None = refuse_image_code()
        else:
            refusal = _count(db, ctx, key, address)
        secret = _secret_of(db, ctx, attempt) if refusal is None else None
    if refusal is not None:
        raise refusal
    if not _fits(secret, attempt.password):
        raise _wrong(attempt.tab)
    assert secret is not None
    account = ctx.db.get_one(Account, secret.account_id)
    limits.forgive(ctx.db, key, ctx.now)
    limits.give_back(ctx.db, address, ctx.now)
    limits.give_back(ctx.db, EVERYBODY, ctx.now)
    _check_tab(account, attempt.tab)
    if account.password_hash is not None and needs_rehash(account.password_hash):
        account.password_hash = hash_password(attempt.password)
    if _must_prove(ctx, account, attempt.device_token):
        signed_in = _open(ctx, account, Stage.PROVING, attempt.device)
    else:
        signed_in = open_session(ctx, account, attempt.device)
    ctx.record("identity.sign_in", account.id, stage=signed_in.stage)
    return signed_in


def open_session(ctx: Ctx, account: Account, device: str) -> SignedIn:
    """A new session with a token of its own; restricted while the password is the initial one (N-17)."""
    return _open(ctx, account, Stage.RESTRICTED if owes_change(account) else Stage.FULL, device)


def open_full_session(ctx: Ctx, account: Account, device: str) -> SignedIn:
    """For who has just proven the phone: registration lands in the portal (N-10)."""
    return _open(ctx, account, Stage.FULL, device)


def _must_prove(ctx: Ctx, account: Account, device_token: str) -> bool:
    """GD-05: from a new device. Who owes a change of password proves the phone there, and has no other page."""
    wanted = code_wanted(ctx.rules().account.new_device_code, staff=account.person_id is None)
    return wanted and not owes_change(account) and bool(phone_of(account)) \
        and not is_known(ctx, account.id, device_token)


def asks_change_code(ctx: Ctx, account: Account) -> bool:
    """Whether a change of this account's own password needs an SMS code beside the old one (GD-05)."""
    wanted = code_wanted(ctx.rules().account.password_change_code, staff=account.person_id is None)
    return wanted and bool(phone_of(account))


def owes_change(account: Account) -> bool:
    """Whether the password is the initial one, or one that an administrator gave."""
    return account.initial is not None or account.must_change


def sign_out(ctx: Ctx, token: str | None) -> None:
    """End the session of this device; without one nothing happens."""
    if token:
        ctx.db.execute(update(LoginSession).where(
            LoginSession.token_digest == digest(token), LoginSession.ended_at.is_(None)).values(ended_at=ctx.now))


def send_change_code(ctx: Ctx) -> None:
    """Send the SMS code that a change of the password needs, to the phone on file (A.7, GD-05)."""
    with ctx.tenant.session(write=False) as db:
        own = _own_account(ctx, db)
        phone, first, asks = phone_of(own), owes_change(own), asks_change_code(ctx, own)
    if not phone or not (first or asks):
        raise Refused("no_phone", _("这个账号没有登记手机号，不需要短信验证码。"), field="sms_code")
    allow_sms(ctx, phone)
    send_code(ctx, CodePurpose.FIRST_PASSWORD if first else CodePurpose.CHANGE_PASSWORD, phone, ctx.actor.person_id)


@dataclass(frozen=True)
class Change:
    """What somebody typed into the page 修改密码."""

    new_password: str = field(repr=False)
    repeated: str = field(repr=False)
    current: str = field(default="", repr=False)
    sms_code: str = ""
    device: str = ""


def change_password(ctx: Ctx, change: Change) -> SignedIn:
    """Set the new password and end every session; the initial one needs an SMS code, any other the old password."""
    if change.new_password != change.repeated:
        raise Refused("repeat", _("两次输入的新密码不一样，请重新输入。"), field="repeated")
    with ctx.tenant.session(write=False) as db:
        own = _own_account(ctx, db)
        phone, first, asks = phone_of(own), owes_change(own), asks_change_code(ctx, own)
        refuse_weak(ctx, change.new_password, owner_of(own))
    # Tries are counted aside, so before the first of the two proofs touches the request's transaction.
    key = "" if first else _check_current(ctx, change.current)
    if first and phone:
        prove_phone(ctx, CodePurpose.FIRST_PASSWORD, phone, change.sms_code)
    elif asks:
        prove_phone(ctx, CodePurpose.CHANGE_PASSWORD, phone, change.sms_code)
    if key:
        limits.forgive(ctx.db, key, ctx.now)
    hashed = hash_password(change.new_password)
    account = ctx.db.get_one(Account, ctx.actor.account_id)
    if verify_password(account.password_hash, change.new_password):
        raise Refused("same_password", _("新密码和原密码一样，请换一个。"), field="new_password")
    set_password(ctx, account, hashed)
    ctx.record("identity.change_password", account.id)
    return open_session(ctx, account, change.device)


def set_password(ctx: Ctx, account: Account, hashed: str) -> None:
    """Store the hash and end all sessions of the account (U6)."""
    account.password_hash = hashed
    account.initial = None
    account.must_change = False
    account.password_changed_at = ctx.now
    end_sessions(ctx, account.id)


def end_sessions(ctx: Ctx, account_id: Id) -> None:
    """End all open sessions of an account."""
    ctx.db.execute(update(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.ended_at.is_(None)).values(ended_at=ctx.now))


def end_session(ctx: Ctx, session_id: Id) -> None:
    """End one of one's own sessions; somebody else's is NotFound."""
    ended = ctx.db.execute(update(LoginSession).where(
        LoginSession.id == session_id, LoginSession.account_id == ctx.actor.account_id,
        LoginSession.ended_at.is_(None)).values(ended_at=ctx.now).returning(LoginSession.id)).scalar_one_or_none()
    if ended is None:
        raise NotFound("session", _("没有找到这个登录，可能已经退出。"))


def digest(token: str) -> str:
    """What the table keeps of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open(ctx: Ctx, account: Account, stage: Stage, device: str) -> SignedIn:
    token = secrets.token_urlsafe(32)
    ctx.db.add(LoginSession(token_digest=digest(token), account_id=account.id, stage=stage, device=device[:80],
                            address=ctx.actor.address or "", created_at=ctx.now, seen_at=ctx.now))
    ctx.db.flush()
    return SignedIn(token, stage)


def _kind(tab: Tab) -> str:
    return "person" if tab is Tab.PERSON else "staff"


def _keys(ctx: Ctx, subject: str) -> tuple[str, str]:
    return f"sign_in:{ctx.mac(subject)}", f"sign_in_address:{ctx.mac(ctx.actor.address or '-')}"


def _count(db: Session, ctx: Ctx, key: str, address: str) -> TooMany | None:
    rules = ctx.rules().account
    free_at = (limits.reserve_try(db, key, rules.tries_per_account, ctx.now)
               or limits.hit(db, address, rules.tries_per_address, ADDRESS_PERIOD, ctx.now)
               or limits.hit(db, EVERYBODY, GLOBAL_TRIES, timedelta(minutes=1), ctx.now))
    if free_at is None:
        return None
    minutes = minutes_left(free_at, ctx.now)
    return TooMany(
        "sign_in_limit", _("试错次数较多，请 %(minutes)s 分钟后再登录。忘记密码时，可点“忘记密码?”用短信验证码重新设置。",
                           minutes=minutes),
        field="password", facts={"retry_after": int((free_at - ctx.now).total_seconds()) + 1})


def _secret_of(db: Session, ctx: Ctx, attempt: Attempt) -> _Secret | None:
    wanted = select(Account)
    if attempt.tab is Tab.PERSON:
        wanted = wanted.join(Person).where(Person.id_number_mac == ctx.mac(attempt.name))
    else:
        wanted = wanted.where(Account.username == attempt.name)
    account = db.scalar(wanted.where(Account.disabled_at.is_(None)))
    if account is None:
        return None
    initial = initial_password(account.initial, phone_of(account)) if account.initial else None
    return _Secret(account.id, account.password_hash, initial)


def _fits(secret: _Secret | None, password: str) -> bool:
    """One hash is computed in every case, so the time tells nothing."""
    hashed = verify_password(secret.stored if secret else None, password[:200])
    if secret is not None and secret.initial is not None:
        return hmac.compare_digest(secret.initial.encode(), password.encode())
    return hashed


def _wrong(tab: Tab) -> Refused:
    sentence = (_("身份证号或密码不正确，请核对后重新输入。") if tab is Tab.PERSON
                else _("账号或密码不正确，请核对后重新输入。"))
    return Refused("sign_in", sentence, field="password")


def _check_tab(account: Account, tab: Tab) -> None:
    """Told only to who knew the password (N-05)."""
    if tab is Tab.PERSON:
        return
    roles = {Role(row.role) for row in account.roles}
    institution = bool(roles & INSTITUTION_ROLES)
    if institution is (tab is Tab.INSTITUTION):
        return
    right = _("机构账号") if institution else _("管理账号")
    raise Refused("tab", _("这个账号请从“%(tab)s”登录。", tab=right), field="name")


def _own_account(ctx: Ctx, db: Session) -> Account:
    account = db.get(Account, ctx.actor.account_id)
    if account is None:
        raise NotFound("account", _("没有找到这个账号，请重新登录。"))
    return account


def _check_current(ctx: Ctx, password: str) -> str:
    """The key of the counter to forgive once all is proven."""
    key = f"sign_in:{ctx.mac(f'change:{ctx.actor.account_id}')}"
    with ctx.aside() as db:
        free_at = limits.reserve_try(db, key, ctx.rules().account.tries_per_account, ctx.now)
        stored = _own_account(ctx, db).password_hash
    if free_at is not None:
        raise TooMany("sign_in_limit", _("试错次数较多，请 %(minutes)s 分钟后再试。",
                                         minutes=minutes_left(free_at, ctx.now)), field="current")
    if not verify_password(stored, password[:200]):
        raise Refused("current", _("当前密码不正确，请重新输入。"), field="current")
    return key
