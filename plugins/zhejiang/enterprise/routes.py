"""Pages of an enterprise: registering, its registration until it is approved, 企业信息 afterwards (ZJ-01 … ZJ-08)."""
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, DomainError, Refused
from core.api.documents import mimetype_of
from core.api.organization import institutions_in, party_of
from core.api.signup import ImageView, device, image_view, remember, send_code_of, wants_code, wants_renewal
from core.api.web import PUBLIC, SIGNED_IN, Form, JianxueFlask, Permission, current_ctx, page, policy

from plugins.zhejiang.enterprise import changes, clerk_routes, papers, queries, review_routes, service
from plugins.zhejiang.enterprise.changes import ChangeAsked
from plugins.zhejiang.enterprise.forms import bytes_of, done
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.rules import PAPERS, Item, item_words, missing
from plugins.zhejiang.enterprise.schemas import (
    ChangeForm,
    ChangeSchema,
    ContactAsked,
    ContactSchema,
    FactsAsked,
    FactsSchema,
    PapersAsked,
    PapersSchema,
    RegisterAsked,
    RegisterSchema,
    authority,
)
from plugins.zhejiang.enterprise.states import KIND_WORDS, OPEN_TO_MEND, STATE_TONES, STATE_WORDS, Kind, State
from plugins.zhejiang.parties import own_enterprise, registered_enterprise
from plugins.zhejiang.settings import rules_of

bp = Blueprint("zj_enterprise", __name__, template_folder="../templates")


def install(app: JianxueFlask) -> None:
    for pages in (bp, clerk_routes.bp, review_routes.bp):
        app.register_blueprint(pages)


@bp.route("/zj/enterprise/register", methods=["GET", "POST"])
@policy(PUBLIC)
def register() -> ResponseReturnValue:
    """注册: first the authority (ZJ-04, ZJ-05), then the facts and the account."""
    ctx = current_ctx()
    city = request.args.get("city", "")
    if city not in rules_of(ctx).cities:
        return page("zhejiang/enterprise/cities.html", cities=[(one, authority(one)) for one in rules_of(ctx).cities])
    form: Form[RegisterAsked] = Form(RegisterSchema((city,), exclude=("city",)), request)
    form.submitted()
    if wants_code():
        sent = send_code_of(ctx, form)
        return sent.answer or _register_page(ctx, form, city, sent.image, sent.sentence)
    if request.method == "POST" and not wants_renewal() and (asked := form.load()) is not None:
        token = _registered(ctx, form, asked, city)
        if token:
            remember(token)
            flash(_("账号已开通。请上传证照和承诺书，再提交审核。"), "done")
            return redirect(url_for(".home"), 303)
    return _register_page(ctx, form, city, image_view(ctx))


def _registered(ctx: Ctx, form: Form[RegisterAsked], asked: RegisterAsked, city: str) -> str:
    try:
        if asked.new_password != asked.repeated:
            raise Refused("repeat", _("两次输入的密码不一样，请重新输入。"), field="repeated")
        return service.register(ctx, asked.facts(city), asked.opening(device()))
    except DomainError as error:
        ctx.rollback()
        form.fail(error)
        return ""


def _register_page(ctx: Ctx, form: Form[RegisterAsked], city: str, image: ImageView, sent: str = "") -> Response:
    return page("zhejiang/enterprise/register.html", status=form.status, form=form, city=city,
                authority=authority(city), institutions=institutions_in(ctx, city), image=image, sent=sent)


@bp.get("/zj/enterprise/")
@policy(Permission.ENROLL_STAFF)
def home() -> Response:
    """企业信息: until the approval what is missing and why it was returned, afterwards what may change."""
    ctx = current_ctx()
    enterprise = registered_enterprise(ctx)
    return _home(ctx, enterprise, _papers_form(enterprise))


def _papers_form(enterprise: Enterprise) -> Form[PapersAsked]:
    return Form(PapersSchema(item_words(Kind(enterprise.kind))), request)


def _home(ctx: Ctx, enterprise: Enterprise, form: Form[PapersAsked]) -> Response:
    kind, words = Kind(enterprise.kind), item_words(Kind(enterprise.kind))
    return page("zhejiang/enterprise/home.html", status=form.status, form=form, enterprise=enterprise,
                party=party_of(ctx, enterprise.organization_id), kind=KIND_WORDS[kind], words=words,
                authority=authority(enterprise.city), state_word=STATE_WORDS[State(enterprise.state)],
                state_tone=STATE_TONES[State(enterprise.state)], papers=queries.papers_of(ctx, enterprise),
                missing=[words[item] for item in missing(papers.keys_of(enterprise))],
                returned=queries.last_return(ctx, enterprise), open=State(enterprise.state) in OPEN_TO_MEND,
                change=changes.newest_change(ctx, enterprise), lines=queries.history_of(ctx, enterprise))


