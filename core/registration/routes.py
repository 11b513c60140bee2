"""Pages of registration and of the resource library's door (N-08 … N-10, N-14 … N-18)."""
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import PUBLIC, Permission, policy
from core.base.errors import DomainError
from core.identity import current_person, password_is_initial
from core.identity.widgets import (
    ImageView,
    device,
    device_token,
    image_view,
    know_device,
    remember,
    wants_code,
    wants_renewal,
)
from core.presence import grounds_text
from core.registration import filing, papers, service
from core.registration.codes import send_part
from core.registration.schemas import RegisterAsked, RegisterSchema
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form

bp = Blueprint("registration", __name__, template_folder="templates")
filing.add_pages(bp)
papers.add_pages(bp)


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.route("/register", methods=["GET", "POST"])
@policy(PUBLIC)
def register() -> ResponseReturnValue:
    """学员账号注册 (N-08); where the centre makes all accounts beforehand, the way to sign in (BJ-05, X-06)."""
    ctx = current_ctx()
    if service.made_by_centre(ctx):
        return page("registration/closed.html", status=200 if request.method == "GET" else 403,
                    tip=ctx.rules().texts.sign_in_tip)
    form = Form(RegisterSchema(), request)
    form.submitted()
    if wants_code():
        sent = send_part(ctx, form, lambda asked: service.send_registration_code(
            ctx, phone=asked.phone, image_id=asked.image_id, image_code=asked.image_code))
        return sent.answer or _register_page(ctx, form, sent.image, sent.sentence)
    if request.method == "POST" and not wants_renewal() and (asked := form.load()) is not None:
        try:
            made = service.register(ctx, service.Registration(
                asked.name, asked.id_number, asked.id_number_again, asked.phone, asked.sms_code, device(),
                device_token()))
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            remember(made.token)
            flash(_("注册成功。请完善基本信息并上传照片。"), "done")
            answer = redirect(url_for(".basics"), 303)
            return know_device(answer, made.device_token) if made.device_token else answer
    return _register_page(ctx, form, image_view(ctx))


def _register_page(ctx: Ctx, form: Form[RegisterAsked], image: ImageView, sent: str = "") -> Response:
    return page("registration/register.html", status=form.status, form=form, image=image, sent=sent,
                tip=ctx.rules().texts.registration_tip)


@bp.get("/register/photo-example")
@policy(PUBLIC)
def photo_example() -> Response:
    """查看示例 (N-15): what a good photo looks like, and what is refused."""
    rules = current_ctx().rules()
    return page("registration/photo_example.html", photo=rules.photo, texts=rules.texts,
                grounds=grounds_text(rules.photo))


@bp.route("/library", methods=["GET", "POST"])
@policy(Permission.STUDY)
def library() -> ResponseReturnValue:
    """学员入口 with 【立即注册】: name, number, phone and photo to check, then the (L) account opens (N-14, N-15)."""
    ctx = current_ctx()
    person = current_person(ctx)
    if person.portal_opened_at is not None:
        return redirect(url_for(".opened"), 303)
    refused = ""
    if request.method == "POST":
        try:
            service.open_library(ctx, person)
        except DomainError as error:
            ctx.rollback()
            refused = error.sentence
        else:
            return redirect(url_for(".opened"), 303)
    return page("registration/library.html", status=422 if refused else 200, person=person, rules=ctx.rules(),
                missing=refused or service.missing_for_library(person))


@bp.get("/library/opened")
@policy(Permission.STUDY)
def opened() -> ResponseReturnValue:
    """N-17: the sentence to the letter and the advice; goes on to 获取本人所有证书信息 (N-18)."""
    ctx = current_ctx()
    person = current_person(ctx)
    if person.portal_opened_at is None:
        return redirect(url_for(".library"))
    return page("registration/opened.html", person=person, texts=ctx.rules().texts,
                initial=password_is_initial(ctx, person))
