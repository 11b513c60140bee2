"""The core's own answers to the hooks of payment."""
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.contract.hooks import hookimpl
from core.contract.values import Action, CaseSection, InvoicePolicy, PersonFacts, Step, StepState
from core.payment import queries
from core.payment.models import Order
from core.payment.rules import yuan
from core.payment.states import OrderState
from core.payment.words import ORDER_WORDS
from core.tenancy import Ctx


@hookimpl(trylast=True)
def resolve_invoice_policy(ctx: Ctx) -> InvoicePolicy | None:
    """X-23: as the rule says."""
    return InvoicePolicy(ctx.rules().payment.invoice)


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """三 在线缴费 (N-03, N-28), or at the counter (X-10); before there is an order the cycle says what comes."""
    newest = list(ctx.db.scalars(queries.all_orders_of(person.id).limit(20)))
    waiting = next((one for one in newest if one.state == OrderState.UNPAID and one.expires_at > ctx.now), None)
    if waiting is not None and waiting.counter_id is not None:
        return [Step(3, _("缴费"), StepState.UNDER_WAY, _(
            "请到报名的培训机构缴纳 %(amount)s。", amount=yuan(waiting.total_fen)), waiting.created_at)]
    if waiting is not None:
        return [Step(3, _("在线缴费"), StepState.UNDER_WAY, _("订单 %(amount)s 等待付款。", amount=yuan(waiting.total_fen)),
                     waiting.created_at, Action("pay", _("立即购买"), url_for("payment.pay", order_id=waiting.id),
                                                primary=True))]
    paid = next((one for one in newest if one.state == OrderState.PAID), None)
    if paid is not None:
        return [Step(3, _("在线缴费") if paid.counter_id is None else _("缴费"), StepState.DONE, since=paid.paid_at)]
    return []


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """The person's orders, for the back office."""
    orders = ctx.db.scalars(select(Order).where(Order.payer_id == person.id).order_by(Order.created_at.desc()))
    table = tuple((one.number, "；".join(line.title for line in one.lines), yuan(one.total_fen),
                   str(ORDER_WORDS[OrderState(one.state)]), f"{one.created_at:%Y-%m-%d}") for one in orders)
    return [CaseSection(30, _("订单"), table_head=(_("订单编号"), _("课程"), _("金额"), _("状态"), _("下单日期")),
                        table=table)]
