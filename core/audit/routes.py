"""The auditor's queue and case, and the page on which a trainee waits."""
from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.audit import evidence, queries, service
from core.audit.queries import Filter
from core.audit.schemas import ClearSchema, PassSchema
from core.audit.states import GROUND_TEXTS, STATE_TEXTS, CaseState, Ground
from core.base.db import Id
from core.base.errors import Conflict, DomainError, Refused
from core.course import own_subject
from core.organization import posts
from core.presence import SEEN_TEXTS, Seen
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form
from core.web.helping import whom_to_ask
from core.web.paging import page_of

bp = Blueprint("audit", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/audit/")
@policy(Permission.AUDIT)
def queue() -> ResponseReturnValue:
    """待审核, 已通过, 已清零: who has waited longest first; the filter is the address."""
    ctx = current_ctx()
    asked = Filter.of(request.args)
    shown = page_of(ctx.db, queries.queue(ctx, asked), request.args, size=20)
    years = sorted({ctx.now.year - back for back in range(3)}, reverse=True)
    return page("audit/queue.html", page=shown, lines=[queries.line_of(ctx, case) for case in shown.items],
                asked=asked, counts=queries.counts(ctx), states=STATE_TEXTS, years=years,
                posts=[post.name for post in posts(ctx)])


@bp.get("/audit/<uuid:case_id>")
@policy(Permission.AUDIT)
def case(case_id: UUID) -> ResponseReturnValue:
    """One case: pictures beside the photo on file, hours, exam, decisions."""
    return _case_page(case_id, Form(ClearSchema()))


def _case_page(case_id: Id, form: Form[object] | object, status: int = 200) -> ResponseReturnValue:
    ctx = current_ctx()
    found = queries.case_of(ctx, case_id)
    return page("audit/case.html", status=status, case=found, line=queries.line_of(ctx, found),
                seen=evidence.evidence_of(ctx, found), decisions=queries.decisions_of(ctx, found.id),
                state=STATE_TEXTS[CaseState(found.state)], grounds=GROUND_TEXTS, form=form,
                earlier=[one for one in queries.cases_of(ctx, found.person_id) if one.id != found.id],
                states=STATE_TEXTS, seen_words=SEEN_TEXTS)


@bp.get("/audit/<uuid:case_id>/pass")
@policy(Permission.AUDIT)
def ask_pass(case_id: UUID) -> ResponseReturnValue:
    """The dialog before passing."""
    ctx = current_ctx()
    found = queries.case_of(ctx, case_id)
    line = queries.line_of(ctx, found)
    hours = ctx.rules().hours
    return page("ui/confirm.html", console=True, title=_("通过审核"), label=_("确认通过"),
                text=_("%(name)s，%(post)s，%(year)s年度：%(hours)s学时将计入有效学时，并发短信告知学员。", name=line.person.name,
                       post=line.post, year=found.year, hours=hours.general + hours.professional),
                action=url_for(".pass_now", case_id=found.id), cancel=url_for(".case", case_id=found.id),
                fields={"version": request.args.get("version", found.version)})


@bp.post("/audit/<uuid:case_id>/pass")
@policy(Permission.AUDIT)
def pass_now(case_id: UUID) -> ResponseReturnValue:
    """Pass (N-44)."""
    ctx = current_ctx()
    form = Form(PassSchema(), request)
    asked = form.load() if form.submitted() else None
    if asked is None:
        raise Conflict("version", _("页面已过期，没有处理。请刷新后再看。"))
    service.pass_case(ctx, case_id, asked.version)
    flash(_("已通过，学时已计入，短信已发送。"), "done")
    return _on_to_next()


@bp.route("/audit/<uuid:case_id>/clear", methods=["GET", "POST"])
@policy(Permission.AUDIT)
def clear(case_id: UUID) -> ResponseReturnValue:
    """学时清零 with its ground and reason (N-45)."""
    ctx = current_ctx()
    found = queries.case_of(ctx, case_id)
    form = Form(ClearSchema(), request, data={"version": request.args.get("version", found.version)})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            service.clear_case(ctx, case_id, asked.version, Ground(asked.ground), asked.reason)
        except DomainError as error:
            if error.status != 422:
                raise
            form.fail(error)
        else:
            flash(_("已清零，短信已发送。"), "done")
            return _on_to_next()
    return page("audit/clear.html", status=form.status, case=found, line=queries.line_of(ctx, found), form=form)


def _on_to_next() -> ResponseReturnValue:
    following = queries.next_waiting(current_ctx())
    return redirect(url_for(".case", case_id=following.id) if following else url_for(".queue"), 303)


@bp.get("/audit/<uuid:case_id>/photo")
@policy(Permission.AUDIT)
def photo(case_id: UUID) -> ResponseReturnValue:
    """The photo on file."""
    ctx = current_ctx()
    return _picture(evidence.photo_bytes(ctx, queries.case_of(ctx, case_id)))


@bp.get("/audit/<uuid:case_id>/pictures/<uuid:picture_id>")
@policy(Permission.AUDIT)
def picture(case_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """One picture taken while studying."""
    ctx = current_ctx()
    return _picture(evidence.picture_bytes(ctx, queries.case_of(ctx, case_id), picture_id))


@bp.post("/audit/<uuid:case_id>/pictures/<uuid:picture_id>/verdict")
@policy(Permission.AUDIT)
def judge(case_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """同一人, 不是同一人 or 看不清, as the auditor sees it."""
    typed = request.form.get("seen", "")
    if typed not in set(Seen):
        raise Refused("seen", _("请选择同一人、不是同一人或看不清。"), field="seen")
    service.judge_picture_of(current_ctx(), case_id, picture_id, Seen(typed))
    return redirect(url_for(".case", case_id=case_id, _anchor=f"p-{picture_id}"), 303)


def _picture(data: bytes) -> ResponseReturnValue:
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return send_file(BytesIO(data), mimetype=kind)


@bp.get("/study/<uuid:enrollment_id>/audit")
@policy(Permission.STUDY)
def waiting(enrollment_id: UUID) -> ResponseReturnValue:
    """学时审核 as the trainee sees it: since when, until when, by which message; or why it was cleared."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    cases = [one for one in queries.cases_of(ctx, asked.person_id) if one.enrollment_id == asked.id]
    rules = ctx.rules()
    return page("audit/waiting.html", subject=asked, ask=whom_to_ask(ctx), case=cases[0] if cases else None,
                rounds=[(one, queries.last_decision(ctx, one)) for one in cases], states=STATE_TEXTS,
                grounds=GROUND_TEXTS, audit_time=rules.texts.audit_time,
                line=queries.line_of(ctx, cases[0]) if cases else None, active="training",
                warning=rules.texts.impersonation_notice)
