"""Pages of what is asked for before the first study: ID card, and one's word that the phone is right (BJ-06)."""
from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import SIGNED_IN, Permission, policy
from core.base.errors import DomainError
from core.identity import SIDE_TEXTS, Side, confirm_phone, current_person, scans_of
from core.registration import scans
from core.registration.readiness import next_need
from core.registration.schemas import ConfirmPhoneSchema, ScansAsked, ScansSchema, bytes_of
from core.tenancy import Ctx
from core.web import current_ctx, page
from core.web.forms import Form
from core.web.helping import whom_to_ask
from core.web.navigation import address


def add_pages(bp: Blueprint) -> None:
    """Put these pages onto the flow's blueprint."""
    bp.add_url_rule("/record/scans", view_func=scans_page, methods=["GET", "POST"])
    bp.add_url_rule("/record/scans/<token>.jpg", view_func=scan)
    bp.add_url_rule("/record/phone/confirm", view_func=confirm_phone_page, methods=["POST"])


def onward(ctx: Ctx) -> str:
    """The next thing that is still asked for, else 我的培训."""
    need = next_need(ctx, current_person(ctx))
    return need.url if need else address("course.training") or url_for("registration.record")


@policy(Permission.STUDY)
def scans_page() -> ResponseReturnValue:
    """上传身份证正反面: two pictures from camera or file, replaceable until study begins."""
    ctx = current_ctx()
    if not ctx.rules().account.id_scans:
        abort(404)
    form: Form[ScansAsked] = Form(ScansSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            pictures = scans.clean({side: bytes_of(getattr(asked, side.value), scans.MOST_BYTES) for side in Side})
            scans.keep(ctx, current_person(ctx), pictures)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("身份证照片已上传。"), "done")
            return redirect(onward(ctx), 303)
    person = current_person(ctx)
    shown = {Side(one.side): scans.address_of(ctx, one) for one in scans_of(ctx, person)}
    return page("registration/scans.html", status=form.status, form=form, shown=shown, words=SIDE_TEXTS,
                ask=whom_to_ask(ctx), open=scans.may_replace(person), minutes=scans.LOOK_MINUTES)


@policy(SIGNED_IN)
def scan(token: str) -> Response:
    """One side of an ID card, at an address that was made for this account minutes ago."""
    return Response(scans.look_at(current_ctx(), token), mimetype="image/jpeg")


@policy(Permission.STUDY)
def confirm_phone_page() -> ResponseReturnValue:
    """手机号正确: ticked by the trainee, who has looked at it."""
    ctx = current_ctx()
    form: Form[dict[str, object]] = Form(ConfirmPhoneSchema(), request)
    form.submitted()
    if form.load() is None:
        flash(_("请先看清手机号，正确就在“手机号正确”前打勾，再点“确认”。"), "stop")
        return redirect(url_for("registration.record", _anchor="phone"), 303)
    confirm_phone(ctx, current_person(ctx))
    flash(_("手机号已确认。"), "done")
    return redirect(onward(ctx), 303)
