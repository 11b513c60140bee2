"""Orders and invoice requests in the back office."""
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, daytime, money, status
from core.identity import person_of
from core.payment.invoices import issue_invoice
from core.payment.models import Invoice, Order
from core.payment.provider import Channel
from core.payment.queries import all_orders, invoices_waiting, whole_order
from core.payment.refunds import refund_by_staff
from core.payment.states import InvoiceState, OrderState
from core.payment.words import CHANNEL_WORDS, INVOICE_WORDS, ORDER_TONES, ORDER_WORDS
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id

FEW = 3


def _state(row: Order) -> object:
    state = OrderState(row.state)
    return status(ORDER_WORDS[state], Tone(ORDER_TONES[state]))


def _payer(row: Order) -> str:
    return person_of(current_ctx(), row.payer_id).name if row.payer_id else row.payer_name


def _content(row: Order) -> str:
    first = "；".join(line.title for line in row.lines[:FEW])
    return first if len(row.lines) <= FEW else _("%(first)s等 %(count)s 项", first=first, count=len(row.lines))


class Orders(TableView[Order]):
    """订单 (N-27, N-28): what was ordered, paid, refunded."""

    model, key, title, group, icon = Order, "orders", _l("订单"), Group.MONEY, "receipt"
    summary = _l("学员的订单、支付和退款。")
    search_hint = _l("订单号")
    empty = _l("学员提交报名后，这里会有订单。")
    columns = (
        Col[Order]("number", _l("订单号"), lambda row: row.number, sort=Order.number, kind="short"),
        Col[Order]("payer", _l("付款人"), _payer, kind="short"),
        Col[Order]("lines", _l("内容"), _content),
        Col[Order]("total", _l("金额"), lambda row: money(row.total_fen), sort=Order.total_fen, kind="num"),
        Col[Order]("created", _l("下单时间"), lambda row: daytime(row.created_at), sort=Order.created_at, kind="short"),
        Col[Order]("paid", _l("支付时间"), lambda row: daytime(row.paid_at), sort=Order.paid_at, kind="short"),
        Col[Order]("state", _l("状态"), _state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in ORDER_WORDS.items()],
                  lambda rows, value: rows.where(Order.state == value)),)
    actions = (RowAction[Order](
        "refund", _l("退款"), None, lambda row: _("整单退还 %(amount)s，对应的报名随之取消。", amount=money(row.total_fen)),
        lambda row: row.state == OrderState.PAID and row.counter_id is None, kind="danger", note=_l("退款原因"),
        run_noted=lambda ctx, row, why: refund_by_staff(ctx, row.id, why)),)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return all_orders()

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Order.number.contains(term, autoescape=True))

    def facts(self, ctx: Ctx, row: Order) -> Sequence[Fact]:
        whole = whole_order(ctx, row)
        person = person_of(ctx, row.payer_id) if row.payer_id else None
        facts = [Fact(_("订单号"), row.number), Fact(_("付款人"), _payer(row)),
                 *([Fact(_("身份证号"), masked_id(person.id_number))] if person else []), Fact(_("状态"), _state(row)),
                 *(Fact(line.title, money(line.amount_fen)) for line in row.lines),
                 Fact(_("合计"), money(row.total_fen)), Fact(_("下单时间"), daytime(row.created_at)),
                 Fact(_("可支付到"), daytime(row.expires_at)), Fact(_("支付时间"), daytime(row.paid_at))]
        facts += [Fact(_("支付单 %(number)s", number=one.number), " ".join(
            (str(CHANNEL_WORDS[Channel(one.channel)]), money(one.amount_fen), daytime(one.created_at))))
            for one in whole.attempts]
        if whole.refund is not None:
            facts += [Fact(_("退款原因"), whole.refund.reason), Fact(_("退款申请时间"), daytime(whole.refund.asked_at)),
                      Fact(_("退款完成时间"), daytime(whole.refund.done_at))]
        return facts


def _invoice_state(row: Invoice) -> object:
    tones = {InvoiceState.REQUESTED: Tone.ACTIVE, InvoiceState.ISSUED: Tone.DONE, InvoiceState.WITHDRAWN: Tone.QUIET}
    state = InvoiceState(row.state)
    return status(INVOICE_WORDS[state], tones[state])


class Invoices(TableView[Invoice]):
    """发票申请 (N-29)."""

    model, key, title, group, icon = Invoice, "invoices", _l("发票申请"), Group.MONEY, "receipt"
    summary = _l("学员申请的电子发票。")
    empty = _l("学员在“我的订单”里申请发票后，这里会有记录。")
    columns = (
        Col[Invoice]("title", _l("抬头"), lambda row: row.title),
        Col[Invoice]("tax", _l("税号"), lambda row: row.tax_number, kind="short"),
        Col[Invoice]("email", _l("邮箱"), lambda row: row.email),
        Col[Invoice]("amount", _l("金额"), lambda row: money(row.amount_fen), sort=Invoice.amount_fen, kind="num"),
        Col[Invoice]("asked", _l("申请时间"), lambda row: daytime(row.requested_at), sort=Invoice.requested_at,
                     kind="short"),
        Col[Invoice]("number", _l("发票号码"), lambda row: row.number, kind="short"),
        Col[Invoice]("state", _l("状态"), _invoice_state, kind="short"),
    )
    picks = (Pick("state", _l("状态"),
                  lambda _ctx: [(state.value, str(words)) for state, words in INVOICE_WORDS.items()],
                  lambda rows, value: rows.where(Invoice.state == value)),)
    actions = (RowAction[Invoice](
        "issue", _l("登记已开具"), None, lambda row: _("登记后学员在订单里看到发票号码。"),
        lambda row: row.state == InvoiceState.REQUESTED, note=_l("发票号码"),
        run_noted=lambda ctx, row, number: issue_invoice(ctx, row.id, number)),)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Invoice).order_by(Invoice.requested_at.desc(), Invoice.id.desc())

    def count(self, ctx: Ctx) -> int:
        return len(invoices_waiting(ctx))


def install(console: Console) -> None:
    console.add(Orders(), Invoices())
