"""Pages of the institution: 收款确认, the voucher back, refunds (ZJ-25, A.7); and what both sides take from an order."""
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, DomainError, NotFound
from core.api.documents import PDF
from core.api.payment import yuan
from core.api.sheets import XLSX
from core.api.store import Id
from core.api.web import Form, Permission, current_ctx, page, page_in, policy

from plugins.zhejiang import parties
from plugins.zhejiang.order import confirming, queries, receipts
from plugins.zhejiang.order.models import BatchOrder, VoucherPicture
from plugins.zhejiang.order.schemas import ReasonSchema
from plugins.zhejiang.order.showing import PEOPLE, shown
from plugins.zhejiang.order.states import State


def add(bp: Blueprint) -> None:
    """The views of the institution, on the room's blueprint."""
    bp.add_url_rule("/at/<uuid:order_id>", "desk", desk)
    bp.add_url_rule("/at/<uuid:order_id>/confirm", "confirm", confirm, methods=["POST"])
    for name, view in (("send_back", send_back), ("refund", refund), ("surplus", surplus),
                       ("transferred", transferred)):
        bp.add_url_rule(f"/at/<uuid:order_id>/{name.replace('_', '-')}", name, view, methods=["GET", "POST"])
    bp.add_url_rule("/at/<uuid:order_id>/people/<uuid:candidate_id>/take-out", "take_out", take_out,
                    methods=["GET", "POST"])
    bp.add_url_rule("/pictures/<uuid:picture_id>", "picture", picture)
    bp.add_url_rule("/at/<uuid:order_id>/pictures/<uuid:picture_id>", "picture_at", picture_at)
    bp.add_url_rule("/<uuid:order_id>/list/<kind>", "receipt", receipt, methods=["POST"])
    bp.add_url_rule("/at/<uuid:order_id>/list/<kind>", "receipt_at", receipt_at, methods=["POST"])


@policy(Permission.REVIEW_INSTITUTION)
def desk(order_id: UUID) -> ResponseReturnValue:
    """Headcount, fees, voucher and what the guard found, beside each other."""
    ctx = current_ctx()
    one = shown(ctx, parties.institution_order(ctx, order_id))
    people = page_in(one.people, request.args, PEOPLE)
    return page("zhejiang/order/desk.html", one=one, page=people, cards=queries.cards(ctx, people.items))


@policy(Permission.REVIEW_INSTITUTION)
def confirm(order_id: UUID) -> ResponseReturnValue:
    """确认收款 → 【报名状态】为“已报名” (ZJ-25)."""
    ctx = current_ctx()
    found = parties.institution_order(ctx, order_id)
    try:
        confirming.confirm(ctx, found, _version())
    except DomainError as error:
        ctx.rollback()
        for sentence in dict.fromkeys((error.sentence + error.hint, *(one.sentence for one in error.problems))):
            flash(sentence, "stop")
    else:
        flash(_("已确认收款，学员的报名状态为“已报名”。"), "done")
    return redirect(url_for(".desk", order_id=order_id), 303)


def _version() -> int:
    typed = request.form.get("version", "") or request.args.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


@policy(Permission.REVIEW_INSTITUTION)
def send_back(order_id: UUID) -> ResponseReturnValue:
    """退回凭证, with a reason that the enterprise reads."""
    return _with_reason(order_id, _("退回凭证"), _("企业按您写的原因修改凭证，再次提交。"),
                        lambda ctx, found, why: confirming.send_back(ctx, found, _version(), why), _("凭证已退回企业。"))


@policy(Permission.REVIEW_INSTITUTION)
def refund(order_id: UUID) -> ResponseReturnValue:
    """整单退费."""
    return _with_reason(
        order_id, _("整单退费"), _("款项退还企业后，订单里的学员不再是已报名。线上支付的由支付机构原路退回；"
                               "汇款、转账的，请先按凭证上的退款账户退款，再在这里登记。"),
        confirming.refund, _("已办理整单退费。"))


@policy(Permission.REVIEW_INSTITUTION)
def surplus(order_id: UUID) -> ResponseReturnValue:
    """退还多缴款 (P-22)."""
    return _with_reason(order_id, _("退还多缴款"), _("请先按凭证上的退款账户退还多缴的款项，再在这里登记。"),
                        confirming.give_surplus_back, _("已登记退还多缴款。"))


