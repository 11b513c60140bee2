"""Pages of an enterprise's orders: choose, look at the sum, generate, pay, voucher (ZJ-21 … ZJ-24)."""
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Conflict, Ctx, DomainError, NotFound, Refused, local_date
from core.api.documents import clean_scan
from core.api.organization import institution_of, parties_of, post_names
from core.api.payment import (
    CHANNEL_WORDS,
    Channel,
    OrderState,
    begin_payment,
    check_order,
    code_picture,
    own_attempt,
)
from core.api.people import cards_of
from core.api.store import Id
from core.api.web import Form, JianxueFlask, Permission, current_ctx, once, page, page_in, policy

from plugins.zhejiang import parties
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.order import deciding_routes, queries, service, vouchers
from plugins.zhejiang.order.models import BatchOrder
from plugins.zhejiang.order.rules import headcount, lines
from plugins.zhejiang.order.schemas import PictureAsked, PictureSchema, VoucherSchema, prefilled
from plugins.zhejiang.order.showing import PEOPLE, shown, words
from plugins.zhejiang.order.states import MENDABLE

bp = Blueprint("zj_order", __name__, template_folder="../templates", url_prefix="/zj/order")
bp.context_processor(words)
deciding_routes.add(bp)


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/choose")
@policy(Permission.ENROLL_STAFF)
def choose() -> ResponseReturnValue:
    """At which institution reviewed people wait to be ordered (ZJ-21)."""
    ctx = current_ctx()
    counts = queries.reviewed_by_institution(ctx, parties.own_enterprise(ctx).id)
    if len(counts) == 1:
        return redirect(url_for(".new", institution_id=next(iter(counts))))
    return page("zhejiang/order/choose.html", counts=counts, institutions=parties_of(ctx, counts))


@dataclass(frozen=True)
class Group:
    """A batch with its people who can be ordered."""

    batch: Batch
    post: str
    people: Sequence[tuple[Candidate, str]]


@bp.route("/new/<uuid:institution_id>", methods=["GET", "POST"])
@once
@policy(Permission.ENROLL_STAFF)
def new(institution_id: UUID) -> ResponseReturnValue:
    """Who goes into the order; then 人数 × 培训方式 × 收费标准; then the order (ZJ-21, ZJ-22)."""
    ctx = current_ctx()
    firm, error = parties.own_enterprise(ctx), None
    if request.method == "POST":
        try:
            if request.form.get("step") == "make":
                order = service.generate(ctx, firm, institution_id, _ids(request.form.get("people", "").split(",")),
                                         int(request.form.get("expected", "0") or 0))
                flash(_("订单已生成。请按下面的方式缴费，缴费后录入凭证。"), "done")
                return redirect(url_for(".order", order_id=order.id), 303)
            return _preview(ctx, firm.id, institution_id)
        except DomainError as refused:
            ctx.rollback()
            error, firm = refused, parties.own_enterprise(ctx)
    groups = _groups(ctx, queries.reviewed(ctx, firm.id, institution_id))
    return page("zhejiang/order/new.html", institution=institution_of(ctx, institution_id), groups=groups, error=error,
                status=error.status if error else 200)


def _ids(typed: Sequence[str]) -> list[Id]:
    try:
        return [UUID(one) for one in typed if one]
    except ValueError:
        raise Refused("unclear", _("没有看懂所选的学员，请返回重新选择。")) from None


def _preview(ctx: Ctx, enterprise_id: Id, institution_id: Id) -> ResponseReturnValue:
    """The lines and the sum of whom the page's boxes name: whole batches, without those who are to wait."""
    batches, out = set(_ids(request.form.getlist("batch"))), set(_ids(request.form.getlist("without")))
    chosen = [one for one in queries.reviewed(ctx, enterprise_id, institution_id)
              if one.batch_id in batches and one.id not in out]
    if not chosen:
        raise Refused("nobody", _("请至少选择一位学员。"))
    priced = service.price(ctx, chosen)
    found = lines(priced.values())
    return page("zhejiang/order/preview.html", institution=institution_of(ctx, institution_id), lines=found,
                people=",".join(str(one.id) for one in chosen), count=len(chosen),
                total=sum(line.sum_fen for line in found), left=len(out))


def _groups(ctx: Ctx, found: Sequence[Candidate]) -> list[Group]:
    cards, names = cards_of(ctx, {one.person_id for one in found}), post_names(ctx)
    made = []
    for batch_id in dict.fromkeys(one.batch_id for one in found):
        batch = ctx.db.get_one(Batch, batch_id)
        made.append(Group(batch, names[batch.post_id], [
            (one, cards[one.person_id].name) for one in found if one.batch_id == batch_id]))
    return made


