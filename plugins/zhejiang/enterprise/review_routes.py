"""企业审核: what the regulator of a city does with one registration (ZJ-04, ZJ-07), and who regulates which city."""
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, Refused, Role
from core.api.organization import party_of
from core.api.staff import clerk_by_username, clerks_with, limit_clerk_to_city
from core.api.web import Form, Permission, current_ctx, page, policy

from plugins.zhejiang.enterprise import changes, clerks, queries, reviewing
from plugins.zhejiang.enterprise.forms import done
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.rules import Check, Item, Verdict, check_words, item_words
from plugins.zhejiang.enterprise.schemas import (
    CityAsked,
    CitySchema,
    ReasonAsked,
    ReasonSchema,
    RecoverAsked,
    RecoverSchema,
    VerdictAsked,
    VerdictSchema,
    authority,
)
from plugins.zhejiang.enterprise.states import KIND_WORDS, STATE_TONES, STATE_WORDS, Kind, State
from plugins.zhejiang.parties import regulated_enterprise
from plugins.zhejiang.settings import rules_of

bp = Blueprint("zj_regulation", __name__, template_folder="../templates")


def _verdict_form(enterprise: Enterprise, *, fill: bool = False) -> Form[VerdictAsked]:
    kind = Kind(enterprise.kind)
    return Form(VerdictSchema(check_words(kind), item_words(kind)), request,
                {"seen": reviewing.version_of(enterprise), "checks": []} if fill else None)


def _page(ctx: Ctx, enterprise: Enterprise, *, verdict: Form[VerdictAsked] | None = None,
          reason: Form[ReasonAsked] | None = None, recover: Form[RecoverAsked] | None = None) -> Response:
    """The registration as the regulator sees it, with whichever form was refused."""
    shown = verdict or reason or recover
    change = changes.waiting_change(ctx, enterprise)
    return page("zhejiang/enterprise/review.html", status=shown.status if shown else 200, enterprise=enterprise,
                party=party_of(ctx, enterprise.organization_id), kind=KIND_WORDS[Kind(enterprise.kind)],
                state_word=STATE_WORDS[State(enterprise.state)], state_tone=STATE_TONES[State(enterprise.state)],
                authority=authority(enterprise.city), papers=queries.papers_of(ctx, enterprise), change=change,
                lines=queries.history_of(ctx, enterprise), items=list(Item), failed=shown,
                verdict=verdict or _verdict_form(enterprise, fill=True), reason=reason or Form(ReasonSchema()),
                recover=recover or _recover_form(ctx, enterprise), recovering=recover is not None)


def _recover_form(ctx: Ctx, enterprise: Enterprise) -> Form[RecoverAsked]:
    return Form(RecoverSchema([(str(one.id), f"{one.username}（{one.name}）")
                               for one in clerks.all_of(ctx, enterprise)]), request,
                {"clerk": str(enterprise.owner_id)})


@bp.get("/zj/enterprise/review/<uuid:enterprise_id>")
@policy(Permission.REGULATE)
def review(enterprise_id: UUID) -> Response:
    """One registration whole: facts, papers, history, and the three checks."""
    ctx = current_ctx()
    return _page(ctx, regulated_enterprise(ctx, enterprise_id))


@bp.post("/zj/enterprise/review/<uuid:enterprise_id>")
@policy(Permission.REGULATE)
def decide(enterprise_id: UUID) -> ResponseReturnValue:
    """通过 or 退回, by the button pressed."""
    ctx = current_ctx()
    enterprise = regulated_enterprise(ctx, enterprise_id, locked=True)
    form = _verdict_form(enterprise)
    form.submitted()
    approves = request.form.get("verdict") == "approve"
    if (asked := form.load()) is not None:
        verdict = Verdict(frozenset(check for check in Check if check.value in asked.checks),
                          {item: getattr(asked, item.value) for item in Item}, asked.reason)
        deed = reviewing.approve if approves else reviewing.send_back
        if done(form, partial(deed, ctx, enterprise, verdict, asked.seen)):
            said = _("已通过：%(name)s。") if approves else _("已退回：%(name)s。企业会收到短信和原因。")
            flash(said % {"name": party_of(ctx, enterprise.organization_id).name}, "done")
            return redirect(url_for("admin_zj_registrations.index_view"), 303)
    return _page(ctx, regulated_enterprise(ctx, enterprise_id), verdict=form)


