"""What institutions offer: post × mode × fee, and what they say of themselves (ZJ-13, ZJ-22, ZJ-23)."""
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Refused
from core.organization.institutions import INSTITUTION, MOST_FEN, institution
from core.organization.models import InstitutionFee, InstitutionProfile, Organization, Post, TestPlace
from core.organization.modes import Mode, PaymentWay, SanctionKind
from core.organization.rules import Announced, closes, in_force
from core.organization.sanctions import Standing, standing_of
from core.tenancy import Ctx


@dataclass(frozen=True)
class Offer:
    """A post in a mode at a price, as it is in force today."""

    institution_id: Id
    post_id: Id
    mode: Mode
    fee_fen: int
    textbook_fen: int
    since: date


@dataclass(frozen=True)
class Place:
    """A test place 测试地点."""

    id: Id
    name: str
    city: str
    address: str


@dataclass(frozen=True)
class Institution:
    """A training institution as other rooms see it. `account_*`: where a transfer goes; "" while it has not said so.
    `standing`: the sanctions that are in force; `enrolls`: whether it may take new people today."""

    id: Id
    name: str
    city: str
    place: str
    telephone: str
    enrolls: bool
    features: str = ""
    payment_way: PaymentWay = PaymentWay.TRANSFER
    account_holder: str = ""
    bank: str = ""
    account_number: str = field(default="", repr=False)
    places: tuple[Place, ...] = ()
    standing: tuple[Standing, ...] = ()


def offers(ctx: Ctx, post_id: Id, mode: Mode) -> list[tuple[Institution, Offer]]:
    """Every institution that offers this post in this mode today, by city and name. Who is suspended is among them
    with `enrolls` False, so that a page can say why nobody can choose it; who is off the list is not."""
    rows = ctx.db.scalars(select(InstitutionFee).join(Organization, Organization.id == InstitutionFee.organization_id)
                          .where(InstitutionFee.mode == mode, Organization.kind == INSTITUTION,
                                 Organization.closed_at.is_(None),
                                 or_(InstitutionFee.post_id == post_id, InstitutionFee.post_id.is_(None)))).unique()
    by_institution: dict[Id, list[Announced]] = defaultdict(list)
    for row in rows:
        by_institution[row.organization_id].append(_announced(row))
    found = {institution_id: fee for institution_id, announced in by_institution.items()
             if (fee := in_force(announced, post_id, local_date(ctx.now))) is not None}
    return [(one, _offer(one.id, post_id, mode, found[one.id])) for one in facts_of(ctx, found)
            if SanctionKind.STRUCK_OFF not in {row.kind for row in one.standing}]


def institutions_offering(ctx: Ctx, post_id: Id, mode: Mode) -> list[tuple[Institution, Offer]]:
    """The same without those that may take nobody today."""
    return [(one, offer) for one, offer in offers(ctx, post_id, mode) if one.enrolls]


def offer_in_force(ctx: Ctx, institution_id: Id, post_id: Id, mode: Mode) -> Offer | None:
    """What one institution asks for a post in a mode today; None where it does not offer it, is suspended or off the
    list, and so may take neither a batch nor an order (ZJ-14)."""
    if not institution_of(ctx, institution_id).enrolls:
        return None
    fee = in_force([_announced(row) for row in announcements(ctx, institution_id) if row.mode == mode], post_id,
                   local_date(ctx.now))
    return _offer(institution_id, post_id, mode, fee) if fee else None


def _announced(row: InstitutionFee) -> Announced:
    return Announced(row.id, row.post_id, row.training_fen, row.textbook_fen, row.since, row.withdrawn)


def _offer(institution_id: Id, post_id: Id, mode: Mode, fee: Announced) -> Offer:
    return Offer(institution_id, post_id, mode, fee.training_fen, fee.textbook_fen, fee.since)


def institution_of(ctx: Ctx, institution_id: Id) -> Institution:
    """One institution; NotFound when there is none."""
    return facts_of(ctx, [institution(ctx, institution_id).id])[0]


