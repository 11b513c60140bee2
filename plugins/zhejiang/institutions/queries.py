"""The rows of the comparison (ZJ-13)."""
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from core.api import Ctx, Role
from core.api.organization import Institution, Mode, Offer, Post, listed, offers, posts
from core.api.store import Id

from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.institutions.rules import Compared, Order, in_order, places_from, usual
from plugins.zhejiang.settings import rules_of


@dataclass(frozen=True)
class Asked:
    """What is compared: a post in a mode, seen from a city, in an order; `name` narrows."""

    post: Post | None
    mode: Mode
    city: str
    order: Order
    name: str = ""


def asked_of(ctx: Ctx, post: str, mode: str, city: str, order: str, name: str) -> Asked:
    """What the address asks for; what it does not say, or says wrongly, is the first post, online, the enterprise's
    own city, the nearest first."""
    known = posts(ctx)
    cities = rules_of(ctx).cities
    return Asked(
        next((one for one in known if str(one.id) == post), known[0] if known else None),
        Mode(mode) if mode in set(Mode) else Mode.ONLINE, city if city in cities else own_city(ctx),
        Order(order) if order in set(Order) else Order.NEAREST, name.strip()[:40])


def own_city(ctx: Ctx) -> str:
    """Where the acting enterprise is registered; "" for anybody else."""
    if Role.ENTERPRISE not in ctx.actor.roles or ctx.actor.organization_id is None:
        return ""
    return ctx.db.scalar(select(Enterprise.city).where(
        Enterprise.organization_id == ctx.actor.organization_id)) or ""


def compared(ctx: Ctx, asked: Asked) -> list[Compared]:
    """Every institution of the list, who offers the post in the mode first."""
    found: dict[Mode, dict[Id, Offer]] = defaultdict(dict)
    if asked.post is not None:
        for mode in Mode:
            found[mode] = {one.id: offer for one, offer in offers(ctx, asked.post.id, mode)}
    middle = usual([offer.fee_fen for offer in found[asked.mode].values()])
    rows = [_row(one, asked, found, middle) for one in listed(ctx)
            if not asked.name or asked.name in one.name]
    return in_order(rows, asked.order)


def _row(one: Institution, asked: Asked, found: dict[Mode, dict[Id, Offer]], middle: int | None) -> Compared:
    return Compared(
        one, found[asked.mode].get(one.id),
        {mode: by_institution[one.id].fee_fen for mode, by_institution in found.items() if one.id in by_institution},
        places_from(one.places, asked.city), middle)