@bp.post("/zj/enterprise/review/<uuid:enterprise_id>/revoke")
@policy(Permission.REGULATE)
def revoke(enterprise_id: UUID) -> ResponseReturnValue:
    """撤销审核通过."""
    ctx = current_ctx()
    form: Form[ReasonAsked] = Form(ReasonSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None and done(form, partial(
            reviewing.revoke, ctx, regulated_enterprise(ctx, enterprise_id, locked=True), asked.reason)):
        flash(_("已撤销通过，企业暂时不能报名。"), "done")
        return redirect(url_for(".review", enterprise_id=enterprise_id), 303)
    return _page(ctx, regulated_enterprise(ctx, enterprise_id), reason=form)


@bp.post("/zj/enterprise/review/<uuid:enterprise_id>/changes/<uuid:change_id>")
@policy(Permission.REGULATE)
def decide_change(enterprise_id: UUID, change_id: UUID) -> ResponseReturnValue:
    """同意变更 or 不同意."""
    ctx = current_ctx()
    enterprise = regulated_enterprise(ctx, enterprise_id, locked=True)
    change = changes.change_of(ctx, enterprise, change_id)
    if request.form.get("verdict") == "allow":
        reviewing.allow_change(ctx, enterprise, change)
        flash(_("已同意变更。"), "done")
        return redirect(url_for(".review", enterprise_id=enterprise_id), 303)
    form: Form[ReasonAsked] = Form(ReasonSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None and done(
            form, partial(reviewing.refuse_change, ctx, enterprise, change, asked.reason)):
        flash(_("没有同意变更，企业会收到原因。"), "done")
        return redirect(url_for(".review", enterprise_id=enterprise_id), 303)
    return _page(ctx, regulated_enterprise(ctx, enterprise_id), reason=form)


@bp.post("/zj/enterprise/review/<uuid:enterprise_id>/recover")
@policy(Permission.REGULATE)
def recover(enterprise_id: UUID) -> ResponseReturnValue:
    """找回密码: a first password, shown once, after the regulator has looked at who asks."""
    ctx = current_ctx()
    enterprise = regulated_enterprise(ctx, enterprise_id)
    form = _recover_form(ctx, enterprise)
    form.submitted()
    if (asked := form.load()) is not None and (given := done(form, partial(
            clerks.recover, ctx, enterprise, asked.clerk, asked.recovery()))):
        found = clerks.own_clerk(ctx, enterprise, asked.clerk)
        return page("zhejiang/enterprise/password.html", name=found.name, username=found.username, password=given,
                    back=url_for(".review", enterprise_id=enterprise_id), back_label=_("返回企业"))
    return _page(ctx, regulated_enterprise(ctx, enterprise_id), recover=form)


@bp.route("/zj/enterprise/regulators", methods=["GET", "POST"])
@policy(Permission.ADMINISTER)
def regulators() -> ResponseReturnValue:
    """城市主管部门: which account judges which of the eleven cities."""
    ctx = current_ctx()
    form: Form[CityAsked] = Form(CitySchema(rules_of(ctx).cities), request)
    if form.submitted() and (asked := form.load()) is not None and done(form, partial(_appoint, ctx, asked)):
        flash(_("账号%(name)s已指定为%(city)s主管部门。", name=asked.username, city=asked.city), "done")
        return redirect(url_for(".regulators"), 303)
    known = clerks_with(ctx, Role.REGULATOR)
    return page("zhejiang/enterprise/regulators.html", status=form.status, form=form,
                rows=[(city, [one for one in known if one.city == city]) for city in rules_of(ctx).cities],
                idle=[one for one in known if one.city not in rules_of(ctx).cities])


def _appoint(ctx: Ctx, asked: CityAsked) -> None:
    found = clerk_by_username(ctx, asked.username)
    if found is None or found.id not in {one.id for one in clerks_with(ctx, Role.REGULATOR)}:
        raise Refused("clerk", _("没有账号“%(name)s”，或者它没有“主管部门”角色。", name=asked.username), field="username",
                      hint=_("请先在“工作人员”里新建账号并选择“主管部门”角色。"))
    limit_clerk_to_city(ctx, found.id, Role.REGULATOR, asked.city)
