"""Orders: opened by a flow above, paid through the provider, cancelled by the payer, expired by time.

The provider is never asked while this process holds a write transaction: what has to be kept before asking is
written aside, what the answer brings is written afterwards.
"""
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.db import Id
from core.base.errors import NotFound, Refused
from core.payment import rules
from core.payment.events import OrderClosed, OrderPaid, OrderRefunded
from core.payment.gateway import ask, notify_url, provider_of
from core.payment.models import Invoice, Order, OrderLine, PaymentAttempt, Refund
from core.payment.provider import Channel, PaymentWanted
from core.payment.states import (AttemptState, Effect, Fact, InvoiceState, OrderState, RefundState, Standing,
                                 may_move, take)
from core.tenancy import Ctx


@dataclass(frozen=True)
class LineWanted:
    """One thing to be paid for; the amount in fen."""

    subject_type: str
    subject_id: Id
    title: str
    amount_fen: int


def open_order(ctx: Ctx, payer_id: Id, lines: Sequence[LineWanted], expires_at: datetime, *,
               counter_id: Id | None = None) -> Order:
    """A new unpaid order (N-27); one that costs nothing is paid at once. `counter_id`: paid in person there."""
    order = Order(payer_id=payer_id, expires_at=expires_at, counter_id=counter_id)
    order.lines = [OrderLine(place=place, subject_type=line.subject_type, subject_id=line.subject_id,
                             title=line.title, amount_fen=line.amount_fen) for place, line in enumerate(lines, 1)]
    return enter(ctx, order)


def enter(ctx: Ctx, order: Order) -> Order:
    """Give a new order with its lines its number and its sum, and have it expire when its time is over."""
    order.number, order.state = rules.order_number(ctx.now, secrets.randbelow(1_000_000)), OrderState.UNPAID
    order.total_fen, order.created_at = sum(line.amount_fen for line in order.lines), ctx.now
    ctx.db.add(order)
    ctx.db.flush()
    ctx.record("payment.open_order", order.number, fen=order.total_fen, lines=len(order.lines))
    ctx.enqueue("payment.expire", {"order": str(order.id)}, key=f"payment.expire:{order.id}",
                not_before=order.expires_at)
    return order


def settle_free_order(ctx: Ctx, order: Order) -> None:
    """An order of ¥0.00 needs no provider; called once its lines have been tied to their subjects."""
    if order.total_fen == 0 and order.state == OrderState.UNPAID:
        order.state, order.paid_at = OrderState.PAID, ctx.now
        ctx.publish(OrderPaid(order.id))


def own_order(session: Session, person_id: Id | None, order_id: Id) -> Order:
    """The person's order that is paid online; NotFound is the same whether it exists for somebody else."""
    order = session.get(Order, order_id)
    if order is None or person_id is None or order.payer_id != person_id or order.counter_id is not None:
        raise NotFound("order", _("没有找到这个订单。请在“我的订单”中查看。"))
    return order


def organizations_order(session: Session, organization_id: Id | None, order_id: Id) -> Order:
    """An order that this organization pays; NotFound for any other."""
    order = session.get(Order, order_id)
    if order is None or organization_id is None or order.payer_organization_id != organization_id:
        raise NotFound("order", _("没有找到这个订单。"))
    return order


def _payers_order(ctx: Ctx, session: Session, order_id: Id, organization_id: Id | None) -> Order:
    return own_order(session, ctx.actor.person_id, order_id) if organization_id is None \
        else organizations_order(session, organization_id, order_id)


def begin_payment(ctx: Ctx, order_id: Id, channel: Channel, return_url: str, *,
                  organization_id: Id | None = None) -> Id:
    """Ask the provider for a code by which the payer's own order can be paid (N-28); returns the attempt's id.
    `organization_id`: the payer, where it is not the acting person.

    Asking again while a code is good gives the same code. A code of the other channel is closed first.
    Refused when there is nothing to pay, Unavailable when the provider is silent.
    """
    provider = provider_of(ctx)
    with ctx.aside() as session:
        order = _payers_order(ctx, session, order_id, organization_id)
        _must_be_payable(order, ctx.now)
        attempts = open_attempts(session, order.id)
        attempt = next((one for one in attempts if one.channel == channel and one.expires_at > ctx.now), None)
        if attempt is None:
            attempt = _new_attempt(ctx, session, order, channel, provider.name, provider.merchant)
        former = [one.number for one in attempts if one is not attempt]
        wanted = PaymentWanted(
            attempt.number, attempt.amount_fen, order.lines[0].title if len(order.lines) == 1
            else _("%(first)s等 %(count)s 项", first=order.lines[0].title, count=len(order.lines)),
            channel, notify_url(ctx, provider), return_url, int((attempt.expires_at - ctx.now).total_seconds()))
        attempt_id, known_url = attempt.id, attempt.code_url
    facts = close_at_provider(ctx, former)
    seen = None if known_url or any(fact is Fact.PAID for _number, fact in facts) \
        else ask(partial(provider.create, wanted))
    for number, fact in facts:
        take_in(ctx, number, fact)
    if seen is not None:
        held = ctx.db.get_one(PaymentAttempt, attempt_id)
        held.code_url = seen.code_url
        if seen.fact is not None:
            take_in(ctx, held.number, seen.fact)
    return attempt_id


