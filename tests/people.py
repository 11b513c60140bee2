"""People for tests: accounts in a tenant's database, and browsers that are signed in as them."""
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask.sessions import SessionMixin
from sqlalchemy import select
from stdnum.cn import ric

from core.access import NOBODY, Actor, Role
from core.base.db import Id
from core.identity import Account, StaffFacts, account_of, open_full_session, open_person, open_staff
from core.identity.hashing import hash_password
from core.identity.models import ImageCode
from core.notification import inbox
from core.tenancy import Tenant, bound, unit_of_work
from core.work import run_waiting
from tests.browse import Browser

PASSWORD = "kv7#Qwlm-tower"


@dataclass(frozen=True)
class Somebody:
    """A person or a staff account that a test made."""

    account_id: Id
    person_id: Id | None
    name: str
    id_number: str
    phone: str
    username: str
    password: str
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        """For services called without a browser."""
        return Actor(self.account_id, self.person_id, self.name, self.roles, address="203.0.113.7")


def id_number(serial: int = 1, birth: str = "19900307") -> str:
    """A valid resident ID number; another for each serial (1 … 999)."""
    stem = f"110101{birth}{serial:03d}"
    return next(stem + digit for digit in "0123456789X" if ric.is_valid(stem + digit))


def phone(serial: int = 1) -> str:
    """A mobile number; another for each serial."""
    return f"1380013{serial:04d}"


def trainee(tenant: Tenant, serial: int = 1, *, name: str = "王小明", initial: bool = False) -> Somebody:
    """A trainee with a password of their own, or with `initial` still with the initial one (N-17)."""
    with unit_of_work(tenant, NOBODY) as ctx:
        person = open_person(ctx, name=name, id_number=id_number(serial), phone=phone(serial), sex="男")
        account = account_of(ctx, person)
        if not initial:
            account.password_hash, account.initial = _hash(), None
        return Somebody(account.id, person.id, name, person.id_number, person.phone, "",
                        person.phone if initial else PASSWORD, frozenset({Role.TRAINEE}))


def staff(tenant: Tenant, *roles: Role, username: str = "", organization_id: Id | None = None,
          city: str | None = None, phone: str = "") -> Somebody:
    """A staff account with these roles."""
    username = username or "-".join(roles)
    facts = StaffFacts(username, f"示例{username}", frozenset(roles), phone, organization_id, city)
    with unit_of_work(tenant, NOBODY) as ctx:
        account = open_staff(ctx, facts, PASSWORD, must_change=False)
        return Somebody(account.id, None, facts.display_name, "", phone, username, PASSWORD, facts.roles)


def signed_in(browser: Browser, somebody: Somebody) -> Browser:
    """The browser with an open session of that account, without walking through the sign-in page."""
    with unit_of_work(browser.tenant, NOBODY) as ctx:
        token = open_full_session(ctx, ctx.db.get_one(Account, somebody.account_id), "").token
    with cookie(browser) as session:
        session["sign_in"] = token
    return browser


@contextmanager
def cookie(browser: Browser) -> Iterator[SessionMixin]:
    """What the browser's cookie of its tenant holds, to read and to change."""
    with bound(browser.tenant), browser.session_transaction(
            base_url=f"http://{browser.tenant.file.hosts[0]}") as session:
        yield session


def image_answer(tenant: Tenant, page: str) -> dict[str, str]:
    """The hidden id and the right answer of the picture code that a page shows."""
    code_id = page.split('name="image_id" value="', 1)[1].split('"', 1)[0]
    with bound(tenant), tenant.session(write=False) as db:
        answer = next(code.answer for code in db.scalars(select(ImageCode)) if str(code.id) == code_id)
    return {"image_id": code_id, "image_code": answer}


_known_hash: list[str] = []


def _hash() -> str:
    if not _known_hash:
        _known_hash.append(hash_password(PASSWORD))
    return _known_hash[0]


def newest_code(tenant: Tenant, phone: str) -> str:
    """Let the workers run, then read the newest code that the phone received; "" when none came."""
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        received = [sms.text for sms in inbox(ctx) if sms.phone == phone]
    found = re.search(r"\d{6}", received[0]) if received else None
    return found.group() if found else ""
