"""What the institution decides: 确认收款, the voucher back, money back (ZJ-25, A.7, P-22)."""
from flask_babel import gettext as _

from core.api import Conflict, Ctx, Refused
from core.api.payment import (
    Channel,
    Order,
    OrderState,
    give_back,
    paid_through_provider,
    reason_of,
    refund_at_provider,
    take_money,
)
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.service import move
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.enrolling import enrolled, left
from plugins.zhejiang.order import queries, telling
from plugins.zhejiang.order.models import BatchOrder
from plugins.zhejiang.order.service import end, enter, go, held
from plugins.zhejiang.order.states import Kind, State


def confirm(ctx: Ctx, order: BatchOrder, version: int) -> None:
    """确认收款 → 【报名状态】为“已报名”, everybody or nobody, once. Conflict when the order is not waiting for it any
    more, or the enterprise has changed the voucher that the clerk was looking at."""
    order = held(ctx, order)
    if order.state == State.CONFIRMED:
        raise Conflict("confirmed", _("这个订单已经确认收款，不需要再确认。"))
    voucher = _looked_at(ctx, order, version)
    core = queries.core_order(ctx, order)
    online = core.state == OrderState.PAID
    if not online:
        core = take_money(ctx, order.order_id, Channel.TRANSFER)
    go(ctx, order, State.CONFIRMED)
    order.confirmed_at = ctx.now
    candidates = queries.candidates_of(ctx, queries.members(ctx, order))
    for one in candidates:
        move(ctx, one, CandidateState.ENROLLED)
    enrolled(ctx, candidates)
    enter(ctx, order, Kind.CONFIRMED, held_fen=core.total_fen if online else voucher)
    telling.confirmed(ctx, order, core, len(candidates))


def _looked_at(ctx: Ctx, order: BatchOrder, version: int) -> int:
    """What the newest voucher says was paid."""
    newest = next(iter(queries.vouchers(ctx, order)), None)
    if newest is None or newest.version != version:
        raise Conflict("voucher_changed", _("企业刚刚修改了缴费凭证。请看过新的凭证再办理。"))
    return newest.paid_fen


def send_back(ctx: Ctx, order: BatchOrder, version: int, why: str) -> None:
    """The voucher is not accepted; the enterprise reads why, mends it and submits it again."""
    reason = " ".join(why.split())
    if not 2 <= len(reason) <= 200:
        raise Refused("reason", _("请写明退回原因，2 到 200 个字，企业按它改正。"), field="reason")
    order = held(ctx, order)
    _looked_at(ctx, order, version)
    go(ctx, order, State.RETURNED)
    entry = enter(ctx, order, Kind.RETURNED, reason=reason)
    telling.returned(ctx, order, queries.core_order(ctx, order), reason, entry.id)


def take_out(ctx: Ctx, order: BatchOrder, candidate_id: Id, why: str) -> int:
    """One person is taken out after payment; what of the money is theirs was given back by the institution. Returns the
    amount. Who studied already keeps the hours, and the reason says why the money goes back all the same (A.7).

    Before the confirmation nothing is given back yet: their fee is a surplus once the money is confirmed, and they can
    be ordered again.
    """
    reason, order = reason_of(why), held(ctx, order)
    if order.state not in (State.VOUCHED, State.CONFIRMED):
        raise Conflict("order_" + order.state, _("企业提交凭证以后，才能为个别学员退费。"))
    living = queries.members(ctx, order)
    member = next((one for one in living if one.candidate_id == candidate_id), None)
    if member is None:
        raise Conflict("not_member", _("这位学员已经不在这个订单里。"))
    if len(living) == 1:
        raise Refused("last_member", _("订单里只剩这一位学员，请办理整单退费。"), field="reason")
    money = queries.money_of(ctx, order)
    back = min(member.fee_fen, max(0, money.held_fen - money.due_fen + member.fee_fen))
    candidate = ctx.db.get_one(Candidate, candidate_id, populate_existing=True)
    if order.state == State.CONFIRMED:
        move(ctx, candidate, CandidateState.CANCELLED)
        left(ctx, [candidate])
    else:
        move(ctx, candidate, CandidateState.REVIEWED)
    member.left_at = ctx.now
    enter(ctx, order, Kind.TAKEN_OUT, due_fen=-member.fee_fen, held_fen=-back, reason=reason, candidate_id=candidate_id)
    return back


def give_surplus_back(ctx: Ctx, order: BatchOrder, why: str) -> int:
    """What was paid too much was given back; the amount."""
    reason, order = reason_of(why), held(ctx, order)
    surplus = queries.money_of(ctx, order).surplus_fen
    if order.state != State.CONFIRMED or surplus <= 0:
        raise Conflict("no_surplus", _("这个订单没有多缴的款项。"))
    enter(ctx, order, Kind.SURPLUS_BACK, held_fen=-surplus, reason=reason)
    return surplus


def refund(ctx: Ctx, order: BatchOrder, why: str) -> None:
    """The whole of what is held goes back: through the provider where it took the money and has given nothing of it
    back yet, else by the institution to the enterprise's account. Who was enrolled is not any more."""
    reason, order = reason_of(why), held(ctx, order)
    core = queries.core_order(ctx, order)
    if core.state != OrderState.PAID:
        raise Conflict("order_" + core.state, _("只有已收款的订单可以退费。没有收到款的，请退回凭证。"))
    money = queries.money_of(ctx, order)
    if _by_provider(ctx, order, core):
        refund_at_provider(ctx, core, reason)
    else:
        give_back(ctx, core.id, reason, before_fen=core.total_fen - money.held_fen)
    left(ctx, end(ctx, order, State.REFUNDED, Kind.REFUNDED, reason))
    telling.refunded(ctx, order, core, reason)


def _by_provider(ctx: Ctx, order: BatchOrder, core: Order) -> bool:
    """Whether a refund goes back the way the money came."""
    untouched = order.state != State.CONFIRMED or queries.money_of(ctx, order).held_fen == core.total_fen
    return untouched and paid_through_provider(ctx, core)


def gave_back_instead(ctx: Ctx, order: BatchOrder, why: str) -> None:
    """The provider did not give the money back, so the institution has."""
    order = held(ctx, order)
    if order.state != State.REFUNDED:
        raise Conflict("order_" + order.state, _("这个订单没有在退费。"))
    give_back(ctx, order.order_id, reason_of(why))


def bring_home(ctx: Ctx, order: BatchOrder) -> None:
    """An order that expired unpaid, or that was given back at the provider itself, ends here too."""
    order = held(ctx, order)
    if queries.core_order(ctx, order).state == OrderState.REFUNDED:
        left(ctx, end(ctx, order, State.REFUNDED, Kind.REFUNDED, _("支付机构已退款")))
    else:
        end(ctx, order, State.CANCELLED, Kind.EXPIRED)
