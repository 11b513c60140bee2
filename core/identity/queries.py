"""Who sits behind a request, and looking persons up."""
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select

from core.base.db import Id
from core.base.errors import NotFound
from core.contract.values import PersonFacts
from core.extension import hooks
from core.tenancy import Actor, Ctx, Role, Tenant

from core.identity.models import Account, AccountRole, Consent, IdScan, LoginSession, Person
from core.identity.rules import Side
from core.identity.service import Stage, digest, owes_change

SEEN_EVERY = timedelta(seconds=60)


# One question for session, account, name and roles; put together once, since every page begins with it.
_WHO = (
    select(LoginSession.id, LoginSession.stage, LoginSession.created_at, LoginSession.seen_at, LoginSession.ended_at,
           LoginSession.account_id, Account.disabled_at, Account.person_id, Account.display_name, Person.name,
           AccountRole.role, AccountRole.organization_id, AccountRole.city)
    .join(Account, Account.id == LoginSession.account_id).outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(AccountRole, AccountRole.account_id == Account.id)
    .where(LoginSession.token_digest == bindparam("token_digest")).order_by(AccountRole.role))


def load_actor(ctx: Ctx, sign_in: str | None, address: str | None) -> Actor:
    """The actor of a session token; nobody when it ended, was idle or lived too long (U6).

    Notes at most once a minute that the session is in use.
    """
    if not sign_in:
        return Actor(address=address)
    with ctx.reading() as db:
        rows = db.execute(_WHO, {"token_digest": digest(sign_in)}).all()
    if not rows or not _stands(ctx, rows[0]):
        return Actor(address=address)
    if ctx.now - rows[0].seen_at >= SEEN_EVERY:
        _note_seen(ctx.tenant, rows[0].id)
    return _actor(rows, address)


def _stands(ctx: Ctx, login: Any) -> bool:
    rules = ctx.rules().account
    return (login.stage != Stage.PROVING and login.ended_at is None and login.disabled_at is None
            and ctx.now - login.seen_at < timedelta(minutes=rules.idle_minutes)
            and ctx.now - login.created_at < timedelta(hours=rules.absolute_hours))


def _actor(rows: Sequence[Any], address: str | None) -> Actor:
    """One row for each role of the account."""
    login, roles = rows[0], [row for row in rows if row.role is not None]
    scoped = next((row for row in roles if row.organization_id or row.city), None)
    return Actor(
        account_id=login.account_id, person_id=login.person_id,
        name=login.display_name if login.person_id is None else login.name,
        roles=frozenset(Role(row.role) for row in roles),
        organization_id=scoped.organization_id if scoped else None, city=scoped.city if scoped else None,
        session_id=str(login.id), address=address, restricted=login.stage == Stage.RESTRICTED)


def _note_seen(tenant: Tenant, session_id: Id) -> None:
    with tenant.session(write=True) as db, db.begin():
        login = db.get(LoginSession, session_id)
        if login is not None:
            login.seen_at = max(login.seen_at, tenant.clock.now())


def person_of(ctx: Ctx, person_id: Id) -> Person:
    """The person with this id; NotFound says so."""
    person = ctx.db.get(Person, person_id)
    if person is None:
        raise NotFound("person", _("没有找到这位学员。"))
    return person


def current_person(ctx: Ctx) -> Person:
    """The person who is signed in; staff have none and get NotFound."""
    if ctx.actor.person_id is None:
        raise NotFound("person", _("这个页面属于学员个人，工作人员账号没有学员档案。"))
    return person_of(ctx, ctx.actor.person_id)


def person_by_id_number(ctx: Ctx, id_number: str) -> Person | None:
    """The person with this resident ID number in its one written form."""
    return ctx.db.scalar(select(Person).where(Person.id_number_mac == ctx.mac(id_number)))


def people_with_phone_of(ctx: Ctx, person: Person) -> int:
    """How many persons have this person's phone on file, oneself included (L17)."""
    return ctx.db.scalar(select(func.count()).select_from(Person).where(Person.phone_mac == person.phone_mac)) or 0


def account_of(ctx: Ctx, person: Person) -> Account:
    """The account by which a person signs in."""
    return ctx.db.scalars(select(Account).where(Account.person_id == person.id)).one()


def password_is_initial(ctx: Ctx, person: Person) -> bool:
    """Whether the person still has the password that the rule gave (N-17)."""
    account = ctx.db.scalar(select(Account).where(Account.person_id == person.id))
    return account is not None and owes_change(account)


def person_facts(ctx: Ctx, person: Person) -> PersonFacts:
    """A person as hooks see one; the class is the tenant's first (X-24)."""
    classes = hooks(ctx).collect_person_classes()
    return PersonFacts(id=person.id, name=person.name, person_class=classes[0].code if classes else "",
                       has_photo=person.photo_key is not None, profile_saved=person.profile_saved_at is not None,
                       has_id_scans=len(scans_of(ctx, person)) == len(Side),
                       password_initial=password_is_initial(ctx, person),
                       phone_confirmed=person.phone_confirmed_at is not None)


def scans_of(ctx: Ctx, person: Person) -> list[IdScan]:
    """The sides of the ID card that are on file, the front first."""
    return list(ctx.db.scalars(select(IdScan).where(IdScan.person_id == person.id).order_by(IdScan.side.desc())))


def sessions_of(ctx: Ctx, account_id: Id) -> list[LoginSession]:
    """The open sessions of an account, the newest first."""
    rules = ctx.rules().account
    return list(ctx.db.scalars(
        select(LoginSession).where(
            LoginSession.account_id == account_id, LoginSession.ended_at.is_(None), LoginSession.stage != Stage.PROVING,
            LoginSession.seen_at > ctx.now - timedelta(minutes=rules.idle_minutes),
            LoginSession.created_at > ctx.now - timedelta(hours=rules.absolute_hours))
        .order_by(LoginSession.created_at.desc())))


def face_consent(ctx: Ctx, person: Person) -> Consent | None:
    """The consent to face checks in the version in force, unless it was withdrawn."""
    return ctx.db.scalar(
        select(Consent).where(Consent.person_id == person.id, Consent.kind == "face", Consent.withdrawn_at.is_(None),
                              Consent.version == ctx.rules().presence.consent_version)
        .order_by(Consent.given_at.desc()).limit(1))
