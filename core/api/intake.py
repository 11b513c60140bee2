"""For a plugin that enrolls many people from a sheet: who is on file, whose phone it is, who is enrolled already, and
accounts for the new ones. A few statements for thousands of people."""
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Select, select

from core.base.db import Id
from core.cycle.models import Enrollment
from core.cycle.states import EnrollmentState
from core.identity import NewPerson, Person, open_people, people_like
from core.tenancy import Ctx

__all__ = ["Contact", "NewPerson", "OnFile", "contacts_of", "enrolled", "on_file", "open_people", "people_like",
           "phone_owners"]

AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True)
class OnFile:
    """What the platform knows of somebody who stands in a sheet; for comparing, never for a page."""

    id: Id
    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True)
class Contact:
    """Somebody as the enterprise that enrolls them knows them: from its own sheet."""

    name: str = field(repr=False)
    sex: str
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


def contacts_of(ctx: Ctx, people: Collection[Id]) -> dict[Id, Contact]:
    """By person; for lists and exports of those who enrolled them. Others see `core.api.people.cards_of`."""
    return {person_id: Contact(name, sex, number, phone)
            for part in _parts(people)
            for person_id, name, sex, number, phone in ctx.db.execute(
                select(Person.id, Person.name, Person.sex, Person.id_number, Person.phone).where(Person.id.in_(part)))}


def on_file(ctx: Ctx, id_numbers: Collection[str]) -> dict[str, OnFile]:
    """By resident ID number, those who are known."""
    return {number: OnFile(person_id, name, phone)
            for numbers in _parts(id_numbers)
            for person_id, number, name, phone in ctx.db.execute(
                select(Person.id, Person.id_number, Person.name, Person.phone)
                .where(Person.id_number_mac.in_([ctx.mac(number) for number in numbers])))}


def phone_owners(ctx: Ctx, phones: Collection[str]) -> dict[str, set[Id]]:
    """By phone, the persons who have it on file."""
    found: dict[str, set[Id]] = {}
    for part in _parts(phones):
        by_mac = {ctx.mac(phone): phone for phone in part}
        rows = ctx.db.execute(select(Person.id, Person.phone_mac).where(Person.phone_mac.in_(by_mac)))
        for person_id, mac in rows:
            found.setdefault(by_mac[mac], set()).add(person_id)
    return found


def enrolled(ctx: Ctx, people: Collection[Id], post_id: Id, year: int) -> set[Id]:
    """Those of these persons who study this post in this year already, whoever enrolled them."""
    wanted: Select[Id] = select(Enrollment.person_id).where(
        Enrollment.post_id == post_id, Enrollment.year == year, Enrollment.state != EnrollmentState.CANCELLED)
    return {person_id for part in _parts(people)
            for person_id in ctx.db.scalars(wanted.where(Enrollment.person_id.in_(part)))}


def _parts(values: Collection[T]) -> Iterator[Sequence[T]]:
    once = list(dict.fromkeys(values))
    for start in range(0, len(once), AT_ONCE):
        yield once[start:start + AT_ONCE]
