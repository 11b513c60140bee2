"""An order as its pages show it, to the enterprise and to the institution."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from core.api import Ctx
from core.api.organization import Institution, Party, PaymentWay, institution_of, party_of
from core.api.payment import Order, OrderView, whole_order, yuan

from plugins.zhejiang.batch.states import MODE_WORDS
from plugins.zhejiang.order import queries
from plugins.zhejiang.order.models import BatchOrder, Entry, Voucher, VoucherPicture
from plugins.zhejiang.order.queries import Person
from plugins.zhejiang.order.rules import Line, Money
from plugins.zhejiang.order.states import KIND_WORDS, STATE_TONES, STATE_WORDS, Kind
from plugins.zhejiang.order.vouchers import findings_of
from plugins.zhejiang.order.words import sentence

PEOPLE = 20
"""So many a page."""


@dataclass(frozen=True)
class Happened:
    """One entry of the history."""

    at: datetime
    title: str
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Shown:
    """Everything that a page says of an order."""

    order: BatchOrder
    core: Order
    whole: OrderView
    firm: Party
    institution: Institution
    people: Sequence[Person]
    lines: Sequence[Line]
    money: Money
    vouchers: Sequence[Voucher]
    pictures: Sequence[VoucherPicture]
    history: Sequence[Happened]
    returned: str
    beside: Sequence[tuple[BatchOrder, str]]

    @property
    def living(self) -> list[Person]:
        """Who is in it now."""
        return [one for one in self.people if one.member.left_at is None]

    @property
    def voucher(self) -> Voucher | None:
        """The newest version."""
        return self.vouchers[0] if self.vouchers else None

    @property
    def warnings(self) -> list[str]:
        """What the guard found in the newest voucher, in sentences."""
        return [sentence(one) for one in findings_of(self.vouchers[0])] if self.vouchers else []

    @property
    def online(self) -> bool:
        """Whether it may be paid through the provider (ZJ-23)."""
        return self.institution.payment_way in (PaymentWay.ONLINE, PaymentWay.BOTH)

    @property
    def transfer(self) -> bool:
        return self.institution.payment_way in (PaymentWay.TRANSFER, PaymentWay.BOTH)


def shown(ctx: Ctx, order: BatchOrder) -> Shown:
    """Gathered once for a page."""
    core, found, entries = queries.core_order(ctx, order), queries.people(ctx, order), queries.entries(ctx, order)
    named = {entry.candidate_id for entry in entries}
    names = {known: card.name for known, card in queries.cards(
        ctx, (one for one in found if one.candidate.id in named)).items()}
    beside = queries.split_orders(ctx, order)
    numbers = queries.core_orders(ctx, beside)
    return Shown(
        order=order, core=core, whole=whole_order(ctx, core),
        firm=party_of(ctx, queries.enterprise_of(ctx, order).organization_id),
        institution=institution_of(ctx, order.institution_id), people=found, lines=queries.lines_of(found),
        money=queries.money_of(ctx, order), vouchers=queries.vouchers(ctx, order),
        pictures=queries.pictures(ctx, order), history=[_happened(one, names) for one in reversed(entries)],
        returned=next((one.reason for one in reversed(entries) if one.kind == Kind.RETURNED), ""),
        beside=[(one, numbers[one.id].number) for one in beside])


def _happened(entry: Entry, names: dict[Any, str]) -> Happened:
    said = [names[entry.candidate_id]] if entry.candidate_id in names else []
    if entry.kind == Kind.OPENED:
        said.append(yuan(entry.due_fen))
        if entry.reason:
            said.append(_("由订单 %(number)s 拆分", number=entry.reason))
    elif entry.reason:
        said.append(entry.reason)
    if entry.held_fen:
        said.append(_("收款 %(amount)s", amount=yuan(entry.held_fen)) if entry.held_fen > 0
                    else _("退款 %(amount)s", amount=yuan(-entry.held_fen)))
    said.append(entry.account)
    tone = {Kind.CONFIRMED: "done", Kind.RETURNED: "stop"}.get(Kind(entry.kind), "")
    return Happened(entry.at, str(KIND_WORDS[Kind(entry.kind)]), "　".join(one for one in said if one), tone)


def words() -> dict[str, object]:
    """For the templates."""
    return {"STATES": STATE_WORDS, "TONES": STATE_TONES, "MODES": MODE_WORDS}
