"""Sign-in, password and session pages (N-05, N-17, A.7)."""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import PUBLIC, SIGNED_IN, Policy, policy
from core.base.errors import DomainError, NotFound
from core.identity import devices, proving, reset, service
from core.identity.accounts import phone_of
from core.identity.codes import image_of
from core.identity.models import Account
from core.identity.queries import load_actor, sessions_of
from core.identity.rules import TAB_TEXTS, Tab, code_wanted, safe_next
from core.identity.schemas import (
    ChangePasswordSchema,
    ChangeWithCodeSchema,
    CodeOnlyAsked,
    DeviceCodeSchema,
    FirstPasswordSchema,
    ForgottenSchema,
    GivenPasswordSchema,
    PasswordAsked,
    PersonSignInSchema,
    SignInAsked,
    StaffSignInSchema,
)
from core.identity.widgets import (
    by_script,
    code_answer,
    device,
    device_token,
    forget,
    home,
    image_view,
    know_device,
    remember,
    wants_code,
    wants_renewal,
)
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form, FormSchema
from core.web.shell import register_address

bp = Blueprint("identity", __name__, template_folder="templates")
FULLY_SIGNED_IN = Policy("fully_signed_in")
SENT = _l("如果身份证号与手机号和登记的一致，短信验证码已发送到该手机，几分钟内有效。")


def install(app: JianxueFlask) -> None:
    app.load_actor = load_actor
    app.register_blueprint(bp)


@bp.route("/sign-in", methods=["GET", "POST"])
@policy(PUBLIC)
def sign_in() -> ResponseReturnValue:
    ctx = current_ctx()
    back = safe_next(request.values.get("next"))
    if request.method == "GET" and ctx.actor.signed_in and not ctx.actor.restricted:
        return redirect(back or home())
    tab = _tab()
    schema: FormSchema[SignInAsked] = PersonSignInSchema() if tab is Tab.PERSON else StaffSignInSchema()
    form = Form(schema, request)
    if form.submitted() and not wants_renewal() and (asked := form.load()) is not None:
        try:
            signed_in = service.sign_in(ctx, service.Attempt(
                tab, asked.name if tab is Tab.PERSON else asked.name.lower(), asked.password, asked.image_id,
                asked.image_code, device(), device_token()))
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            remember(signed_in.token)
            return redirect(_after_sign_in(signed_in.stage, back), 303)
    return page("identity/sign_in.html", status=form.status, form=form, tab=tab, tabs=TAB_TEXTS, back=back,
                image=image_view(ctx), register=register_address(ctx),
                sign_in_tip=ctx.rules().texts.sign_in_tip)


def _after_sign_in(stage: service.Stage, back: str | None) -> str:
    if stage is service.Stage.PROVING:
        return url_for(".prove_device", next=back)
    return url_for(".change_password") if stage is service.Stage.RESTRICTED else back or home()


@bp.route("/sign-in/code", methods=["GET", "POST"])
@policy(PUBLIC)
def prove_device() -> ResponseReturnValue:
    """GD-05: the SMS code of a sign-in from a new device; nothing else is open before it."""
    ctx = current_ctx()
    try:
        asked_of = proving.waiting(ctx, session.get("sign_in"))
    except NotFound as error:
        flash(error.sentence, "stop")
        return redirect(url_for(".sign_in"), 303)
    form: Form[CodeOnlyAsked] = Form(DeviceCodeSchema(), request)
    form.submitted()
    if wants_code():
        return _send_code(ctx, form, lambda: proving.send_device_code(ctx, session.get("sign_in")),
                          lambda sent: _device_page(ctx, form, asked_of, sent))
    if request.method == "POST" and (asked := form.load()) is not None:
        try:
            proven = proving.prove_device(ctx, session.get("sign_in"), asked.sms_code, device_token(), device())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            remember(proven.signed_in.token)
            to = _after_sign_in(proven.signed_in.stage, safe_next(request.values.get("next")))
            return know_device(redirect(to, 303), proven.device_token)
    return _device_page(ctx, form, asked_of)


def _device_page(ctx: Ctx, form: Form[CodeOnlyAsked], asked_of: proving.Waiting, sent: str = "") -> Response:
    return page("identity/new_device.html", status=form.status, form=form, phone=asked_of.phone, sent=sent,
                back=safe_next(request.values.get("next")), lost=proving.lost_phone(ctx, asked_of.person))


def _send_code(ctx: Ctx, form: Form[Any], send: Callable[[], None], again: Callable[[str], Response]) -> Response:
    """获取验证码 of a page whose phone is on file: the answer with or without our script."""
    sentence = _("短信验证码已发送，%(minutes)s 分钟内有效。", minutes=ctx.rules().account.sms_code_minutes)
    try:
        send()
    except DomainError as error:
        ctx.rollback()
        if by_script():
            return code_answer(ctx, error.sentence, error=error)
        form.fail(error)
        return again("")
    return code_answer(ctx, sentence) if by_script() else again(sentence)


@bp.post("/sign-out")
@policy(PUBLIC)
def sign_out() -> ResponseReturnValue:
    service.sign_out(current_ctx(), session.get("sign_in"))
    forget()
    flash(_("您已退出登录。"), "done")
    return redirect(url_for(".sign_in"), 303)