@policy(Permission.REVIEW_INSTITUTION)
def transferred(order_id: UUID) -> ResponseReturnValue:
    """The provider did not give it back; the institution did."""
    return _with_reason(order_id, _("登记转账退款"), _("支付机构没有受理退款。请按退款账户转账退还，再在这里登记。"),
                        confirming.gave_back_instead, _("已登记退款。"))


@policy(Permission.REVIEW_INSTITUTION)
def take_out(order_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """个别学员退费: the rest of the order goes on."""
    ctx = current_ctx()
    found = parties.institution_order(ctx, order_id)
    one = next((one for one in shown(ctx, found).living if one.candidate.id == candidate_id), None)
    if one is None:
        raise NotFound("member", _("这位学员不在这个订单里。"))
    name = queries.cards(ctx, [one])[candidate_id].name
    facts = {"name": name, "post": one.post, "fee": yuan(one.member.fee_fen)}
    text = _("%(name)s（%(post)s，收费 %(fee)s）退出订单，不再是已报名。请先按凭证上的退款账户退款，再在这里登记。", **facts) \
        if found.state == State.CONFIRMED else _(
            "%(name)s（%(post)s，收费 %(fee)s）退出订单，不随这个订单报名。确认收款后，多缴的款项用“退还多缴款”退回。", **facts)
    return _with_reason(order_id, _("个别学员退费"), text,
                        lambda ctx, order, why: confirming.take_out(ctx, order, candidate_id, why),
                        _("已登记，%(name)s不再在这个订单里。", name=name))


def _with_reason(order_id: Id, title: str, text: str, act: Callable[[Ctx, BatchOrder, str], object],
                 done: str) -> ResponseReturnValue:
    """The question with its reason, and the deed once it is answered."""
    ctx = current_ctx()
    found = parties.institution_order(ctx, order_id)
    form = Form(ReasonSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            act(ctx, found, asked.reason)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(done, "done")
            return redirect(url_for(".desk", order_id=order_id), 303)
    return page("zhejiang/order/reason.html", title=title, text=text, form=form, version=_version(),
                back=url_for(".desk", order_id=order_id), status=form.status)


@policy(Permission.ENROLL_STAFF)
def picture(picture_id: UUID) -> ResponseReturnValue:
    """A picture to its own enterprise."""
    ctx = current_ctx()
    found = _picture(ctx, picture_id)
    parties.enterprise_order(ctx, found.order_id)
    return _bytes(ctx, found)


@policy(Permission.REVIEW_INSTITUTION)
def picture_at(order_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """A picture to the institution that confirms."""
    ctx = current_ctx()
    order, found = parties.institution_order(ctx, order_id), _picture(ctx, picture_id)
    if found.order_id != order.id:
        raise _missing()
    return _bytes(ctx, found)


def _picture(ctx: Ctx, picture_id: Id) -> VoucherPicture:
    found = ctx.db.get(VoucherPicture, picture_id)
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound("picture", _("没有找到这张凭证，可能已经删除。"))


def _bytes(ctx: Ctx, found: VoucherPicture) -> Response:
    return Response(ctx.blobs.get(found.blob_key), mimetype=PDF if found.pdf else "image/jpeg",
                    headers={"Cache-Control": "no-store"})


@policy(Permission.ENROLL_STAFF)
def receipt(order_id: UUID, kind: str) -> ResponseReturnValue:
    """订单清单 for the enterprise's books."""
    ctx = current_ctx()
    return _receipt(ctx, parties.enterprise_order(ctx, order_id), kind)


@policy(Permission.REVIEW_INSTITUTION)
def receipt_at(order_id: UUID, kind: str) -> ResponseReturnValue:
    """The same for the institution."""
    ctx = current_ctx()
    return _receipt(ctx, parties.institution_order(ctx, order_id), kind)


def _receipt(ctx: Ctx, order: BatchOrder, kind: str) -> ResponseReturnValue:
    if kind not in ("xlsx", "pdf"):
        raise NotFound("kind", _("没有这种格式。请返回订单，下载 xlsx 或 pdf。"))
    one = shown(ctx, order)
    data = receipts.sheet(ctx, one) if kind == "xlsx" else receipts.pdf(ctx, one)
    ctx.record("zhejiang.order_list", one.core.number, kind=kind, people=len(one.people))
    return Response(data, mimetype=XLSX if kind == "xlsx" else PDF, headers={
        "Content-Disposition": f'attachment; filename="order-{one.core.number}.{kind}"', "Cache-Control": "no-store"})
