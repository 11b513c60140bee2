"""The payer's pages, and the provider's notices."""
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import PUBLIC, SIGNED, Permission, policy, trail_exempt
from core.base.errors import DomainError, Refused
from core.extension import hooks
from core.payment import invoices, notices, queries, refunds, service
from core.payment.models import Order
from core.payment.provider import Channel
from core.payment.schemas import ChannelSchema, InvoiceSchema
from core.payment.states import OrderState
from core.payment.words import CHANNEL_WORDS, INVOICE_WORDS, ORDER_TONES, ORDER_WORDS
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form
from core.web.navigation import badge
from core.web.paging import page_of
from core.web.navigation import address

bp = Blueprint("payment", __name__, template_folder="templates")
NOTICE_BYTES = 16 * 1024


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    badge(app, "orders", queries.UNPAID)


@bp.context_processor
def words() -> dict[str, object]:
    return {"ORDER_WORDS": ORDER_WORDS, "ORDER_TONES": ORDER_TONES, "CHANNEL_WORDS": CHANNEL_WORDS,
            "INVOICE_WORDS": INVOICE_WORDS, "OrderState": OrderState}


@bp.get("/orders")
@policy(Permission.STUDY)
def orders() -> ResponseReturnValue:
    """我的订单 (N-19, N-28)."""
    ctx = current_ctx()
    assert ctx.actor.person_id is not None
    state = request.args.get("state", "")
    found = page_of(ctx.db, queries.orders_of(ctx.actor.person_id, state), request.args)
    return page("payment/orders.html", page=found, state=state, now=ctx.now,
                choose=address("cycle.choose"))