@bp.get("/codes/<uuid:code_id>.png")
@policy(PUBLIC)
def image(code_id: UUID) -> Response:
    """The picture of an open code (N-08)."""
    found = image_of(current_ctx(), code_id)
    if found is None:
        abort(404)
    return Response(found, mimetype="image/png")


@bp.post("/codes")
@policy(PUBLIC)
def renew_image() -> Response:
    """A fresh code for the script behind 换一张."""
    ctx = current_ctx()
    return code_answer(ctx, "", image=image_view(ctx))


@bp.route("/password", methods=["GET", "POST"])
@policy(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """修改密码; the only page that the initial password opens."""
    ctx = current_ctx()
    with ctx.tenant.session(write=False) as db:
        account = db.get_one(Account, ctx.actor.account_id)
        first, phone = service.owes_change(account), phone_of(account)
        asks = service.asks_change_code(ctx, account)
    form: Form[PasswordAsked] = Form(_password_schema(first, phone, asks), request)
    form.submitted()
    if wants_code():
        return _send_code(ctx, form, lambda: service.send_change_code(ctx),
                          lambda sent: _password_page(ctx, form, account, sent))
    if request.method == "POST" and (asked := form.load()) is not None:
        try:
            signed_in = service.change_password(ctx, service.Change(
                asked.new_password, asked.repeated, asked.current, asked.sms_code, device()))
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            remember(signed_in.token)
            flash(_("密码已修改，其他设备上的登录已退出。"), "done")
            return _known_from_now(ctx, account) if phone and (first or asks) else redirect(home(), 303)
    return _password_page(ctx, form, account)


def _known_from_now(ctx: Ctx, account: Account) -> ResponseReturnValue:
    """Home, and a device that has just proven the phone is known (GD-05)."""
    token = proving.know_after_code(ctx, account, device_token(), device())
    answer = redirect(home(), 303)
    return know_device(answer, token) if token else answer


def _password_schema(first: bool, phone: str, asks: bool) -> FormSchema[PasswordAsked]:
    if not first:
        return ChangeWithCodeSchema() if asks else ChangePasswordSchema()
    return FirstPasswordSchema() if phone else GivenPasswordSchema()


def _password_page(ctx: Ctx, form: Form[PasswordAsked], account: Account, sent: str = "") -> Response:
    return page("identity/password.html", status=form.status, form=form, first=service.owes_change(account),
                phone=phone_of(account), sent=sent, lost=proving.lost_phone(ctx, account.person))


@bp.route("/password/forgotten", methods=["GET", "POST"])
@policy(PUBLIC)
def forgotten() -> ResponseReturnValue:
    """忘记密码?: the same answer for a known and an unknown account (R27)."""
    ctx = current_ctx()
    form = Form(ForgottenSchema(), request)
    if form.submitted() and not wants_renewal() and (asked := form.load()) is not None:
        try:
            asked_reset = reset.ask_reset(ctx, id_number=asked.id_number, phone=asked.phone, image_id=asked.image_id,
                                          image_code=asked.image_code)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(str(SENT), "active")
            return redirect(url_for(".reset_password", reset_id=asked_reset.id), 303)
    return page("identity/forgotten.html", status=form.status, form=form, image=image_view(ctx),
                lost=proving.lost_phone(ctx, None))


@bp.route("/password/forgotten/<uuid:reset_id>", methods=["GET", "POST"])
@policy(PUBLIC)
def reset_password(reset_id: UUID) -> ResponseReturnValue:
    """The second page of 忘记密码?: code and new password."""
    ctx = current_ctx()
    form = Form(FirstPasswordSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            reset.set_new_password(ctx, reset_id, reset.NewPassword(asked.sms_code, asked.new_password, asked.repeated))
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            forget()
            flash(_("密码已重新设置，请用新密码登录。"), "done")
            return redirect(url_for(".sign_in"), 303)
    return page("identity/reset.html", status=form.status, form=form)


@bp.get("/sessions")
@policy(FULLY_SIGNED_IN)
def sessions() -> Response:
    """Where one is signed in, with a button to end each; and which devices are known (GD-05)."""
    ctx = current_ctx()
    assert ctx.actor.account_id is not None
    token = device_token()
    known = [(row, devices.is_this(row, token)) for row in devices.devices_of(ctx, ctx.actor.account_id)]
    return page("identity/sessions.html", logins=sessions_of(ctx, ctx.actor.account_id),
                current=ctx.actor.session_id, known=known,
                asks=code_wanted(ctx.rules().account.new_device_code, staff=ctx.actor.person_id is None))


@bp.post("/sessions/<uuid:session_id>/end")
@policy(FULLY_SIGNED_IN)
def end_session(session_id: UUID) -> ResponseReturnValue:
    service.end_session(current_ctx(), session_id)
    flash(_("已退出那台设备上的登录。"), "done")
    return redirect(url_for(".sessions"), 303)


@bp.post("/devices/<uuid:device_id>/remove")
@policy(FULLY_SIGNED_IN)
def remove_device(device_id: UUID) -> ResponseReturnValue:
    """移除: the device needs an SMS code at its next sign-in (GD-05)."""
    devices.remove(current_ctx(), device_id)
    flash(_("已移除。那台设备下次登录要短信验证码。"), "done")
    return redirect(url_for(".sessions"), 303)


def _tab() -> Tab:
    wanted = request.values.get("tab", "")
    return Tab(wanted) if wanted in set(Tab) else Tab.PERSON