@bp.post("/zj/enterprise/papers")
@policy(Permission.ENROLL_STAFF)
def upload() -> ResponseReturnValue:
    """上传: any of the three papers; those not chosen stay as they are."""
    ctx = current_ctx()
    form = Form(PapersSchema({}), request)
    form.submitted()
    asked = form.load()
    assert asked is not None     # three files, none of them required
    scans = {item: bytes_of(getattr(asked, item.value)) for item in PAPERS}
    kept: dict[Item, bytes] = {}

    def keep() -> None:
        kept.update(papers.clean(scans))
        if not kept:
            raise Refused("no_file", _("还没有选择文件。请选择要上传的扫描件。"))
        service.keep_scans(ctx, registered_enterprise(ctx), kept)
    if done(form, keep):
        flash(_("已上传 %(count)s 份扫描件。", count=len(kept)), "done")
        return redirect(url_for(".home"), 303)
    enterprise = registered_enterprise(ctx)
    shown = _papers_form(enterprise)
    shown.errors, shown.status = form.errors, form.status
    return _home(ctx, enterprise, shown)


@bp.get("/zj/enterprise/letter.pdf")
@policy(Permission.ENROLL_STAFF)
def letter() -> Response:
    """附件1, filled from what was typed (ZJ-32)."""
    ctx = current_ctx()
    answer = Response(papers.draw_letter(ctx, registered_enterprise(ctx)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="chengnuoshu.pdf"'
    return answer


@bp.route("/zj/enterprise/facts", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def facts() -> ResponseReturnValue:
    """修改填写的信息, before the approval."""
    ctx = current_ctx()
    enterprise = registered_enterprise(ctx)
    party = party_of(ctx, enterprise.organization_id)
    form: Form[FactsAsked] = Form(FactsSchema[FactsAsked](rules_of(ctx).cities), request, {
        "kind": enterprise.kind, "name": party.name, "credit_code": party.credit_code, "city": enterprise.city,
        **_contact_values(enterprise)})
    if form.submitted() and (asked := form.load()) is not None and done(
            form, lambda: service.mend(ctx, registered_enterprise(ctx), asked.facts())):
        flash(_("已保存。承诺书里的单位或联络人有变的，请重新打印、盖章、上传。"), "done")
        return redirect(url_for(".home"), 303)
    return page("zhejiang/enterprise/facts.html", status=form.status, form=form)


def _contact_values(enterprise: Enterprise) -> dict[str, str]:
    return {"address": enterprise.address, "contact_name": enterprise.contact_name,
            "phone": enterprise.contact_phone, "office_phone": enterprise.office_phone}


@bp.post("/zj/enterprise/submit")
@policy(Permission.ENROLL_STAFF)
def submit() -> ResponseReturnValue:
    """提交审核 (ZJ-04)."""
    ctx = current_ctx()
    enterprise = registered_enterprise(ctx)
    service.submit(ctx, enterprise)
    flash(_("已提交%(authority)s。审核结果会用短信通知联络人，也可以在这里查看。", authority=authority(enterprise.city)), "done")
    return redirect(url_for(".home"), 303)


@bp.post("/zj/enterprise/withdraw")
@policy(Permission.ENROLL_STAFF)
def withdraw() -> ResponseReturnValue:
    """撤回修改."""
    ctx = current_ctx()
    service.withdraw(ctx, registered_enterprise(ctx))
    flash(_("已撤回。修改后请重新提交审核。"), "active")
    return redirect(url_for(".home"), 303)


@bp.route("/zj/enterprise/contact", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def contact() -> ResponseReturnValue:
    """联络信息."""
    ctx = current_ctx()
    enterprise = own_enterprise(ctx)
    form: Form[ContactAsked] = Form(ContactSchema(), request, _contact_values(enterprise))
    if form.submitted() and (asked := form.load()) is not None and done(
            form, lambda: service.change_contact(ctx, enterprise, asked.contact())):
        flash(_("联络信息已保存。"), "done")
        return redirect(url_for(".home"), 303)
    return page("zhejiang/enterprise/contact.html", status=form.status, form=form)


@bp.route("/zj/enterprise/change", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def change() -> ResponseReturnValue:
    """申请变更: name, licence or qualification, which the authority has to agree to."""
    ctx = current_ctx()
    form: Form[ChangeForm] = Form(ChangeSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        scans = {Item.LICENCE: bytes_of(asked.licence), Item.QUALIFICATION: bytes_of(asked.qualification)}

        def ask() -> None:
            cleaned = papers.clean(scans)      # before the database is touched
            changes.ask(ctx, own_enterprise(ctx), ChangeAsked(asked.name, asked.reason), cleaned)
        if done(form, ask):
            flash(_("变更申请已提交，审核期间照常报名。"), "done")
            return redirect(url_for(".home"), 303)
    enterprise = own_enterprise(ctx)
    if request.method == "GET":
        form = Form(ChangeSchema(), request, {"name": party_of(ctx, enterprise.organization_id).name})
    return page("zhejiang/enterprise/change.html", status=form.status, form=form,
                waits=changes.waiting_change(ctx, enterprise))


@bp.get("/zj/enterprise/<uuid:enterprise_id>/scans/<item>")
@policy(SIGNED_IN)
def scan(enterprise_id: UUID, item: str) -> Response:
    """A paper, for the enterprise itself, the authority of its city and administrators."""
    return shown(papers.scan_of(current_ctx(), enterprise_id, item))


@bp.get("/zj/enterprise/changes/<uuid:change_id>/scans/<item>")
@policy(SIGNED_IN)
def change_scan(change_id: UUID, item: str) -> Response:
    """A paper of a change, for the same."""
    return shown(changes.scan_of(current_ctx(), change_id, item))


def shown(data: bytes) -> Response:
    """A scan as an answer; the headers of private pages keep browsers from storing it or guessing what it is."""
    return Response(data, mimetype=mimetype_of(data))