def _must_be_payable(order: Order, now: datetime) -> None:
    state = OrderState(order.state)
    if state is not OrderState.UNPAID:
        raise Refused("order_" + state, {
            OrderState.PAID: _("这个订单已经支付，不需要再付。"),
            OrderState.REFUNDING: _("这个订单正在退款，不能再付款。"),
            OrderState.REFUNDED: _("这个订单已退款。如需学习，请重新选择培训周期。"),
        }.get(state, _("这个订单已关闭，不能付款。请重新选择培训周期。")))
    if rules.is_over(state, order.expires_at, now):
        raise Refused("order_expired", _("这个订单的培训周期已经结束，不能再付款。请重新选择培训周期。"))


def open_attempts(session: Session, order_id: Id) -> list[PaymentAttempt]:
    """The payments of an order that were asked for and are not known to have ended, the oldest first."""
    return list(session.scalars(select(PaymentAttempt).where(
        PaymentAttempt.order_id == order_id, PaymentAttempt.state == AttemptState.OPEN)
        .order_by(PaymentAttempt.created_at)))


def _new_attempt(ctx: Ctx, session: Session, order: Order, channel: Channel, provider: str,
                 merchant: str) -> PaymentAttempt:
    seconds = rules.seconds_to_pay(ctx.now, ctx.rules().payment.qr_minutes * 60, order.expires_at)
    attempt = PaymentAttempt(
        order_id=order.id, number=f"{order.number}{secrets.token_hex(3)}", provider=provider, merchant=merchant,
        channel=channel, amount_fen=order.total_fen, state=AttemptState.OPEN, created_at=ctx.now,
        expires_at=ctx.now + timedelta(seconds=seconds))
    session.add(attempt)
    session.flush()
    return attempt


def check_order(ctx: Ctx, order_id: Id, *, organization_id: Id | None = None) -> OrderState:
    """已付款？ Ask the provider what became of the payer's order, and take it in; the order's state after that."""
    with ctx.tenant.session(write=False) as session:
        order = _payers_order(ctx, session, order_id, organization_id)
        numbers = [one.number for one in open_attempts(session, order.id) if one.code_url]
    ask_and_take(ctx, numbers)
    return OrderState(ctx.db.get_one(Order, order_id).state)


def ask_and_take(ctx: Ctx, numbers: Sequence[str]) -> None:
    """What the provider says of these payments, taken in; Unavailable when it is silent."""
    if not numbers:
        return
    provider = provider_of(ctx)
    answers = [(number, ask(partial(provider.query, number))) for number in numbers]
    for number, seen in answers:
        if seen is not None and seen.fact is not None:
            take_in(ctx, number, seen.fact)


def take_in(ctx: Ctx, number: str, fact: Fact) -> None:
    """Let a proven fact of a payment have its effect, once, under the order's lock (R15)."""
    order_id = ctx.db.scalars(select(PaymentAttempt.order_id).where(PaymentAttempt.number == number)).one()
    order = ctx.db.scalars(select(Order).where(Order.id == order_id).with_for_update()
                           .execution_options(populate_existing=True)).one()
    attempt = ctx.db.scalars(select(PaymentAttempt).where(PaymentAttempt.number == number)
                             .execution_options(populate_existing=True)).one()
    outcome = take(Standing(OrderState(order.state), AttemptState(attempt.state), attempt.carries), fact)
    if outcome.standing.attempt == attempt.state:
        return
    attempt.state, attempt.carries = outcome.standing.attempt, outcome.standing.carries
    attempt.told_at, order.state = ctx.now, outcome.standing.order
    ctx.db.flush()
    ctx.record(f"payment.{attempt.state}", attempt.number, order=order.number, order_state=order.state)
    for effect in outcome.effects:
        _bring_about(ctx, effect, order, attempt)
    if attempt.state == AttemptState.REFUNDED:
        _note_refunded(ctx, attempt)


