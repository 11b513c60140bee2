"""Looking for a person by what a caller says: name, ID number, phone, or the last digits of either (C-22)."""
from sqlalchemy import Select, or_, select

from core.base.db import Id
from core.base.ids import IdError, parse_id_number, parse_mobile, tidy
from core.tenancy import Ctx

from core.identity.models import TAIL, Person, search_mac

MOST = 50


def find_people(ctx: Ctx, term: str) -> list[Person]:
    """Those who fit, the newest first; a name must be whole, of a number the last four digits are enough."""
    wanted = tidy(term)[:60]
    if not wanted:
        return []
    _index_older(ctx)
    rows = ctx.db.scalars(_by(ctx, wanted).order_by(Person.created_at.desc(), Person.id.desc()).limit(MOST))
    return [person for person in rows if _fits(person, wanted.upper())]


def people_like(ctx: Ctx, term: str) -> Select[Id]:
    """The ids of those who fit, for a list that shows some of them only; of more than four last digits the last four
    count."""
    return _by(ctx, tidy(term)[:60]).with_only_columns(Person.id)


def _by(ctx: Ctx, wanted: str) -> Select[Person]:
    try:
        return select(Person).where(Person.id_number_mac == ctx.mac(parse_id_number(wanted).number))
    except IdError:
        pass
    try:
        return select(Person).where(Person.phone_mac == ctx.mac(parse_mobile(wanted)))
    except IdError:
        pass
    if _is_tail(wanted):
        tail = wanted.upper()[-TAIL:]
        return select(Person).where(or_(Person.id_tail_mac == search_mac("id", tail),
                                        Person.phone_tail_mac == search_mac("phone", tail)))
    return select(Person).where(Person.name_mac == search_mac("name", wanted))


def _is_tail(wanted: str) -> bool:
    return len(wanted) >= TAIL and wanted[:-1].isdigit() and wanted[-1] in "0123456789xX"


def _fits(person: Person, wanted: str) -> bool:
    """Six digits share an index with all that end in the same four."""
    return not _is_tail(wanted) or person.id_number.endswith(wanted) or person.phone.endswith(wanted)


def _index_older(ctx: Ctx) -> None:
    """Give those an index who were on file before there was one."""
    for person in ctx.db.scalars(select(Person).where(Person.name_mac.is_(None))):
        person.name_mac = search_mac("name", person.name)
    ctx.db.flush()
