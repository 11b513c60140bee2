"""Opening persons and accounts, and what is known of them."""
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from core.base.db import Id, new_id
from core.base.errors import Conflict, Refused
from core.tenancy import Ctx, Role

from core.identity.hashing import hash_password
from core.identity.models import Account, AccountRole, Person, search_macs
from core.identity.rules import Owner, password_problem


@dataclass(frozen=True)
class StaffFacts:
    """What an administrator says of a new staff account."""

    username: str
    display_name: str
    roles: frozenset[Role]
    phone: str = ""
    organization_id: Id | None = None
    city: str | None = None


def open_person(ctx: Ctx, *, name: str, id_number: str, phone: str, sex: str) -> Person:
    """A person with a trainee's account that still has the initial password (N-17); the caller has checked both."""
    person = Person(name=name, sex=sex, id_number=id_number, id_number_mac=ctx.mac(id_number), phone=phone,
                    phone_mac=ctx.mac(phone), created_at=ctx.now)
    ctx.db.add(person)
    ctx.db.flush()
    account = Account(person_id=person.id, display_name=name, initial=ctx.rules().account.initial_password,
                      created_at=ctx.now, roles=[AccountRole(role=Role.TRAINEE)])
    ctx.db.add(account)
    ctx.db.flush()
    return person


@dataclass(frozen=True)
class NewPerson:
    """Somebody of a sheet; the caller has checked everything."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    sex: str


def open_people(ctx: Ctx, wanted: Sequence[NewPerson]) -> list[Id]:
    """Many persons as `open_person` makes one, in three statements. They need not register in either portal first
    (X-06). None of the ID numbers may be on file."""
    if not wanted:
        return []
    ids = [new_id() for _one in wanted]
    accounts = [new_id() for _one in wanted]
    ctx.db.execute(insert(Person), [
        {"id": id, "name": one.name, "sex": one.sex, "id_number": one.id_number,
         "id_number_mac": ctx.mac(one.id_number), "phone": one.phone, "phone_mac": ctx.mac(one.phone),
         "portal_opened_at": ctx.now, "created_at": ctx.now,
         **search_macs(one.name, one.id_number, one.phone)} for id, one in zip(ids, wanted, strict=True)])
    initial = ctx.rules().account.initial_password
    ctx.db.execute(insert(Account), [
        {"id": account, "person_id": id, "display_name": one.name, "initial": initial, "created_at": ctx.now}
        for account, id, one in zip(accounts, ids, wanted, strict=True)])
    ctx.db.execute(insert(AccountRole), [{"account_id": account, "role": Role.TRAINEE} for account in accounts])
    return ids


def open_staff(ctx: Ctx, facts: StaffFacts, password: str, *, must_change: bool = True) -> Account:
    """A staff account; its first password reaches only the page that changes it."""
    username = facts.username.strip().lower()
    if not username or len(username) > 64:
        raise Refused("username", _("请填写账号，最长 64 个字符。"), field="username")
    if ctx.db.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Conflict("username", _("账号“%(name)s”已被使用，请换一个。", name=username), field="username")
    if not facts.roles or Role.TRAINEE in facts.roles:
        raise Refused("roles", _("请至少选择一个工作人员角色。"), field="roles")
    refuse_weak(ctx, password, Owner(facts.display_name, "", facts.phone, username, staff=True))
    account = Account(username=username, display_name=facts.display_name, phone=facts.phone,
                      password_hash=hash_password(password), must_change=must_change, created_at=ctx.now,
                      roles=roles_of(facts))
    ctx.db.add(account)
    ctx.db.flush()
    return account


def roles_of(facts: StaffFacts) -> list[AccountRole]:
    """The role rows of a staff account, each with its limits."""
    return [AccountRole(role=role, organization_id=facts.organization_id, city=facts.city)
            for role in sorted(facts.roles)]


def confirm_phone(ctx: Ctx, person: Person) -> None:
    """The owner has looked at the phone on file and says that it is right (BJ-06)."""
    person.phone_confirmed_at = person.phone_confirmed_at or ctx.now
    ctx.record("identity.confirm_phone", person.id)


def note_study(ctx: Ctx, person_id: Id) -> None:
    """The person begins to study: what had to be in order before it changes no more (X-04). Of pages that begin in the
    same moment the later ones wait here, lest they wait for each other further on (L1)."""
    ctx.db.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    ctx.db.execute(update(Person).where(Person.id == person_id, Person.study_begun_at.is_(None))
                   .values(study_begun_at=ctx.now))


def refuse_weak(ctx: Ctx, password: str, owner: Owner) -> None:
    """Raise when the new password could be guessed (U1)."""
    problem = password_problem(password, owner, ctx.rules().account.min_password)
    if problem is not None:
        raise Refused("weak_password", problem, field="new_password")


def owner_of(account: Account) -> Owner:
    """What the account's password must not contain."""
    person = account.person
    if person is None:
        return Owner(account.display_name, "", account.phone, account.username or "", staff=True)
    return Owner(person.name, person.id_number, person.phone)


def phone_of(account: Account) -> str:
    """The phone on file that SMS codes go to; empty for staff without one."""
    return account.person.phone if account.person else account.phone
