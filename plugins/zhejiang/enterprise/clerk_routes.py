"""经办人: pages of the responsible clerk."""
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx
from core.api.staff import Clerk
from core.api.web import Form, Permission, current_ctx, page, policy

from plugins.zhejiang.enterprise import clerks
from plugins.zhejiang.enterprise.clerks import ClerkAsked
from plugins.zhejiang.enterprise.forms import done
from plugins.zhejiang.enterprise.schemas import ClerkSchema
from plugins.zhejiang.parties import own_enterprise

bp = Blueprint("zj_clerks", __name__, template_folder="../templates")


@bp.route("/zj/enterprise/clerks", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def clerk_list() -> ResponseReturnValue:
    """All clerks; the owner adds one, and sees the first password once."""
    ctx = current_ctx()
    form: Form[ClerkAsked] = Form(ClerkSchema(), request)
    if form.submitted() and (asked := form.load()) is not None and (given := done(
            form, partial(clerks.add, ctx, own_enterprise(ctx), asked))):
        return _password(asked.name, asked.username, given)
    return _list(ctx, form)


def _list(ctx: Ctx, form: Form[ClerkAsked]) -> Response:
    enterprise = own_enterprise(ctx)
    return page("zhejiang/enterprise/clerks.html", status=form.status, form=form, clerks=clerks.all_of(ctx, enterprise),
                owner=enterprise.owner_id, owns=ctx.actor.account_id == enterprise.owner_id, me=ctx.actor.account_id,
                city=enterprise.city)


def _password(name: str, username: str, password: str) -> Response:
    """Shown once, and never again: neither in a session nor in an address."""
    return page("zhejiang/enterprise/password.html", name=name, username=username.lower(), password=password,
                back=url_for("zj_clerks.clerk_list"), back_label=_("返回经办人"))


def _found(clerk_id: UUID) -> Clerk:
    ctx = current_ctx()
    return clerks.own_clerk(ctx, own_enterprise(ctx), clerk_id)


@bp.post("/zj/enterprise/clerks/<uuid:clerk_id>/lock")
@policy(Permission.ENROLL_STAFF)
def lock_clerk(clerk_id: UUID) -> ResponseReturnValue:
    """停用."""
    ctx, found = current_ctx(), _found(clerk_id)
    clerks.lock(ctx, own_enterprise(ctx), clerk_id)
    flash(_("已停用%(name)s的账号，立即不能再登录。", name=found.name), "done")
    return redirect(url_for(".clerk_list"), 303)


@bp.post("/zj/enterprise/clerks/<uuid:clerk_id>/unlock")
@policy(Permission.ENROLL_STAFF)
def unlock_clerk(clerk_id: UUID) -> ResponseReturnValue:
    """启用."""
    ctx, found = current_ctx(), _found(clerk_id)
    clerks.unlock(ctx, own_enterprise(ctx), clerk_id)
    flash(_("已启用%(name)s的账号。", name=found.name), "done")
    return redirect(url_for(".clerk_list"), 303)


@bp.post("/zj/enterprise/clerks/<uuid:clerk_id>/password")
@policy(Permission.ENROLL_STAFF)
def renew_password(clerk_id: UUID) -> ResponseReturnValue:
    """重发密码."""
    ctx, found = current_ctx(), _found(clerk_id)
    return _password(found.name, found.username, clerks.renew_password(ctx, own_enterprise(ctx), clerk_id))


@bp.route("/zj/enterprise/clerks/<uuid:clerk_id>/owner", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def hand_over(clerk_id: UUID) -> ResponseReturnValue:
    """设为负责人: asks first, since it cannot be taken back by oneself."""
    ctx, found = current_ctx(), _found(clerk_id)
    enterprise = own_enterprise(ctx)
    clerks.check_owner(ctx, enterprise)
    if request.method == "POST":
        clerks.hand_over(ctx, enterprise, clerk_id)
        flash(_("%(name)s已是本单位负责人。", name=found.name), "done")
        return redirect(url_for(".clerk_list"), 303)
    return page("ui/confirm.html", console=True, title=_("把负责人交给%(name)s？", name=found.name),
                text=_("之后由%(name)s管理经办人，您不能自己改回来。双方手机都会收到短信。", name=found.name),
                action=url_for(".hand_over", clerk_id=clerk_id), cancel=url_for(".clerk_list"), label=_("交给他"))
