"""For a plugin whose parties register themselves, and for one that chooses an institution: the organization behind a
party; what institutions offer, how they are paid, where they test."""
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from core.base.db import Id, new_id
from core.base.errors import Conflict, NotFound
from core.organization.institutions import institutions
from core.organization.models import InstitutionFee, Organization, Post, TestPlace
from core.organization.modes import MODE_WORDS, SANCTION_WORDS, WAY_WORDS, Mode, PaymentWay, SanctionKind
from core.organization.offers import (
    Announcement,
    Institution,
    Offer,
    Place,
    announce,
    announcements,
    institution_of,
    institutions_offering,
    listed,
    offer_in_force,
    offers,
)
from core.organization.queries import post_by_id, posts
from core.organization.sanctions import Standing
from core.tenancy import Ctx

__all__ = ["MODE_WORDS", "SANCTION_WORDS", "WAY_WORDS", "Announcement", "Institution", "InstitutionFee", "Mode",
           "Offer", "Organization", "Party", "PartyFacts", "PaymentWay", "Place", "Post", "SanctionKind", "Standing",
           "TestPlace", "announce", "announcements", "change_party", "institution_of", "institutions_in",
           "institutions_offering", "like_party", "listed", "offer_in_force", "offers", "open_party", "parties_of",
           "party_of", "party_with_code", "post_by_id", "post_names", "posts"]


@dataclass(frozen=True)
class PartyFacts:
    """What is kept of a party itself; `credit_code` in its one written form (`parse_credit_code`)."""

    kind: str
    name: str
    city: str
    credit_code: str


@dataclass(frozen=True)
class Party:
    """An organization as a plugin reads it."""

    id: Id
    kind: str
    name: str
    city: str
    credit_code: str
    place: str
    telephone: str


def open_party(ctx: Ctx, facts: PartyFacts) -> Id:
    """A new organization. Conflict (`party_code`, `party_name`) for a credit code or name that there is, also when
    two come in the same moment: the tables decide."""
    _refuse_known(ctx, facts, None)
    party_id = new_id()
    held = Organization(id=party_id, kind=facts.kind, name=facts.name, city=facts.city,
                        credit_code=facts.credit_code, created_at=ctx.now)
    ctx.db.add(held)
    _flush(ctx, facts)
    return party_id


def change_party(ctx: Ctx, party_id: Id, facts: PartyFacts) -> None:
    """Other facts; Conflict as `open_party`."""
    held = _organization(ctx, party_id)
    _refuse_known(ctx, facts, held)
    held.kind, held.name, held.city, held.credit_code = facts.kind, facts.name, facts.city, facts.credit_code
    _flush(ctx, facts)


def party_of(ctx: Ctx, party_id: Id) -> Party:
    """Raises NotFound."""
    return _party(_organization(ctx, party_id))


def parties_of(ctx: Ctx, party_ids: Iterable[Id]) -> dict[Id, Party]:
    """Several at once, for a list."""
    rows = ctx.db.scalars(select(Organization).where(Organization.id.in_(set(party_ids))))
    return {row.id: _party(row) for row in rows}


def party_with_code(ctx: Ctx, credit_code: str) -> Party | None:
    """The organization of this credit code."""
    found = ctx.db.scalar(select(Organization).where(Organization.credit_code == credit_code))
    return _party(found) if found else None


def like_party(column: ColumnElement[Id] | InstrumentedAttribute[Id], term: str) -> ColumnElement[bool]:
    """A condition for a list: the organization in `column` has a name or credit code with `term` in it."""
    return column.in_(select(Organization.id).where(or_(
        Organization.name.contains(term, autoescape=True),
        Organization.credit_code.contains(term.upper(), autoescape=True))))


def post_names(ctx: Ctx) -> dict[Id, str]:
    """The names of all posts, retired ones too."""
    return {post.id: post.name for post in posts(ctx, retired=True)}


def institutions_in(ctx: Ctx, city: str) -> list[Party]:
    """The announced training institutions of a city, in the order in which they were announced."""
    rows = institutions().where(Organization.city == city).order_by(None).order_by(Organization.created_at,
                                                                                   Organization.id)
    return [_party(row) for row in ctx.db.scalars(rows)]


def _refuse_known(ctx: Ctx, facts: PartyFacts, but: Organization | None) -> None:
    for code, column, value in (("party_code", Organization.credit_code, facts.credit_code),
                                ("party_name", Organization.name, facts.name)):
        found = ctx.db.scalar(select(Organization).where(column == value))
        if found is not None and found is not but:
            raise _known(code, found.city)


def _known(code: str, city: str = "") -> Conflict:
    said = _("这个统一社会信用代码已经注册过。") if code == "party_code" else _("这个单位名称已经注册过。")
    return Conflict(code, said, field="credit_code" if code == "party_code" else "name", facts={"city": city})


def _flush(ctx: Ctx, facts: PartyFacts) -> None:
    try:
        ctx.db.flush()
    except IntegrityError:
        ctx.rollback()
        _refuse_known(ctx, facts, None)   # now the one that was faster can be seen
        raise


def _organization(ctx: Ctx, party_id: Id) -> Organization:
    held = ctx.db.get(Organization, party_id)
    if held is None:
        raise NotFound("party", _("没有找到这个单位。"))
    return held


def _party(row: Organization) -> Party:
    return Party(row.id, row.kind, row.name, row.city, row.credit_code or "", row.place, row.telephone)
