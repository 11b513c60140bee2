"""继续教育, choosing certificate × year, 购物车 (N-18 … N-27, N-50)."""
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.base.errors import DomainError
from core.cycle import queries, service
from core.cycle.rules import period
from core.cycle.states import EnrollmentState
from core.cycle.words import STATE_TONES, STATE_WORDS, choice_of
from core.identity import current_person
from core.registry import PullState, hours_on_record, latest_pull
from core.web import JianxueFlask, current_ctx, once, page
from core.web.navigation import badge
from core.web.navigation import address

bp = Blueprint("cycle", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    badge(app, "cart", queries.IN_CART)


@bp.context_processor
def words() -> dict[str, object]:
    return {"STATE_WORDS": STATE_WORDS, "STATE_TONES": STATE_TONES, "period": period,
            "EnrollmentState": EnrollmentState, "PullState": PullState}


@bp.get("/education")
@policy(Permission.STUDY)
def education() -> ResponseReturnValue:
    """继续教育 (N-50): where to study, what is on record, what one is enrolled for."""
    ctx = current_ctx()
    person = current_person(ctx)
    rows = queries.enrollments_of(ctx, person.id)
    return page("cycle/education.html", path=queries.order_path(ctx, person.id),
                institutions={row.id: queries.institution_name(ctx, row) for row in rows},
                hint=ctx.text("continuing_hint", url=ctx.rules().portal.library_banner_url),
                hours=hours_on_record(ctx, person), rows=rows, training=address("course.training"),
                library=address("course.training" if person.portal_opened_at else "registration.library"),
                library_name=ctx.rules().portal.library_name, library_url=ctx.rules().portal.library_url,
                reasons={row.id: queries.exemption_sentence(ctx, row.year, queries.due_of(row)) for row in rows})


@bp.route("/education/choose", methods=["GET", "POST"])
@policy(Permission.STUDY)
def choose() -> ResponseReturnValue:
    """选择相应证书, 选择培训周期 (N-18, N-22, N-27)."""
    ctx = current_ctx()
    person = current_person(ctx)
    error: DomainError | None = None
    if not queries.order_path(ctx, person.id).self_enrollment and request.method == "GET":
        return redirect(url_for("organization.institutions"))
    if request.method == "POST":
        try:
            rows = service.choose(ctx, person, [choice_of(text) for text in request.form.getlist("choice")])
            others_pay = service.submit_unpaid(ctx, person, rows)
        except DomainError as refused:
            if refused.status == 404:
                raise
            ctx.rollback()
            person, error = current_person(ctx), refused
        else:
            return _enrolled() if others_pay else redirect(url_for(".cart"), 303)
    return page("cycle/choose.html", status=error.status if error else 200, error=error,
                choices=queries.choices(ctx, person), pull=latest_pull(ctx, person),
                tip=ctx.text("cycle_tip"),
                fen=None if "cart" in ctx.rules().portal.menu_without else ctx.rules().payment.continuing_fen,
                picked=set(request.form.getlist("choice")))


def _enrolled() -> ResponseReturnValue:
    flash(_("报名成功，可以开始学习。"), "done")
    return redirect(address("course.training") or url_for(".education"), 303)


@bp.get("/education/cart")
@policy(Permission.STUDY)
def cart() -> ResponseReturnValue:
    """购物车 (N-19): what was chosen, with hours, reason and price, before it is submitted."""
    ctx = current_ctx()
    if not queries.own_path(ctx).self_enrollment:
        return redirect(url_for(".education"))
    lines = queries.cart(ctx, current_person(ctx).id)
    return page("cycle/cart.html", lines=lines, total=sum(line.fen for line in lines), tip=ctx.text("cycle_tip"))


@bp.post("/education/cart/<uuid:enrollment_id>/drop")
@policy(Permission.STUDY)
def drop(enrollment_id: UUID) -> ResponseReturnValue:
    ctx = current_ctx()
    service.drop_choice(ctx, current_person(ctx).id, enrollment_id)
    flash(_("已从购物车移除。"), "done")
    return redirect(url_for(".cart"), 303)


@bp.get("/education/submit")
@policy(Permission.STUDY)
def confirm() -> ResponseReturnValue:
    """提示: “您即将购买岗位为【资料员】的【正常周期】课程”, 确定 or 取消 (N-26)."""
    ctx = current_ctx()
    lines = queries.cart(ctx, current_person(ctx).id)
    if not lines:
        return redirect(url_for(".cart"))
    return page("cycle/confirm.html", title=_("提示"), lines=lines, action=url_for(".submit"),
                cancel=url_for(".cart"), label=_("确定"))


@bp.post("/education/submit")
@once
@policy(Permission.STUDY)
def submit() -> ResponseReturnValue:
    """系统自动生成课程订单 (N-27)."""
    ctx = current_ctx()
    try:
        order = service.submit(ctx, current_person(ctx))
    except DomainError as error:
        ctx.rollback()
        lines = queries.cart(ctx, current_person(ctx).id)
        return page("cycle/cart.html", status=error.status, lines=lines, total=sum(line.fen for line in lines),
                    tip=ctx.text("cycle_tip"), error=error)
    if order is None:
        return _enrolled()
    flash(_("课程订单已生成，请付款。"), "done")
    return redirect(url_for("payment.order", order_id=order.id), 303)
