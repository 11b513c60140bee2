"""Generating an order, splitting and cancelling it before payment (ZJ-21, ZJ-22)."""
from collections.abc import Collection, Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.api import Conflict, Ctx, NotFound, Refused, local_date
from core.api.organization import offer_in_force, party_of, post_names
from core.api.payment import (
    LineWanted,
    Order,
    OrderState,
    OrganizationPayer,
    cancel_order,
    close_codes,
    end_of_year,
    locked_order,
    open_organization_order,
    split_order,
)
from core.api.people import cards_of
from core.api.registry import barred_people
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.service import move
from plugins.zhejiang.batch.states import MODE_WORDS, CandidateState, Mode
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.order import queries
from plugins.zhejiang.order.models import BatchOrder, Claim, Entry, Member
from plugins.zhejiang.order.rules import Priced
from plugins.zhejiang.order.states import LIVE, MOVES, STATE_WORDS, Kind, State

SUBJECT = "zj_candidate"
MOST_PEOPLE = 2_000


def price(ctx: Ctx, candidates: Iterable[Candidate]) -> dict[Id, Priced]:
    """What each costs today, by candidate (ZJ-22). Refused where the institution has announced no fee for a post and
    mode, or takes nobody now (ZJ-14)."""
    names, known, priced = post_names(ctx), dict[tuple[Id, Id, str], int](), dict[Id, Priced]()
    for one in candidates:
        asked = (one.institution_id, one.post_id, one.mode)
        if asked not in known:
            offer = offer_in_force(ctx, one.institution_id, one.post_id, Mode(one.mode))
            if offer is None:
                raise Refused("no_fee", _("培训机构现在没有公布%(post)s岗位%(mode)s的收费标准，或已暂停报名，不能生成订单。",
                                          post=names[one.post_id], mode=MODE_WORDS[Mode(one.mode)]),
                              hint=_("请联系培训机构。"))
            known[asked] = offer.fee_fen
        priced[one.id] = Priced(names[one.post_id], Mode(one.mode), known[asked])
    return priced


def generate(ctx: Ctx, enterprise: Enterprise, institution_id: Id, candidate_ids: Collection[Id],
             expected_fen: int) -> BatchOrder:
    """One order for these people (ZJ-21). Conflict when one of them is in an order by now, or when the sum is not the
    one that was shown; then nobody is."""
    ids = set(candidate_ids)
    if not ids:
        raise Refused("nobody", _("请至少选择一位学员。"))
    if len(ids) > MOST_PEOPLE:
        raise Refused("too_many", _("一个订单最多 %(most)s 人，请分成几个订单。", most=MOST_PEOPLE))
    ctx.db.execute(select(Enterprise.id).where(Enterprise.id == enterprise.id).with_for_update())
    found = list(ctx.db.scalars(select(Candidate).where(
        Candidate.id.in_(ids), Candidate.enterprise_id == enterprise.id, Candidate.institution_id == institution_id)
        .order_by(Candidate.batch_id, Candidate.row).with_for_update().execution_options(populate_existing=True)))
    if len(found) != len(ids):
        raise NotFound("candidate", _("有学员不在您选择的培训机构名下，没有生成订单。请返回重新选择。"))
    if gone := [one for one in found if one.state != CandidateState.REVIEWED]:
        raise Conflict("not_reviewed", _("有 %(count)s 位学员刚刚进入了别的订单，或不再是已审核，没有生成订单。请返回重新选择。",
                                         count=len(gone)))
    if bars := barred_people(ctx, [one.person_id for one in found]):
        names = "、".join(card.name for card in cards_of(ctx, set(list(bars)[:10])).values())
        raise Refused("barred", _("有 %(count)s 位学员在黑名单中，没有生成订单：%(names)s。", count=len(bars), names=names),
                      hint=_("请返回，把他们勾选为这次不进订单，再生成。"))
    priced = price(ctx, found)
    if sum(one.fee_fen for one in priced.values()) != expected_fen:
        raise Conflict("price", _("收费标准刚刚有变化，没有生成订单。请重新核对金额。"))
    core = open_organization_order(
        ctx, OrganizationPayer(enterprise.organization_id, party_of(ctx, enterprise.organization_id).name),
        [LineWanted(SUBJECT, one.id, _title(priced[one.id]), priced[one.id].fee_fen) for one in found],
        end_of_year(local_date(ctx.now).year), receiver_id=institution_id)
    order = _add(ctx, BatchOrder(order_id=core.id, enterprise_id=enterprise.id, institution_id=institution_id))
    for one in found:
        ctx.db.add(Member(order_id=order.id, candidate_id=one.id, fee_fen=priced[one.id].fee_fen))
        move(ctx, one, CandidateState.ORDERED)
    enter(ctx, order, Kind.OPENED, due_fen=expected_fen)
    ctx.record("zhejiang.order", core.number, people=len(found), fen=expected_fen)
    return order


def _title(priced: Priced) -> str:
    return f"施工现场专业人员职业培训（{priced.post}，{MODE_WORDS[priced.mode]}）" if priced.mode is not Mode.CONTINUING \
        else f"施工现场专业人员继续教育（{priced.post}）"


def _add(ctx: Ctx, order: BatchOrder) -> BatchOrder:
    assert ctx.actor.account_id is not None
    order.state, order.created_by, order.created_at, order.moved_at = \
        State.OPEN, ctx.actor.account_id, ctx.now, ctx.now
    ctx.db.add(order)
    ctx.db.flush()
    return order