@bp.get("/<uuid:order_id>")
@policy(Permission.ENROLL_STAFF)
def order(order_id: UUID) -> ResponseReturnValue:
    """报名订单: what to do next, lines, people, what happened."""
    ctx = current_ctx()
    one = shown(ctx, parties.enterprise_order(ctx, order_id))
    people = page_in(one.people, request.args, PEOPLE)
    return page("zhejiang/order/order.html", one=one, page=people, cards=queries.cards(ctx, people.items),
                channels=_channels(ctx), channel_words=CHANNEL_WORDS)


def _channels(ctx: Ctx) -> list[Channel]:
    return [Channel(name) for name in ctx.rules().payment.channels]


@bp.route("/<uuid:order_id>/cancel", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def cancel(order_id: UUID) -> ResponseReturnValue:
    """Before payment; its people can be ordered again."""
    ctx = current_ctx()
    found = parties.enterprise_order(ctx, order_id)
    if request.method == "POST":
        service.cancel(ctx, parties.own_enterprise(ctx), found)
        flash(_("订单已取消，学员可以重新生成订单。"), "done")
        return redirect(url_for(".order", order_id=order_id), 303)
    return page("ui/confirm.html", title=_("取消订单"), console=True, kind="danger", label=_("取消订单"),
                text=_("确定要取消订单 %(number)s 吗？尚未缴费的才能取消，学员回到“已审核”，可以重新生成订单。",
                       number=queries.core_order(ctx, found).number),
                action=url_for(".cancel", order_id=order_id), cancel=url_for(".order", order_id=order_id))


@bp.route("/<uuid:order_id>/split", methods=["GET", "POST"])
@once
@policy(Permission.ENROLL_STAFF)
def split(order_id: UUID) -> ResponseReturnValue:
    """拆分: some of its people go into a new order (ZJ-21)."""
    ctx = current_ctx()
    found, error = parties.enterprise_order(ctx, order_id), None
    if request.method == "POST":
        try:
            made = service.split(ctx, parties.own_enterprise(ctx), found, _ids(request.form.getlist("people")))
            flash(_("已拆分。这是新的订单，原订单里是其余的学员。"), "done")
            return redirect(url_for(".order", order_id=made.id), 303)
        except DomainError as refused:
            ctx.rollback()
            error, found = refused, parties.enterprise_order(ctx, order_id)
    one = shown(ctx, found)
    return page("zhejiang/order/split.html", one=one, cards=queries.cards(ctx, one.living), error=error,
                status=error.status if error else 200)


@bp.post("/<uuid:order_id>/pay")
@policy(Permission.ENROLL_STAFF)
def pay(order_id: UUID) -> ResponseReturnValue:
    """线上直接支付, where the institution offers it (ZJ-23): a code of the provider for the whole order."""
    ctx = current_ctx()
    one = shown(ctx, parties.enterprise_order(ctx, order_id))
    payer_id, core_id, online = one.core.payer_organization_id, one.core.id, one.online
    ctx.rollback()
    channel = next((known for known in _channels(ctx) if known == request.form.get("channel")), None)
    if not online or channel is None:
        raise Refused("channel", _("培训机构没有开通这种支付方式，请换一种。"))
    attempt = begin_payment(ctx, core_id, channel, url_for("payment.back", _external=True), organization_id=payer_id)
    return redirect(url_for(".code", order_id=order_id, attempt_id=attempt), 303)


@bp.get("/<uuid:order_id>/pay/<uuid:attempt_id>")
@policy(Permission.ENROLL_STAFF)
def code(order_id: UUID, attempt_id: UUID) -> ResponseReturnValue:
    """The code to scan."""
    ctx = current_ctx()
    core = queries.core_order(ctx, parties.enterprise_order(ctx, order_id))
    attempt = own_attempt(ctx, core, attempt_id)
    if attempt is None:
        raise NotFound("attempt", _("没有找到这次支付。"))
    if not attempt.code_url or attempt.expires_at <= ctx.now or core.state != OrderState.UNPAID:
        return redirect(url_for(".order", order_id=order_id))
    return page("zhejiang/order/code.html", order_id=order_id, attempt=attempt, picture=code_picture(attempt),
                now=ctx.now, channel=CHANNEL_WORDS[Channel(attempt.channel)])


@bp.get("/<uuid:order_id>/state")
@policy(Permission.ENROLL_STAFF)
def state(order_id: UUID) -> ResponseReturnValue:
    """What the waiting page asks every two seconds."""
    ctx = current_ctx()
    return jsonify(state=queries.core_order(ctx, parties.enterprise_order(ctx, order_id)).state)


@bp.post("/<uuid:order_id>/check")
@policy(Permission.ENROLL_STAFF)
def check(order_id: UUID) -> ResponseReturnValue:
    """我已付款: the provider itself is asked."""
    ctx = current_ctx()
    core = queries.core_order(ctx, parties.enterprise_order(ctx, order_id))
    core_id, payer_id = core.id, core.payer_organization_id
    ctx.rollback()
    now = check_order(ctx, core_id, organization_id=payer_id)
    if request.is_json:
        return jsonify(state=now)
    if now is OrderState.UNPAID:
        flash(_("支付机构还没有收到这笔付款。如果刚刚付款，请稍等片刻再查询，不要重复付款。"), "active")
    return redirect(url_for(".order", order_id=order_id), 303)


@bp.route("/<uuid:order_id>/voucher", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def voucher(order_id: UUID) -> ResponseReturnValue:
    """录入汇款凭证: pictures first, then what they show (ZJ-24)."""
    ctx = current_ctx()
    found = parties.enterprise_order(ctx, order_id)
    form = Form(VoucherSchema(), request, _values(ctx, found))
    if form.submitted() and (asked := form.load()) is not None:
        try:
            vouchers.submit(ctx, found, asked)
        except DomainError as error:
            form.fail(error)
            ctx.rollback()
            found = parties.enterprise_order(ctx, order_id)
        else:
            flash(_("凭证已提交，等待培训机构确认收款。确认前可以修改。"), "done")
            return redirect(url_for(".order", order_id=order_id), 303)
    return _voucher_page(ctx, found, form=form)


def _voucher_page(ctx: Ctx, found: BatchOrder, form: Form[vouchers.Statement],
                  picture_form: Form[PictureAsked] | None = None) -> ResponseReturnValue:
    one = shown(ctx, found)
    if found.state not in MENDABLE:
        raise Conflict("order_" + found.state, _("机构已经确认收款，或订单已经结束，凭证不能再修改。"))
    asked = picture_form or Form(PictureSchema())
    return page("zhejiang/order/voucher.html", one=one, form=form, picture_form=asked, most=vouchers.MOST_PICTURES,
                status=max(form.status, asked.status))


def _values(ctx: Ctx, found: BatchOrder) -> dict[str, object]:
    """The newest version; else what most enterprises would write."""
    one = shown(ctx, found)
    if (last := one.voucher) is not None:
        return {"payer_name": last.payer_name, "paid": _yuan(last.paid_fen), "paid_on": last.paid_on,
                "reference": last.reference, "invoice_title": last.invoice_title, "tax_number": last.tax_number,
                "statement": last.statement, "refund_bank": last.refund_bank, "refund_account": last.refund_account,
                "explanation": last.explanation}
    return {"payer_name": one.firm.name, "paid": _yuan(one.core.total_fen), "paid_on": local_date(ctx.now),
            "invoice_title": one.firm.name, "tax_number": one.firm.credit_code,
            "statement": prefilled(headcount(one.lines))}


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@bp.post("/<uuid:order_id>/pictures")
@policy(Permission.ENROLL_STAFF)
def add_picture(order_id: UUID) -> ResponseReturnValue:
    """One more picture; read before the database is held."""
    form = Form(PictureSchema(), request)
    ctx = current_ctx()
    if form.submitted() and (asked := form.load()) is not None:
        data = asked.picture.read()
        try:
            clean = clean_scan(data, field="picture")
            vouchers.add_picture(ctx, parties.enterprise_order(ctx, order_id), asked.picture.filename or "",
                                 vouchers.digest_of(data), clean)
        except DomainError as error:
            if error.status == NotFound.status:
                raise
            form.fail(error)
            ctx.rollback()
        else:
            flash(_("凭证图片已上传。"), "done")
            return redirect(url_for(".voucher", order_id=order_id), 303)
    found = parties.enterprise_order(ctx, order_id)
    return _voucher_page(ctx, found, Form(VoucherSchema(), None, _values(ctx, found)), form)


@bp.post("/<uuid:order_id>/pictures/<uuid:picture_id>/remove")
@policy(Permission.ENROLL_STAFF)
def remove_picture(order_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    vouchers.remove_picture(ctx, parties.enterprise_order(ctx, order_id), picture_id)
    flash(_("已删除这张凭证。"), "done")
    return redirect(url_for(".voucher", order_id=order_id), 303)
