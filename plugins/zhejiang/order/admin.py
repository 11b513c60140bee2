"""报名订单 in the back office: the enterprise's list, and the institution's queue."""
from collections.abc import Sequence
from typing import Any

from flask import g, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from core.api import Ctx
from core.api.console import Col, Console, Group, Pick, TableView, Tone, daytime, money, status
from core.api.organization import like_party, parties_of
from core.api.payment import Order
from core.api.web import Permission, current_ctx

from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.order import queries
from plugins.zhejiang.order.models import BatchOrder
from plugins.zhejiang.order.states import STATE_TONES, STATE_WORDS, State
from plugins.zhejiang.parties import approved, institution_id_of, own_enterprise


class Rows:
    """What the rows of a page need beside themselves, asked for together at the first of them."""

    def __init__(self, ctx: Ctx, rows: Sequence[BatchOrder]) -> None:
        self.core = queries.core_orders(ctx, rows)
        self.people = queries.headcounts(ctx, {one.id for one in rows})
        names = parties_of(ctx, {one.institution_id for one in rows})
        self.institutions = {one.id: names[one.institution_id].name for one in rows}

    def __contains__(self, row: BatchOrder) -> bool:
        return row.id in self.core


def _rows(row: BatchOrder) -> Rows:
    known = g.get("zj_orders")
    if not isinstance(known, Rows) or row not in known:
        ctx = current_ctx()
        known = g.zj_orders = Rows(ctx, [one for one in ctx.db.identity_map.values() if isinstance(one, BatchOrder)])
    return known


def _core(row: BatchOrder) -> Order:
    return _rows(row).core[row.id]


def _state(row: BatchOrder) -> object:
    state = State(row.state)
    return status(STATE_WORDS[state], Tone(STATE_TONES[state]))


_PICK = Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in STATE_WORDS.items()],
             lambda rows, value: rows.where(BatchOrder.state == value))
_NUMBER = Col[BatchOrder]("number", _l("订单号"), lambda row: _core(row).number, kind="short")
_PEOPLE = Col[BatchOrder]("people", _l("人数"), lambda row: _rows(row).people[row.id], kind="num")
_TOTAL = Col[BatchOrder]("total", _l("金额"), lambda row: money(_core(row).total_fen), kind="num")
_CREATED = Col[BatchOrder]("created", _l("生成时间"), lambda row: daytime(row.created_at), sort=BatchOrder.created_at,
                           kind="short")
_CONFIRMED = Col[BatchOrder]("confirmed", _l("确认时间"), lambda row: daytime(row.confirmed_at),
                             sort=BatchOrder.confirmed_at, kind="short")
_STATE = Col[BatchOrder]("state", _l("状态"), _state, kind="short")


def _numbered(rows: Select[Any], term: str) -> Select[Any]:
    return rows.where(BatchOrder.order_id.in_(select(Order.id).where(Order.number.contains(term, autoescape=True))))


class EnterpriseOrders(TableView[BatchOrder]):
    """报名订单 of the acting clerk's enterprise."""

    model, key, title, group, icon = BatchOrder, "zj_orders", _l("报名订单"), Group.ENTRY, "receipt"
    permission = Permission.ENROLL_STAFF
    summary = _l("生成订单、缴费、录入汇款凭证，查看机构是否确认。")
    search_hint = _l("订单号")
    empty = _l("资格审核状态为“已审核”的学员，点“生成订单”缴费。")
    list_template = "zhejiang/order/list.html"
    details = False
    columns = (
        _NUMBER, Col[BatchOrder]("institution", _l("培训机构"), lambda row: _rows(row).institutions[row.id]), _PEOPLE,
        _TOTAL, _CREATED, _CONFIRMED, _STATE)
    picks = (_PICK,)

    def select(self, ctx: Ctx) -> Select[Any]:
        return queries.orders_of_enterprise(own_enterprise(ctx).id)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return _numbered(rows, term)

    def offered_at(self, ctx: Ctx) -> bool:
        """ZJ-06: an enterprise that is not approved has no orders yet."""
        return approved(ctx)

    def buttons(self, _ctx: Ctx) -> list[tuple[Any, str]]:
        return [(_l("生成订单"), url_for("zj_order.choose"))]

    def count(self, ctx: Ctx) -> int:
        firm = ctx.db.scalar(select(Enterprise.id).where(Enterprise.organization_id == ctx.actor.organization_id))
        return sum(queries.reviewed_by_institution(ctx, firm).values()) if firm else 0


class InstitutionOrders(TableView[BatchOrder]):
    """收款确认: the orders at the acting clerk's institution, those that wait for it first."""

    model, key, title, group, icon = BatchOrder, "zj_order_queue", _l("收款确认"), Group.TODO, "cash-coin"
    permission = Permission.REVIEW_INSTITUTION
    summary = _l("核对人数、费用和缴费凭证，确认收款。")
    search_hint = _l("订单号或企业名称")
    empty = _l("企业生成订单并录入凭证后，会出现在这里。")
    list_template = "zhejiang/order/queue.html"
    details = False
    columns = (
        _NUMBER, Col[BatchOrder]("firm", _l("企业"), lambda row: _core(row).payer_name), _PEOPLE, _TOTAL, _CREATED,
        Col[BatchOrder]("moved", _l("最近变化"), lambda row: daytime(row.moved_at), sort=BatchOrder.moved_at, kind="short"),
        _STATE)
    picks = (_PICK,)

    def select(self, ctx: Ctx) -> Select[Any]:
        return queries.orders_at(institution_id_of(ctx))

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        firms = select(Enterprise.id).where(like_party(Enterprise.__table__.c.organization_id, term))
        numbers = select(Order.id).where(Order.number.contains(term, autoescape=True))
        return rows.where(BatchOrder.order_id.in_(numbers) | BatchOrder.enterprise_id.in_(firms))

    def count(self, ctx: Ctx) -> int:
        return queries.waiting_at(ctx, ctx.actor.organization_id) if ctx.actor.organization_id else 0


def install(console: Console) -> None:
    console.add(EnterpriseOrders(), InstitutionOrders())
