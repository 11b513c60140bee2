"""For a plugin whose parties have clerks of their own: accounts limited to an organization, authorities' to a city."""
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from core.base.db import Id
from core.base.errors import Conflict, NotFound
from core.identity import Account, StaffFacts, open_full_session, open_staff
from core.identity import set_password as _set_password
from core.identity.hashing import hash_password
from core.identity.staffing import limit_to_city, lock_staff, staff_by_username, staff_of, staff_with, unlock_staff
from core.tenancy import Ctx, Role

__all__ = ["Clerk", "NewClerk", "clerk_by_username", "clerk_of", "clerks_of", "clerks_with", "first_password",
           "give_password", "limit_clerk_to_city", "lock_clerk", "open_clerk", "open_session_of", "rename_clerk",
           "unlock_clerk"]

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


@dataclass(frozen=True)
class Clerk:
    """A staff account as a plugin reads it."""

    id: Id
    username: str
    name: str
    phone: str
    city: str
    locked: bool


@dataclass(frozen=True)
class NewClerk:
    """A clerk to be opened."""

    username: str
    name: str
    phone: str
    role: Role
    organization_id: Id


def open_clerk(ctx: Ctx, asked: NewClerk, password: str, *, must_change: bool) -> Clerk:
    """An account limited to its organization. Conflict for a name that is taken, Refused for a weak password."""
    facts = StaffFacts(asked.username, asked.name, frozenset({asked.role}), asked.phone, asked.organization_id)
    try:
        return _clerk(open_staff(ctx, facts, password, must_change=must_change))
    except IntegrityError as error:
        ctx.rollback()
        raise Conflict("username", _("账号“%(name)s”已被使用，请换一个。", name=asked.username), field="username") from error


def open_session_of(ctx: Ctx, clerk_id: Id, device: str) -> str:
    """The token of a session for who has just opened the account and proven its phone."""
    return open_full_session(ctx, _account(ctx, clerk_id), device).token


def clerk_of(ctx: Ctx, clerk_id: Id) -> Clerk:
    """Raises NotFound."""
    return _clerk(_account(ctx, clerk_id))


def clerks_of(ctx: Ctx, organization_id: Id) -> list[Clerk]:
    """The accounts that work for an organization, by name."""
    return [_clerk(account) for account in staff_of(ctx, organization_id)]


def clerks_with(ctx: Ctx, role: Role) -> Sequence[Clerk]:
    """All accounts of a role, by name."""
    return [_clerk(account) for account in staff_with(ctx, role)]


def clerk_by_username(ctx: Ctx, username: str) -> Clerk | None:
    """However the name was typed."""
    account = staff_by_username(ctx, username)
    return _clerk(account) if account else None


def limit_clerk_to_city(ctx: Ctx, clerk_id: Id, role: Role, city: str | None) -> None:
    """What the account may do in a role holds for one city; None takes the city away. Its sessions end (U6)."""
    limit_to_city(ctx, _account(ctx, clerk_id), role, city)


def lock_clerk(ctx: Ctx, clerk_id: Id) -> None:
    """No more sign-in, and all open sessions end."""
    lock_staff(ctx, _account(ctx, clerk_id))


def unlock_clerk(ctx: Ctx, clerk_id: Id) -> None:
    """Sign-in works again."""
    unlock_staff(ctx, _account(ctx, clerk_id))


def rename_clerk(ctx: Ctx, clerk_id: Id, name: str, phone: str) -> None:
    """Another person works with the account, at another phone; the caller has checked who that is."""
    account = _account(ctx, clerk_id)
    account.display_name, account.phone = name, phone
    ctx.db.flush()


def first_password() -> str:
    """A password to be read aloud once: three groups, no letter that looks like a digit."""
    groups = ["".join(secrets.choice(letters) for _n in range(4)) for letters in (_LETTERS, _DIGITS, _LETTERS)]
    return "-".join(groups)


def give_password(ctx: Ctx, clerk_id: Id) -> str:
    """A new first password, which opens only the page that changes it; all sessions end."""
    account, password = _account(ctx, clerk_id), first_password()
    _set_password(ctx, account, hash_password(password))
    account.must_change = True
    ctx.record("identity.give_password", account.id)
    return password


def _account(ctx: Ctx, clerk_id: Id) -> Account:
    account = ctx.db.get(Account, clerk_id)
    if account is None or account.person_id is not None:
        raise NotFound("clerk", _("没有找到这个账号。"))
    return account


def _clerk(account: Account) -> Clerk:
    city = next((row.city for row in account.roles if row.city), None)
    return Clerk(account.id, account.username or "", account.display_name, account.phone, city or "",
                 account.disabled_at is not None)
