"""Reading orders: the payer's own, and what the flows above and the back office need."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from sqlalchemy import Select, and_, bindparam, func, or_, select

from core.base.db import Id
from core.contract.values import OrderFacts, OrderSubject
from core.payment.models import Invoice, Order, OrderLine, PaymentAttempt, Refund
from core.payment.service import own_order
from core.payment.states import AttemptState, InvoiceState, OrderState, RefundState
from core.tenancy import Ctx


def order_facts(order: Order) -> OrderFacts:
    """The order as hooks see it."""
    return OrderFacts(order.id, order.number, order.payer_id, order.state, order.total_fen,
                      tuple(OrderSubject(line.subject_type, line.subject_id) for line in order.lines))


def orders_of(person_id: Id, state: str = "") -> Select[Order]:
    """A person's orders that are paid online, the newest first; `state` one of OrderState or '' for all."""
    wanted = all_orders_of(person_id).where(Order.counter_id.is_(None))
    return wanted.where(Order.state == state) if state in set(OrderState) else wanted


def all_orders_of(person_id: Id) -> Select[Order]:
    """A person's orders, wherever they are paid, the newest first."""
    return select(Order).where(Order.payer_id == person_id).order_by(Order.created_at.desc(), Order.id.desc())


def has_live_order(ctx: Ctx, person_id: Id) -> bool:
    """Whether the person has an order that waits for its money or has it."""
    live = (OrderState.UNPAID, OrderState.PAID)
    return ctx.db.scalar(all_orders_of(person_id).where(Order.state.in_(live)).limit(1)) is not None


UNPAID = select(func.count()).select_from(Order).where(
    Order.payer_id == bindparam("person_id"), Order.counter_id.is_(None), Order.state == OrderState.UNPAID,
    Order.expires_at > bindparam("now")).scalar_subquery()
"""How many orders of the signed-in trainee wait for payment: the number at 我的订单 (N-19)."""


@dataclass(frozen=True)
class OrderView:
    """An order with all that happened to it."""

    order: Order
    attempts: Sequence[PaymentAttempt]
    refund: Refund | None
    invoice: Invoice | None

    @property
    def paid_by(self) -> PaymentAttempt | None:
        """The payment that carries the order."""
        return next((one for one in self.attempts if one.carries), None)


def view_order(ctx: Ctx, order_id: Id) -> OrderView:
    """The signed-in payer's order; NotFound for any other."""
    order = own_order(ctx.db, ctx.actor.person_id, order_id)
    return whole_order(ctx, order)


def whole_order(ctx: Ctx, order: Order) -> OrderView:
    """An order with its payments, the refund of the one that carries it, and its invoice."""
    attempts = ctx.db.scalars(select(PaymentAttempt).where(PaymentAttempt.order_id == order.id)
                              .order_by(PaymentAttempt.created_at)).all()
    carrying = next((one.id for one in attempts if one.carries), None)
    refund = ctx.db.scalar(select(Refund).where(Refund.attempt_id == carrying)) if carrying else None
    invoice = ctx.db.scalar(select(Invoice).where(Invoice.order_id == order.id))
    return OrderView(order, attempts, refund, invoice)


def own_attempt(ctx: Ctx, order: Order, attempt_id: Id) -> PaymentAttempt | None:
    """One payment of an order."""
    attempt = ctx.db.get(PaymentAttempt, attempt_id)
    return attempt if attempt is not None and attempt.order_id == order.id else None


def code_picture(attempt: PaymentAttempt) -> str:
    """What a payer scans, as the address of an image."""
    return segno.make(attempt.code_url, error="m").svg_data_uri(scale=6, border=2)


def order_by_id(ctx: Ctx, order_id: Id) -> Order | None:
    """Any order, for flows above and jobs."""
    return ctx.db.get(Order, order_id)


def order_of_subject(ctx: Ctx, subject_type: str, subject_id: Id) -> Order | None:
    """The newest order that a thing was ordered with."""
    return ctx.db.scalar(select(Order).join(OrderLine).where(
        OrderLine.subject_type == subject_type, OrderLine.subject_id == subject_id)
        .order_by(Order.created_at.desc()).limit(1))


def all_orders(state: str = "") -> Select[Order]:
    """Every order, the newest first, for the back office."""
    wanted = select(Order).order_by(Order.created_at.desc(), Order.id.desc())
    return wanted.where(Order.state == state) if state in set(OrderState) else wanted


def invoices_waiting(ctx: Ctx) -> Sequence[Invoice]:
    """Requests for an invoice that nobody has issued, the oldest first (N-29)."""
    return ctx.db.scalars(select(Invoice).where(Invoice.state == InvoiceState.REQUESTED)
                          .order_by(Invoice.requested_at)).all()


def attempts_to_compare(ctx: Ctx, start: datetime, end: datetime, oldest: datetime) -> Sequence[PaymentAttempt]:
    """Payments asked for from `start` until `end`, and those still open that were asked for since `oldest`."""
    asked, state = PaymentAttempt.created_at, PaymentAttempt.state
    return ctx.db.scalars(select(PaymentAttempt).where(
        PaymentAttempt.code_url != "", asked < end,
        or_(asked >= start, and_(asked >= oldest, state == AttemptState.OPEN)))).all()


def refunds_asked(ctx: Ctx, before: datetime) -> Sequence[Refund]:
    """Refunds that have been waiting for the provider since before a moment."""
    return ctx.db.scalars(select(Refund).where(Refund.state == RefundState.ASKED, Refund.asked_at < before)).all()


def orders_overdue(ctx: Ctx) -> Sequence[Order]:
    """Unpaid orders whose time is over (A.7)."""
    return ctx.db.scalars(select(Order).where(Order.state == OrderState.UNPAID, Order.expires_at <= ctx.now)).all()


def attempt_by_number(ctx: Ctx, number: str) -> PaymentAttempt:
    """The payment with our number at the provider."""
    return ctx.db.scalars(select(PaymentAttempt).where(PaymentAttempt.number == number)).one()