def _bring_about(ctx: Ctx, effect: Effect, order: Order, attempt: PaymentAttempt) -> None:
    if effect is Effect.CREDIT:
        order.paid_at = ctx.now
        ctx.publish(OrderPaid(order.id))
    elif effect is Effect.WITHDRAW:
        order.ended_at = ctx.now
        for invoice in ctx.db.scalars(select(Invoice).where(Invoice.order_id == order.id)):
            invoice.state = InvoiceState.WITHDRAWN
        ctx.publish(OrderRefunded(order.id))
    else:
        ask_money_back(ctx, attempt, _("订单不需要这笔付款"), by=None)


def ask_money_back(ctx: Ctx, attempt: PaymentAttempt, reason: str, by: Id | None) -> Refund:
    """Write down that a payment is to be given back; a worker asks the provider. One that the provider refused
    is asked for anew under the same number, so that it can never be given back twice."""
    refund = ctx.db.scalar(select(Refund).where(Refund.attempt_id == attempt.id))
    if refund is None:
        refund = Refund(attempt_id=attempt.id, number=f"R{attempt.number}", amount_fen=attempt.amount_fen)
        ctx.db.add(refund)
    elif refund.state != RefundState.FAILED:
        return refund
    refund.reason, refund.by, refund.state = reason, by, RefundState.ASKED
    refund.asked_at, refund.done_at = ctx.now, None
    ctx.db.flush()
    ctx.record("payment.ask_refund", attempt.number, fen=refund.amount_fen, reason=reason)
    ctx.enqueue("payment.refund", {"refund": str(refund.id)})
    return refund


def _note_refunded(ctx: Ctx, attempt: PaymentAttempt) -> None:
    refund = ctx.db.scalar(select(Refund).where(Refund.attempt_id == attempt.id))
    if refund is not None:
        refund.state, refund.done_at = RefundState.DONE, ctx.now


def cancel_order(ctx: Ctx, order_id: Id, *, organization_id: Id | None = None) -> OrderState:
    """Cancel the payer's own unpaid order; its lines' subjects are free again. Money that comes all the same
    goes back by itself. Returns the state: paid, when the payment was faster."""
    with ctx.tenant.session(write=False) as session:
        order = _payers_order(ctx, session, order_id, organization_id)
        if order.state == OrderState.CLOSED:
            return OrderState.CLOSED
        if not may_move(OrderState(order.state), OrderState.CLOSED):
            raise Refused("order_" + order.state, _("只有未支付的订单可以取消。已支付的订单请申请退款。"))
    close_codes(ctx, order_id)
    return _end_unpaid(ctx, order_id, OrderState.CLOSED)


def close_codes(ctx: Ctx, order_id: Id) -> None:
    """Make the codes of an order unpayable, and take in the money of one that was paid already. Called before
    `ctx.db` is touched: the provider is asked."""
    with ctx.tenant.session(write=False) as session:
        numbers = [one.number for one in open_attempts(session, order_id) if one.code_url]
    for number, fact in close_at_provider(ctx, numbers):
        take_in(ctx, number, fact)


def close_at_provider(ctx: Ctx, numbers: Sequence[str]) -> list[tuple[str, Fact]]:
    """Make these payments unpayable; PAID for one whose money is in. Unavailable when the provider is silent."""
    if not numbers:
        return []
    provider = provider_of(ctx)
    return [(number, Fact.CLOSED if ask(partial(provider.close, number)) else Fact.PAID) for number in numbers]


def _end_unpaid(ctx: Ctx, order_id: Id, state: OrderState) -> OrderState:
    order = ctx.db.scalars(select(Order).where(Order.id == order_id).with_for_update()
                           .execution_options(populate_existing=True)).one()
    if may_move(OrderState(order.state), state):
        order.state, order.ended_at = state, ctx.now
        ctx.db.flush()
        ctx.record(f"payment.order_{state}", order.number)
        ctx.publish(OrderClosed(order.id))
    return OrderState(order.state)


def expire_order(ctx: Ctx, order_id: Id) -> None:
    """End an order whose cycle is over (A.7), unless the provider has its money."""
    order = ctx.db.get_one(Order, order_id)
    if not rules.is_over(OrderState(order.state), order.expires_at, ctx.now):
        return
    close_codes(ctx, order_id)
    _end_unpaid(ctx, order_id, OrderState.EXPIRED)