def facts_of(ctx: Ctx, institution_ids: Collection[Id]) -> list[Institution]:
    """Several at once, by city and name."""
    ids = list(institution_ids)
    rows = ctx.db.scalars(select(Organization).where(Organization.id.in_(ids)).order_by(
        Organization.city, Organization.name)).all()
    profiles = {row.organization_id: row for row in ctx.db.scalars(
        select(InstitutionProfile).where(InstitutionProfile.organization_id.in_(ids)))}
    places: dict[Id, list[Place]] = defaultdict(list)
    for place in ctx.db.scalars(select(TestPlace).where(
            TestPlace.organization_id.in_(ids), TestPlace.closed_at.is_(None)).order_by(TestPlace.city, TestPlace.id)):
        places[place.organization_id].append(Place(place.id, place.name, place.city, place.address))
    standing = standing_of(ctx, ids)
    return [_facts(row, profiles.get(row.id), tuple(places[row.id]), tuple(standing.get(row.id, ()))) for row in rows]


def _facts(row: Organization, said: InstitutionProfile | None, places: tuple[Place, ...],
           standing: tuple[Standing, ...]) -> Institution:
    enrolls = row.closed_at is None and not closes(one.kind for one in standing)
    if said is None:
        return Institution(row.id, row.name, row.city, row.place, row.telephone, enrolls, places=places,
                           standing=standing)
    return Institution(row.id, row.name, row.city, row.place, row.telephone, enrolls, said.features,
                       PaymentWay(said.payment_way), said.account_holder, said.bank, said.account_number, places,
                       standing)


def listed(ctx: Ctx) -> list[Institution]:
    """All that are on the announced list, by city and name; who was struck off is not."""
    ids = ctx.db.scalars(select(Organization.id).where(Organization.kind == INSTITUTION,
                                                       Organization.closed_at.is_(None))).all()
    return [one for one in facts_of(ctx, ids)
            if SanctionKind.STRUCK_OFF not in {row.kind for row in one.standing}]


def announcements(ctx: Ctx, institution_id: Id) -> Sequence[InstitutionFee]:
    """All that was ever announced of posts and modes, the newest first."""
    return ctx.db.scalars(select(InstitutionFee).where(InstitutionFee.organization_id == institution_id)
                          .order_by(InstitutionFee.since.desc(), InstitutionFee.id.desc())).unique().all()


@dataclass(frozen=True)
class Announcement:
    """A fee from a day on; `post_id` None for every post."""

    mode: Mode
    post_id: Id | None
    training_fen: int
    textbook_fen: int
    since: date


def announce(ctx: Ctx, institution_id: Id, wanted: Announcement, *, earliest: date | None = None,
             withdrawn: bool = False) -> InstitutionFee:
    """Announce a fee from a day on, or that it is no longer offered: what was ordered before stays as it is.

    Refused, naming the field, for an unknown post, a sum out of bounds or a day before `earliest`: an institution
    announces its own fees for a later day, so that nobody is surprised.
    """
    held = institution(ctx, institution_id)
    if wanted.post_id is not None and ctx.db.get(Post, wanted.post_id) is None:
        raise Refused("post", _("没有这个岗位。请在列表中选择。"), field="post")
    if not withdrawn and not 0 < wanted.training_fen <= MOST_FEN or not 0 <= wanted.textbook_fen <= MOST_FEN:
        raise Refused("fee", _("培训费应大于 0，每项最多 10000 元。"), field="training_fen")
    if earliest is not None and wanted.since < earliest:
        raise Refused("since", _("执行日期最早为%(day)s，请填写这一天或以后的日期。", day=earliest.isoformat()),
                      field="since")
    row = InstitutionFee(organization_id=held.id, post_id=wanted.post_id, mode=wanted.mode, since=wanted.since,
                         training_fen=wanted.training_fen, textbook_fen=wanted.textbook_fen, withdrawn=withdrawn,
                         set_at=ctx.now, set_by=ctx.actor.name)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.record("organization.withdraw_offer" if withdrawn else "organization.announce_fee", held.id,
               training=wanted.training_fen, textbook=wanted.textbook_fen, since=wanted.since.isoformat(),
               mode=wanted.mode.value)
    return row
