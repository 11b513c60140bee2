"""For a plugin that works on persons: look for them, what is on file, take over another phone."""
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound
from core.base.ids import mask_id_number, parse_id_number, tidy
from core.contract.values import PersonFacts, SensitiveAction
from core.course import record_of, subjects_of
from core.identity import (
    Person,
    check_phone_free,
    check_sensitive,
    find_people,
    lock_out,
    person_by_id_number,
    person_facts,
    person_of,
)
from core.identity import set_phone as put_phone_on_file
from core.registry import certificates_of, holdings_of
from core.tenancy import Ctx

__all__ = ["KnownFacts", "Listed", "PersonCard", "Written", "card_of", "cards_of", "check_new_phone",
           "check_sensitive_of", "facts_of", "find", "known_of", "listed", "name_index", "photo_of", "registered",
           "set_phone", "sign_out_everywhere", "written_of"]

HIDDEN = "********"
_FEW = 500


@dataclass(frozen=True)
class PersonCard:
    """A person as a helper at the telephone sees one: enough to tell two of the same name apart, and none of what
    an identity question asks for."""

    id: Id
    name: str
    sex: str
    id_shown: str
    phone: str


@dataclass(frozen=True)
class Listed:
    """A person in a list of many: shown without the whole number, found by the MAC of name or number."""

    name: str
    id_shown: str
    name_mac: str
    id_mac: str


@dataclass(frozen=True)
class KnownFacts:
    """What is on file and only the person should know; for the server's own comparing, never for a page."""

    id_number: str
    email: str
    posts: tuple[str, ...]
    certificate_numbers: tuple[str, ...]
    issue_years: tuple[int, ...]
    last_study: date | None


def find(ctx: Ctx, term: str) -> list[PersonCard]:
    """By the whole name, ID number, phone, or at least the last four digits of either number."""
    return [_card(person) for person in find_people(ctx, term)]


def card_of(ctx: Ctx, person_id: Id) -> PersonCard:
    """Raises NotFound."""
    return _card(person_of(ctx, person_id))


def cards_of(ctx: Ctx, person_ids: set[Id]) -> dict[Id, PersonCard]:
    """Several at once, for a list."""
    return {person.id: _card(person) for person in _people(ctx, person_ids)}


def photo_of(ctx: Ctx, person_id: Id) -> bytes:
    """The photo on file; NotFound where there is none."""
    key = person_of(ctx, person_id).photo_key
    try:
        return ctx.blobs.get(str(key))
    except (OSError, ValueError):
        raise NotFound("no_photo", _("还没有照片。")) from None


def listed(ctx: Ctx, person_ids: Sequence[Id]) -> dict[Id, Listed]:
    """Many people at once, for a list that is searched by the whole name or the ID number."""
    found: dict[Id, Listed] = {}
    for start in range(0, len(person_ids), 500):
        for person in ctx.db.scalars(select(Person).where(Person.id.in_(person_ids[start:start + 500]))):
            found[person.id] = Listed(person.name, mask_id_number(person.id_number), name_index(ctx, person.name),
                                      person.id_number_mac)
    return found


def name_index(ctx: Ctx, name: str) -> str:
    """What `Listed.name_mac` is compared with."""
    return ctx.mac(tidy(name))


def registered(ctx: Ctx, name: str, id_number: str) -> Id | None:
    """The person whose name and ID number are both these; None does not say which of them is wrong."""
    person = person_by_id_number(ctx, id_number)
    return person.id if person is not None and tidy(person.name) == tidy(name) else None


@dataclass(frozen=True)
class Written:
    """A person as forms and file names write one, for matching and for papers; never for a list."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    sex: str
    born: date
    phone: str = field(repr=False)


def written_of(ctx: Ctx, person_ids: Collection[Id]) -> dict[Id, Written]:
    """Several at once."""
    return {person.id: Written(person.name, person.id_number, person.sex, parse_id_number(person.id_number).birth_date,
                               person.phone) for person in _people(ctx, person_ids)}


def _people(ctx: Ctx, person_ids: Collection[Id]) -> Iterator[Person]:
    """One question for each 500."""
    every = list(person_ids)
    for start in range(0, len(every), _FEW):
        yield from ctx.db.scalars(select(Person).where(Person.id.in_(every[start:start + _FEW])))


def _card(person: Person) -> PersonCard:
    return PersonCard(person.id, person.name, person.sex, person.id_number[:10] + HIDDEN, person.phone)


def facts_of(ctx: Ctx, person_id: Id) -> PersonFacts:
    """The person as hooks see one."""
    return person_facts(ctx, person_of(ctx, person_id))


def known_of(ctx: Ctx, person_id: Id) -> KnownFacts:
    """For identity questions: certificates here and at the ministry, and the last day of study."""
    person = person_of(ctx, person_id)
    held = [(one.post.name, one.number, one.issued_on.year) for one in certificates_of(ctx, person)]
    held += [(one.post, one.number, one.issued_on.year) for one in holdings_of(ctx, person)]
    days = [lines[0].day for subject in subjects_of(ctx, person.id) if (lines := record_of(ctx, subject))]
    return KnownFacts(
        person.id_number, person.email, tuple(dict.fromkeys(post for post, _number, _year in held)),
        tuple(dict.fromkeys(number for _post, number, _year in held)),
        tuple(dict.fromkeys(year for _post, _number, year in held)), max(days, default=None))


def check_new_phone(ctx: Ctx, person_id: Id, phone: str) -> None:
    """Raise Conflict where one phone is one account and this one is somebody else's (X-07)."""
    check_phone_free(ctx, phone, person_of(ctx, person_id))


def check_sensitive_of(ctx: Ctx, person_id: Id, action: SensitiveAction) -> None:
    """Raise Refused while the person has to wait with the action (hook check_sensitive_action)."""
    check_sensitive(ctx, person_of(ctx, person_id), action)


def set_phone(ctx: Ctx, person_id: Id, phone: str) -> None:
    """Put the number on file. The caller has proven who asked and records it. Raises Conflict as check_new_phone.

    Who had confirmed the phone before goes on studying without doing it again (BJ-06): they have just dictated it.
    """
    person = person_of(ctx, person_id)
    put_phone_on_file(ctx, person, phone, confirmed=person.phone_confirmed_at is not None)


def sign_out_everywhere(ctx: Ctx, person_id: Id, since: datetime) -> None:
    """End all open sessions of the person; a password chosen `since` is void."""
    lock_out(ctx, person_of(ctx, person_id), since)
