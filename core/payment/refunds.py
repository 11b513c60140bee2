"""Giving the money back (A.7): whole, by the trainee while nothing was studied, else by the institution."""
from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound, Problem, Refused, refuse_all
from core.extension import hooks
from core.payment.gateway import provider_of
from core.payment.models import Order, PaymentAttempt, Refund
from core.payment.provider import ProviderRefused
from core.payment.queries import order_facts
from core.payment.service import ask_money_back, own_order, take_in
from core.payment.states import Fact, OrderState, RefundState
from core.tenancy import Ctx

REASON_CHARS = 200


def reason_of(typed: str) -> str:
    """Why money is given back, in one line. Raises Refused when it says nothing."""
    reason = " ".join(typed.split())
    if not 2 <= len(reason) <= REASON_CHARS:
        raise Refused("reason", _("请填写退款原因，2 到 200 个字。"), field="reason")
    return reason


def refund_problems(ctx: Ctx, order: Order) -> list[Problem]:
    """Why the payer cannot have the money back without the institution; empty: they can."""
    if order.state != OrderState.PAID:
        return [Problem("order_" + order.state, _("只有已支付的订单可以退款。"))]
    return hooks(ctx).check_refund(order_facts(order))


def refund_own(ctx: Ctx, order_id: Id) -> None:
    """The payer takes the whole amount back while nothing has been studied (A.7)."""
    order = own_order(ctx.db, ctx.actor.person_id, order_id)
    refuse_all(refund_problems(ctx, order))
    begin_refund(ctx, order, _("学员申请，尚未开始学习"))


def refund_by_staff(ctx: Ctx, order_id: Id, reason: str) -> None:
    """The institution gives the whole amount back, whatever was studied, and says why (A.7)."""
    reason = reason_of(reason)
    order = ctx.db.get(Order, order_id)
    if order is None:
        raise NotFound("order", _("没有找到这个订单。"))
    if order.counter_id is not None:
        raise Refused("at_counter", _("这笔费用是在培训机构缴的，请由该机构在“机构报名”里退费。"))
    if order.state != OrderState.PAID:
        raise Refused("order_" + order.state, _("只有已支付的订单可以退款。"))
    begin_refund(ctx, order, reason)


def begin_refund(ctx: Ctx, order: Order, reason: str) -> None:
    """Have the provider give back what it took for a paid order; Refused for any other."""
    locked = ctx.db.scalars(select(Order).where(Order.id == order.id).with_for_update()
                            .execution_options(populate_existing=True)).one()
    if locked.state != OrderState.PAID:
        raise Refused("order_" + locked.state, _("这个订单已经在退款。"), status=409)
    carrying = ctx.db.scalar(select(PaymentAttempt).where(
        PaymentAttempt.order_id == locked.id, PaymentAttempt.carries.is_(True)))
    if carrying is None:
        raise Refused("nothing_paid", _("这个订单没有付过款，不需要退款。"))
    locked.state = OrderState.REFUNDING
    ask_money_back(ctx, carrying, reason, by=ctx.actor.account_id)


def settle_refund(ctx: Ctx, refund_id: Id) -> None:
    """Ask the provider to give the money back; asking twice gives it once. ProviderDown for another try."""
    refund = ctx.db.get_one(Refund, refund_id)
    if refund.state != RefundState.ASKED:
        return
    attempt = ctx.db.get_one(PaymentAttempt, refund.attempt_id)
    provider = provider_of(ctx)
    try:
        provider.refund(attempt.number, refund.number, refund.amount_fen, refund.reason)
    except ProviderRefused as error:
        seen = provider.query(attempt.number)
        if seen is None or seen.fact is not Fact.REFUNDED:
            _give_up(ctx, refund, attempt, error.code)
            return
    take_in(ctx, attempt.number, Fact.REFUNDED)


def _give_up(ctx: Ctx, refund: Refund, attempt: PaymentAttempt, code: str) -> None:
    refund.state, refund.done_at = RefundState.FAILED, ctx.now
    order = ctx.db.get_one(Order, attempt.order_id)
    if attempt.carries and order.state == OrderState.REFUNDING:
        order.state = OrderState.PAID
    ctx.record("payment.refund_failed", attempt.number, result="refused", code=code, order=order.number)