def enter(ctx: Ctx, order: BatchOrder, kind: Kind, *, due_fen: int = 0, held_fen: int = 0, reason: str = "",
          candidate_id: Id | None = None) -> Entry:
    """What was done, for good."""
    entry = Entry(order_id=order.id, at=ctx.now, kind=kind, due_fen=due_fen, held_fen=held_fen, reason=reason,
                  candidate_id=candidate_id, account_id=ctx.actor.account_id, account=ctx.actor.name)
    ctx.db.add(entry)
    ctx.db.flush()
    return entry


def held(ctx: Ctx, order: BatchOrder) -> BatchOrder:
    """The order as it stands now, kept from others. The core's order is always locked first."""
    locked_order(ctx, order.order_id)
    return ctx.db.scalars(select(BatchOrder).where(BatchOrder.id == order.id).with_for_update()
                          .execution_options(populate_existing=True)).one()


def go(ctx: Ctx, order: BatchOrder, state: State) -> None:
    """The one way to move an order. Conflict for a move that the table does not have."""
    before = State(order.state)
    if state not in MOVES[before]:
        raise Conflict("order_" + before, _("这个订单现在是“%(state)s”，不能这样办理。请刷新页面后再看。",
                                            state=STATE_WORDS[before]))
    order.state, order.moved_at = state, ctx.now
    ctx.db.flush()
    ctx.record("zhejiang.order_moved", order.id, **{"from": before.value, "to": state.value})


def split(ctx: Ctx, enterprise: Enterprise, order: BatchOrder, candidate_ids: Collection[Id]) -> BatchOrder:
    """Some people go into a new order (ZJ-21), before anything is said of a payment. What was done before in this
    transaction is taken back: the provider is asked first, to close the codes of the old sum."""
    order_id, core_id, payer_id = order.id, order.order_id, enterprise.organization_id
    ctx.rollback()
    close_codes(ctx, core_id)
    order = held(ctx, ctx.db.get_one(BatchOrder, order_id))
    if order.state != State.OPEN or queries.pictures(ctx, order):
        raise Conflict("split_late", _("这个订单已经录入缴费凭证，不能再拆分。"))
    moved = [one for one in queries.members(ctx, order) if one.candidate_id in set(candidate_ids)]
    core = split_order(ctx, payer_id, core_id, {one.candidate_id for one in moved})
    made = _add(ctx, BatchOrder(order_id=core.id, enterprise_id=order.enterprise_id,
                                institution_id=order.institution_id, split_from_id=order.id))
    for one in moved:
        one.left_at = ctx.now
    ctx.db.flush()
    ctx.db.add_all(Member(order_id=made.id, candidate_id=one.candidate_id, fee_fen=one.fee_fen) for one in moved)
    enter(ctx, order, Kind.SPLIT_OUT, due_fen=-core.total_fen, reason=core.number)
    enter(ctx, made, Kind.OPENED, due_fen=core.total_fen, reason=queries.core_order(ctx, order).number)
    return made


def cancel(ctx: Ctx, enterprise: Enterprise, order: BatchOrder) -> None:
    """The enterprise gives an unpaid order up; its people can be ordered again. What was done before in this
    transaction is taken back: the provider is asked first whether somebody has paid."""
    order_id, core_id, payer_id = order.id, order.order_id, enterprise.organization_id
    _must_be_unsaid(order)
    ctx.rollback()
    if cancel_order(ctx, core_id, organization_id=payer_id) is not OrderState.CLOSED:
        raise Conflict("order_paid", _("这个订单刚刚支付成功，没有取消。请录入缴费凭证，或联系培训机构退费。"))
    order = held(ctx, ctx.db.get_one(BatchOrder, order_id))
    _must_be_unsaid(order)
    end(ctx, order, State.CANCELLED, Kind.CANCELLED)


def _must_be_unsaid(order: BatchOrder) -> None:
    if order.state not in (State.OPEN, State.RETURNED):
        raise Conflict("order_" + order.state, _("已提交凭证或已经结束的订单不能取消。已付款的请联系培训机构退回凭证或退费。"))


def end(ctx: Ctx, order: BatchOrder, state: State, kind: Kind, reason: str = "") -> list[Candidate]:
    """Nobody is in the order any more, and nothing is due or held. Who was enrolled is cancelled, who was not can be
    ordered again. Returns those who were enrolled."""
    money, leaving = queries.money_of(ctx, order), queries.members(ctx, order)
    enrolled = []
    for one in queries.candidates_of(ctx, leaving):
        if one.state == CandidateState.ENROLLED:
            enrolled.append(one)
            move(ctx, one, CandidateState.CANCELLED)
        else:
            move(ctx, one, CandidateState.REVIEWED)
    for member in leaving:
        member.left_at = ctx.now
    if state is State.CANCELLED:
        ctx.db.execute(delete(Claim).where(Claim.order_id == order.id))
    go(ctx, order, state)
    enter(ctx, order, kind, due_fen=-money.due_fen, held_fen=-money.held_fen, reason=reason)
    return enrolled


def astray(ctx: Ctx) -> Sequence[BatchOrder]:
    """Orders whose money the core has ended without this room: expired (A.7), or given back at the provider itself."""
    return ctx.db.scalars(select(BatchOrder).join(Order, Order.id == BatchOrder.order_id).where(
        BatchOrder.state.in_(LIVE), Order.state.in_(
            (OrderState.CLOSED, OrderState.EXPIRED, OrderState.REFUNDED)))).all()
