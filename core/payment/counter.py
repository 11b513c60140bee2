"""Orders whose money an organization receives itself, at its counter or on its bank account (X-10, GD-04, GD-06,
ZJ-25): received, cancelled, given back there.

No provider is asked: what the counter's clerk says is written down, with who said it.
"""
from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.payment.events import OrderClosed, OrderPaid, OrderRefunded
from core.payment.models import Order, PaymentAttempt, Refund
from core.payment.provider import Channel
from core.payment.refunds import reason_of
from core.payment.states import AttemptState, OrderState, RefundState, may_move
from core.tenancy import Ctx

COUNTER = "counter"


def counter_orders(organization_id: Id) -> Select[Order]:
    """The orders of persons at one counter, the newest first."""
    return select(Order).where(Order.counter_id == organization_id, Order.payer_id.is_not(None)).order_by(
        Order.created_at.desc(), Order.id.desc())


def take_money(ctx: Ctx, order_id: Id, channel: Channel = Channel.COUNTER) -> Order:
    """The whole amount was received. Conflict when the order is not waiting for it any more."""
    order = _locked(ctx, order_id)
    _must_move(order, OrderState.PAID, _("这笔费用已经确认收款，不需要再确认。"))
    if order.expires_at <= ctx.now:
        raise Refused("order_expired", _("这个订单的培训周期已经结束，不能再收款。请取消后按本年度重新报名。"))
    ctx.db.add(PaymentAttempt(
        order_id=order.id, number=f"{order.number}C", provider=COUNTER, merchant=str(order.counter_id),
        channel=channel, amount_fen=order.total_fen, state=AttemptState.PAID, carries=True,
        created_at=ctx.now, expires_at=order.expires_at, told_at=ctx.now))
    order.state, order.paid_at, order.taken_by = OrderState.PAID, ctx.now, ctx.actor.account_id
    ctx.db.flush()
    ctx.record("payment.take_money", order.number, fen=order.total_fen)
    ctx.publish(OrderPaid(order.id))
    return order


def cancel_at_counter(ctx: Ctx, order_id: Id) -> None:
    """An unpaid order is given up."""
    order = _locked(ctx, order_id)
    _must_move(order, OrderState.CLOSED, _("只有未收款的报名可以取消。已收款的请办理退费。"))
    order.state, order.ended_at = OrderState.CLOSED, ctx.now
    ctx.db.flush()
    ctx.record("payment.order_closed", order.number)
    ctx.publish(OrderClosed(order.id))


def give_back(ctx: Ctx, order_id: Id, reason: str, *, before_fen: int = 0) -> None:
    """The whole amount was given back by the organization, and why (A.7); `before_fen`: what of it went back before,
    person by person."""
    reason = reason_of(reason)
    order = _locked(ctx, order_id)
    _must_move(order, OrderState.REFUNDED, _("只有已收款的报名可以退费。"))
    attempt = ctx.db.scalars(select(PaymentAttempt).where(
        PaymentAttempt.order_id == order.id, PaymentAttempt.carries.is_(True))).one()
    attempt.state = AttemptState.REFUNDED
    # A refund that the provider refused is there already: the money goes another way.
    refund = ctx.db.scalar(select(Refund).where(Refund.attempt_id == attempt.id)) \
        or Refund(attempt_id=attempt.id, number=f"R{attempt.number}")
    refund.amount_fen, refund.reason, refund.by = attempt.amount_fen - before_fen, reason, ctx.actor.account_id
    refund.state, refund.asked_at, refund.done_at = RefundState.DONE, ctx.now, ctx.now
    ctx.db.add(refund)
    order.state, order.ended_at = OrderState.REFUNDED, ctx.now
    ctx.db.flush()
    ctx.record("payment.give_back", order.number, fen=refund.amount_fen, reason=reason)
    ctx.publish(OrderRefunded(order.id))


def _locked(ctx: Ctx, order_id: Id) -> Order:
    order = ctx.db.scalar(select(Order).where(Order.id == order_id, Order.counter_id.is_not(None)).with_for_update()
                          .execution_options(populate_existing=True))
    if order is None:
        raise NotFound("order", _("没有找到这个订单。"))
    return order


def _must_move(order: Order, state: OrderState, sentence: str) -> None:
    before = OrderState(order.state)
    if not may_move(before, state) or (state is OrderState.REFUNDED and before is not OrderState.PAID):
        raise Conflict("order_" + before, sentence)