@bp.get("/orders/<uuid:order_id>")
@policy(Permission.STUDY)
def order(order_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    view = queries.view_order(ctx, order_id)
    paid = view.order.state == OrderState.PAID
    problems = refunds.refund_problems(ctx, view.order) if paid else []
    return page("payment/order.html", view=view, order=view.order, now=ctx.now,
                last_day=view.order.expires_at - timedelta(seconds=1), own_refund=paid and not problems,
                no_refund=problems[0].sentence if problems else "",
                invoicing=invoices.invoice_is_self_service(ctx), training=address("course.training"))


@bp.route("/orders/<uuid:order_id>/pay", methods=["GET", "POST"])
@policy(Permission.STUDY)
def pay(order_id: UUID) -> ResponseReturnValue:
    """【立即购买】: choose 【微信】 or 【支付宝】 (N-28)."""
    ctx = current_ctx()
    rules = ctx.rules().payment
    form = Form(ChannelSchema(), request, {"channel": rules.recommended})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            attempt_id = _begin(ctx, order_id, asked.channel)
        except DomainError as error:
            if error.status == 404:
                raise
            form.fail(error)
            ctx.rollback()
        else:
            return redirect(url_for(".code", order_id=order_id, attempt_id=attempt_id), 303)
    found = queries.view_order(ctx, order_id).order
    if request.method == "GET" and found.state != OrderState.UNPAID:
        return redirect(url_for(".order", order_id=order_id))
    return page("payment/pay.html", order=found, form=form, channels=_channels(ctx), rules=rules,
                recommended=ctx.text("pay_recommended"), notes=_notes(ctx, found, leaving=False), status=form.status)


def _channels(ctx: Ctx) -> list[Channel]:
    rules = ctx.rules().payment
    return sorted((Channel(name) for name in rules.channels), key=lambda one: one != rules.recommended)


def _begin(ctx: Ctx, order_id: UUID, channel: Channel) -> UUID:
    if channel not in _channels(ctx):
        raise Refused("channel", _("这里不能用这种支付方式，请换一种。"), field="channel")
    back = url_for(".back", _external=True)
    return service.begin_payment(ctx, order_id, channel, back)


def _notes(ctx: Ctx, found: Order, *, leaving: bool) -> list[str]:
    return hooks(ctx).collect_order_notes(queries.order_facts(found), leaving)


@bp.get("/orders/<uuid:order_id>/pay/<uuid:attempt_id>")
@policy(Permission.STUDY)
def code(order_id: UUID, attempt_id: UUID) -> ResponseReturnValue:
    """The code to scan, and how long it is good."""
    ctx = current_ctx()
    found = queries.view_order(ctx, order_id).order
    attempt = queries.own_attempt(ctx, found, attempt_id)
    if found.state == OrderState.PAID:
        return redirect(url_for(".paid", order_id=order_id))
    if attempt is None or not attempt.code_url or attempt.expires_at <= ctx.now \
            or found.state != OrderState.UNPAID:
        return redirect(url_for(".pay", order_id=order_id))
    return page("payment/code.html", order=found, attempt=attempt, picture=queries.code_picture(attempt), now=ctx.now)


@bp.get("/orders/<uuid:order_id>/state")
@policy(Permission.STUDY)
def state(order_id: UUID) -> ResponseReturnValue:
    """What the waiting page asks every two seconds."""
    return jsonify(state=queries.view_order(current_ctx(), order_id).order.state)


@bp.post("/orders/<uuid:order_id>/check")
@policy(Permission.STUDY)
def check(order_id: UUID) -> ResponseReturnValue:
    """我已付款: ask the provider itself, should its notice be late."""
    now = service.check_order(current_ctx(), order_id)
    if request.is_json:
        return jsonify(state=now)
    if now is OrderState.UNPAID:
        flash(_("支付机构还没有收到这笔付款。如果刚刚付款，请稍等片刻再查询，不要重复付款。"), "active")
        return redirect(url_for(".pay", order_id=order_id), 303)
    return redirect(url_for(".paid" if now is OrderState.PAID else ".order", order_id=order_id), 303)


@bp.get("/orders/<uuid:order_id>/paid")
@policy(Permission.STUDY)
def paid(order_id: UUID) -> ResponseReturnValue:
    """支付成功: says that it returns to the portal by itself, and does (N-28)."""
    found = queries.view_order(current_ctx(), order_id).order
    if found.state != OrderState.PAID:
        return redirect(url_for(".order", order_id=order_id))
    onward = address("course.training") or url_for(".orders")
    return page("payment/paid.html", order=found, onward=onward)


@bp.get("/payment/back")
@policy(PUBLIC)
def back() -> ResponseReturnValue:
    """Where the provider leads the payer's phone, which is seldom the browser that is signed in."""
    if current_ctx().actor.person_id is not None:
        return redirect(url_for(".orders"))
    return page("payment/back.html")


@bp.route("/orders/<uuid:order_id>/cancel", methods=["GET", "POST"])
@policy(Permission.STUDY)
def cancel(order_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    if request.method == "POST":
        now = service.cancel_order(ctx, order_id)
        flash(_("订单已取消，所选的培训周期可以重新选择。") if now is OrderState.CLOSED
              else _("这个订单刚刚支付成功，没有取消。"), "done")
        return redirect(url_for(".order", order_id=order_id), 303)
    found = queries.view_order(ctx, order_id).order
    return page("payment/leave.html", title=_("取消订单"), label=_("取消订单"), cancel_label=_("保留订单"),
                text=_("确定要取消订单 %(number)s 吗？取消后可以重新选择培训周期。", number=found.number),
                notes=_notes(ctx, found, leaving=True), action=url_for(".cancel", order_id=order_id),
                cancel=url_for(".order", order_id=order_id))


@bp.route("/orders/<uuid:order_id>/refund", methods=["GET", "POST"])
@policy(Permission.STUDY)
def refund(order_id: UUID) -> ResponseReturnValue:
    """The whole amount while nothing was studied (A.7)."""
    ctx = current_ctx()
    if request.method == "POST":
        refunds.refund_own(ctx, order_id)
        flash(_("已申请全额退款，款项将原路退回。"), "done")
        return redirect(url_for(".order", order_id=order_id), 303)
    found = queries.view_order(ctx, order_id).order
    problems = refunds.refund_problems(ctx, found)
    if problems:
        flash(problems[0].sentence, "stop")
        return redirect(url_for(".order", order_id=order_id))
    return page("payment/leave.html", title=_("申请退款"), label=_("申请退款"), cancel_label=_("取消"),
                text=_("订单 %(number)s 将全额退款，课程不能再学习。", number=found.number),
                notes=_notes(ctx, found, leaving=True), action=url_for(".refund", order_id=order_id),
                cancel=url_for(".order", order_id=order_id))


@bp.route("/orders/<uuid:order_id>/invoice", methods=["GET", "POST"])
@policy(Permission.STUDY)
def invoice(order_id: UUID) -> ResponseReturnValue:
    """自行申请电子发票 (N-29)."""
    ctx = current_ctx()
    view = queries.view_order(ctx, order_id)
    invoices.must_be_offered(ctx)
    held = view.invoice
    form = Form(InvoiceSchema(), request, {"title": held.title, "tax_number": held.tax_number,
                                           "email": held.email} if held else {"title": ctx.actor.name})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            invoices.request_invoice(ctx, order_id, asked.title, asked.tax_number, asked.email)
        except DomainError as error:
            form.fail(error)
            ctx.rollback()
        else:
            flash(_("已提交发票申请，开具后发到您填写的邮箱。"), "done")
            return redirect(url_for(".order", order_id=order_id), 303)
    return page("payment/invoice.html", order=view.order, form=form, status=form.status,
                invoice_note=ctx.text("invoice_note"))


@bp.post("/payment/notices/<provider>")
@policy(SIGNED)
@trail_exempt("a notice that has an effect or is refused leaves a row of its own; a repeat changes nothing")
def notice(provider: str) -> ResponseReturnValue:
    """The provider's notices: proven by their signature, answered with success also when repeated (R15)."""
    request.max_content_length = NOTICE_BYTES
    notices.receive(current_ctx(), provider, dict(request.headers), request.get_data())
    return jsonify(code="SUCCESS")
