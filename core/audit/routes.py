"""The auditor's queue and case, and the page on which a trainee waits."""
import re
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.audit import evidence, queries, service
from core.audit.dossier import dossier
from core.audit.examining import picked_by
from core.audit.models import AuditCase
from core.audit.queries import Filter
from core.audit.schemas import ClearAsked, ClearSchema, PassSchema
from core.audit.signs import hints_of, risk_of
from core.audit.states import GROUND_TEXTS, STATE_TEXTS, CaseState, Ground
from core.audit.wording import MARK_TEXTS, mark, told
from core.base.clock import local_date
from core.base.errors import Conflict, DomainError, Refused, Unavailable
from core.course import own_subject
from core.documents import DrawingError
from core.organization import posts
from core.presence import SEEN_TEXTS, PictureKind, Seen, picture_address
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form
from core.web.helping import whom_to_ask
from core.web.paging import page_of

bp = Blueprint("audit", __name__, template_folder="templates")
UUID_FORM = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


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
                posts=[post.name for post in posts(ctx)], mark=mark)


@bp.get("/audit/<uuid:case_id>")
@policy(Permission.AUDIT)
def case(case_id: UUID) -> ResponseReturnValue:
    """One case: risk signs, pictures beside the photo on file, hours, exam, decisions."""
    ctx = current_ctx()
    found = queries.case_of(ctx, case_id)
    seen, risk = evidence.evidence_of(ctx, found), risk_of(ctx, found.id)
    return page("audit/case.html", case=found, line=queries.line_of(ctx, found), seen=seen,
                decisions=queries.decisions_of(ctx, found.id), state=STATE_TEXTS[CaseState(found.state)],
                grounds=GROUND_TEXTS, earlier=[one for one in queries.cases_of(ctx, found.person_id)
                                               if one.id != found.id],
                states=STATE_TEXTS, risk=risk, signs=[told(hint) for hint in hints_of(risk)], seen_words=SEEN_TEXTS,
                by_hours=ctx.rules().audit.clears == "hours", slot_s=ctx.rules().hours.slot_seconds,
                photo=picture_address(ctx, PictureKind.PHOTO, found.person_id),
                addresses={one.id: picture_address(ctx, one.what, one.id) for one in seen.pictures if one.kept})


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
    """学时清零 with its ground and reason (N-45); where the tenant clears single hours, with those picked (C-06)."""
    ctx = current_ctx()
    found = queries.case_of(ctx, case_id)
    by_hours = ctx.rules().audit.clears == "hours"
    form = Form(ClearSchema(), request, data={"version": request.args.get("version", found.version)})
    if form.submitted() and (asked := form.load()) is not None:
        only = _ids(request.form.getlist("stretch")) if by_hours else None
        try:
            service.clear_case(ctx, case_id, asked.version, Ground(asked.ground), asked.reason, only)
        except DomainError as error:
            if error.status != 422:
                raise
            form.fail(error)
        else:
            flash(_("已清零，短信已发送。"), "done")
            return _on_to_next()
    return _clear_page(ctx, found, form, by_hours)


def _clear_page(ctx: Ctx, found: AuditCase, form: Form[ClearAsked], by_hours: bool) -> ResponseReturnValue:
    rows = evidence.evidence_of(ctx, found).stretches if by_hours else ()
    picked = (_ids(request.form.getlist("stretch")) if form.submitted()
              else picked_by(rows, request.args.get("pick", "")))
    return page("audit/clear.html", status=form.status, case=found, line=queries.line_of(ctx, found), form=form,
                by_hours=by_hours, rows=rows, picked=picked, marks=MARK_TEXTS,
                days=sorted({local_date(row.stretch.began) for row in rows}))


def _ids(values: list[str]) -> frozenset[UUID]:
    """The ids among what came; anything else names no hour and is as if it had not come."""
    return frozenset(UUID(value) for value in values if len(value) == 36 and UUID_FORM.match(value))


def _on_to_next() -> ResponseReturnValue:
    following = queries.next_waiting(current_ctx())
    return redirect(url_for(".case", case_id=following.id) if following else url_for(".queue"), 303)


@bp.get("/audit/<uuid:case_id>/evidence/<uuid:decision_id>.pdf")
@policy(Permission.AUDIT)
def evidence_pdf(case_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """What a decision was taken on, as a file (C-05)."""
    ctx = current_ctx()
    try:
        pdf = dossier(ctx, queries.case_of(ctx, case_id), decision_id)
    except DrawingError as error:
        raise Unavailable("no_pdf", str(error)) from error
    return Response(pdf, mimetype="application/pdf", headers={
        "Content-Disposition": "attachment; filename=evidence.pdf", "Cache-Control": "no-store"})


@bp.post("/audit/<uuid:case_id>/pictures/<uuid:picture_id>/verdict")
@policy(Permission.AUDIT)
def judge(case_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """同一人, 不是同一人 or 看不清, as the auditor sees it."""
    typed = request.form.get("seen", "")
    if typed not in set(Seen):
        raise Refused("seen", _("请选择同一人、不是同一人或看不清。"), field="seen")
    service.judge_picture_of(current_ctx(), case_id, picture_id, Seen(typed))
    return redirect(url_for(".case", case_id=case_id, _anchor=f"p-{picture_id}"), 303)


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
