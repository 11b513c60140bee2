"""Orders that an organization pays for its people, received by another one itself or through the provider (ZJ-21 …
ZJ-25)."""
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict, Refused
from core.payment.models import Order, OrderLine, PaymentAttempt
from core.payment.refunds import begin_refund, reason_of
from core.payment.service import LineWanted, enter, open_attempts, organizations_order
from core.payment.states import OrderState
from core.tenancy import Ctx


@dataclass(frozen=True)
class OrganizationPayer:
    """Who pays, under the name that it has now."""

    organization_id: Id
    name: str


def open_organization_order(ctx: Ctx, payer: OrganizationPayer, lines: Sequence[LineWanted], expires_at: datetime, *,
                            receiver_id: Id) -> Order:
    """A new unpaid order of an organization, whose money `receiver_id` confirms."""
    order = Order(payer_organization_id=payer.organization_id, payer_name=payer.name, expires_at=expires_at,
                  counter_id=receiver_id)
    order.lines = [OrderLine(place=place, subject_type=line.subject_type, subject_id=line.subject_id,
                             title=line.title, amount_fen=line.amount_fen) for place, line in enumerate(lines, 1)]
    return enter(ctx, order)


def split_order(ctx: Ctx, organization_id: Id, order_id: Id, subjects: Collection[Id]) -> Order:
    """Take some lines of an unpaid order into a new one of the same payer and receiver. `close_codes` comes first,
    since their amount is wrong afterwards; Conflict when one of them was paid in the meantime."""
    order = locked_order(ctx, organizations_order(ctx.db, organization_id, order_id).id)
    if order.state != OrderState.UNPAID:
        raise Conflict("order_" + order.state, _("只有未支付的订单可以拆分。"))
    if any(one.code_url for one in open_attempts(ctx.db, order.id)):
        raise Conflict("code_open", _("刚刚有人为这个订单打开了付款码，没有拆分。请再试一次。"))
    moved = [line for line in order.lines if line.subject_id in subjects]
    if not moved or len(moved) == len(order.lines):
        raise Refused("split", _("请选择一部分内容拆到新订单，不能一项不选，也不能全选。"))
    made = Order(payer_organization_id=order.payer_organization_id, payer_name=order.payer_name,
                 expires_at=order.expires_at, counter_id=order.counter_id)
    made.lines = [OrderLine(place=place, subject_type=line.subject_type, subject_id=line.subject_id, title=line.title,
                            amount_fen=line.amount_fen) for place, line in enumerate(moved, 1)]
    for line in moved:
        order.lines.remove(line)
    order.total_fen = sum(line.amount_fen for line in order.lines)
    enter(ctx, made)
    ctx.record("payment.split_order", order.number, into=made.number, fen=order.total_fen)
    return made


def keep_open(ctx: Ctx, order: Order, until: datetime) -> None:
    """An order whose money is said to be on its way does not expire before somebody has looked for it."""
    order.expires_at = max(order.expires_at, until)
    ctx.db.flush()


def paid_through_provider(ctx: Ctx, order: Order) -> bool:
    """Whether the provider holds what was paid, and not the receiving organization."""
    carrying = select(PaymentAttempt.id).where(
        PaymentAttempt.order_id == order.id, PaymentAttempt.carries.is_(True), PaymentAttempt.code_url != "")
    return ctx.db.scalar(carrying) is not None


def refund_at_provider(ctx: Ctx, order: Order, reason: str) -> None:
    """The provider gives the whole amount back; what it says of it comes later (A.7)."""
    begin_refund(ctx, order, reason_of(reason))


def locked_order(ctx: Ctx, order_id: Id) -> Order:
    """An order as it stands now, kept from others until the end of the transaction."""
    return ctx.db.scalars(select(Order).where(Order.id == order_id).with_for_update()
                          .execution_options(populate_existing=True)).one()
