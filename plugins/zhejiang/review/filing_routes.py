"""Pages of the enterprise: what its people still lack, 报名表 and 年限证明, 提交资格审核, the forms on paper."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import case as sql_case
from sqlalchemy import select

from core.api import Ctx, DomainError
from core.api.organization import party_of
from core.api.posts import post_names
from core.api.sheets import XLSX
from core.api.web import Form, JianxueFlask, Permission, current_ctx, page, page_of, policy

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import MODE_WORDS, REVIEW_WORDS, STATE_TONES, CandidateState, Mode
from plugins.zhejiang.documents.states import KIND_WORDS
from plugins.zhejiang.parties import enterprise_batch, enterprise_candidate, own_enterprise
from plugins.zhejiang.review import filling, printing, service
from plugins.zhejiang.review.applications import EDITABLE, enter
from plugins.zhejiang.review.models import ApplicationSheet
from plugins.zhejiang.review.queries import batch_counts, case_of, cases_of, history_of, reviewed_batches
from plugins.zhejiang.review.schemas import ApplicationSchema, SheetSchema, typed_of
from plugins.zhejiang.review.states import FilledBy, PrintState, SheetState
from plugins.zhejiang.review.table import GROUPS, TABLE
from plugins.zhejiang.review.wording import DATA, DATA_WORD, OUTCOME_TONES, OUTCOME_WORDS, said

bp = Blueprint("zj_filing", __name__, template_folder="../templates")
SIZES = (20, 50, 100)
ORDER: Mapping[CandidateState, int] = {CandidateState.RETURNED: 0, CandidateState.ENTERED: 1,
                                       CandidateState.SUBMITTED: 2}
"""What is to be done stands first."""


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/zj/review/")
@policy(Permission.ENROLL_STAFF)
def batches() -> ResponseReturnValue:
    """资格审核 of the own batches."""
    ctx = current_ctx()
    shown = page_of(ctx.db, reviewed_batches(own_enterprise(ctx).id), request.args, SIZES[0], SIZES)
    return page("zhejiang/review/batches.html", page=shown, counts=batch_counts(ctx, [one.id for one in shown.items]),
                posts=post_names(ctx), modes={mode.value: words for mode, words in MODE_WORDS.items()},
                states=CandidateState, words=REVIEW_WORDS)


@bp.get("/zj/review/batches/<uuid:batch_id>")
@policy(Permission.ENROLL_STAFF)
def overview(batch_id: UUID) -> ResponseReturnValue:
    """Everybody of a batch: the returned first, with what to do next."""
    return _overview(current_ctx(), batch_id)


def _overview(ctx: Ctx, batch_id: UUID, refusal: DomainError | None = None) -> ResponseReturnValue:
    batch = enterprise_batch(ctx, batch_id)
    wanted = select(Candidate).where(Candidate.batch_id == batch.id)
    state = request.args.get("state", "")
    if state in set(CandidateState):
        wanted = wanted.where(Candidate.state == state)
    rank = sql_case(*[(Candidate.state == one, place) for one, place in ORDER.items()], else_=3)
    shown = page_of(ctx.db, wanted.order_by(rank, Candidate.row, Candidate.id), request.args, SIZES[0], SIZES)
    lines = cases_of(ctx, shown.items)
    counts = batch_counts(ctx, [batch.id])[batch.id]
    return page(
        "zhejiang/review/overview.html", status=refusal.status if refusal else 200, batch=batch, page=shown,
        lines=lines, counts=counts, post=post_names(ctx)[batch.post_id], refusal=refusal, state=state,
        institution=party_of(ctx, batch.institution_id), mode=MODE_WORDS[Mode(batch.mode)], states=CandidateState,
        lacks={one.candidate.id: service.lacking_of(one) for one in lines}, words=REVIEW_WORDS, tones=STATE_TONES,
        outcomes=OUTCOME_WORDS, outcome_tones=OUTCOME_TONES, kinds=KIND_WORDS, data=DATA, data_word=DATA_WORD,
        editable=EDITABLE,
        to_submit=sum(counts.get(one, 0) for one in service.TO_SUBMIT))


@bp.post("/zj/review/batches/<uuid:batch_id>/submit")
@policy(Permission.ENROLL_STAFF)
def submit_batch(batch_id: UUID) -> ResponseReturnValue:
    """提交全部资料齐全的."""
    ctx = current_ctx()
    done = service.submit_batch(ctx, enterprise_batch(ctx, batch_id))
    if done.sent:
        flash(_("已提交 %(sent)s 人，等培训机构审核。", sent=done.sent), "done")
    if done.lacking:
        flash(_("还有 %(left)s 人资料不齐，没有提交。每个人缺什么写在名单里。", left=len(done.lacking)), "stop")
    if not done.sent and not done.lacking:
        flash(_("没有待提交的学员。"), "quiet")
    return redirect(url_for(".overview", batch_id=batch_id), 303)


@bp.post("/zj/review/candidates/<uuid:candidate_id>/submit")
@policy(Permission.ENROLL_STAFF)
def submit(candidate_id: UUID) -> ResponseReturnValue:
    """提交资格审核 of one."""
    ctx = current_ctx()
    candidate = enterprise_candidate(ctx, candidate_id)
    batch_id = candidate.batch_id
    try:
        service.submit(ctx, candidate)
    except DomainError as error:
        ctx.rollback()
        return _overview(ctx, batch_id, error)
    flash(_("已提交，等培训机构审核。"), "done")
    return redirect(url_for(".overview", batch_id=batch_id), 303)


@bp.route("/zj/review/candidates/<uuid:candidate_id>/application", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def application(candidate_id: UUID) -> ResponseReturnValue:
    """报名表 and 年限证明 of one person (ZJ-33, ZJ-34)."""
    ctx = current_ctx()
    candidate = enterprise_candidate(ctx, candidate_id)
    found = case_of(ctx, candidate)
    form = Form(ApplicationSchema(), request, data=typed_of(found.application))
    if form.submitted() and (asked := form.load()) is not None:
        try:
            service.locked(ctx, candidate.id)
            enter(ctx, candidate, found.person, asked.entered(), FilledBy.ENTERPRISE)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            ctx.record("zhejiang.application", candidate.id)
            flash(_("已保存。"), "done")
            return redirect(url_for(".application", candidate_id=candidate_id), 303)
        found = case_of(ctx, enterprise_candidate(ctx, candidate_id))
    return page("zhejiang/review/application.html", status=form.status, form=form, case=found,
                batch=ctx.db.get_one(Batch, found.candidate.batch_id), editable=found.candidate.state in EDITABLE,
                reasons=[said(one) for one in found.verdict.reasons], outcomes=OUTCOME_WORDS,
                outcome_tones=OUTCOME_TONES, group=GROUPS.get(found.post.family), table=TABLE, words=REVIEW_WORDS,
                tones=STATE_TONES, state=CandidateState(found.candidate.state), lacks=service.lacking_of(found),
                history=history_of(ctx, found.candidate.id), kinds=KIND_WORDS, data=DATA, data_word=DATA_WORD)


# the second sheet

@bp.route("/zj/review/batches/<uuid:batch_id>/sheet", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def sheet(batch_id: UUID) -> ResponseReturnValue:
    """用表格填写报名表和年限证明: download, upload, earlier ones."""
    ctx = current_ctx()
    batch = enterprise_batch(ctx, batch_id)
    form: Form[Any] = Form(SheetSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            report = filling.check(ctx, batch, asked["sheet"].read(), asked["sheet"].filename)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return redirect(url_for(".sheet_report", batch_id=batch_id, sheet_id=report.id), 303)
    past = ctx.db.scalars(select(ApplicationSheet).where(ApplicationSheet.batch_id == batch_id)
                          .order_by(ApplicationSheet.created_at.desc()).limit(20)).all()
    return page("zhejiang/review/sheet.html", status=form.status, form=form, batch=enterprise_batch(ctx, batch_id),
                past=past, states=SheetState)


@bp.post("/zj/review/batches/<uuid:batch_id>/sheet/template")
@policy(Permission.ENROLL_STAFF)
def sheet_template(batch_id: UUID) -> ResponseReturnValue:
    """The sheet with the batch's people in it."""
    ctx = current_ctx()
    batch = enterprise_batch(ctx, batch_id)
    return _download(filling.prefilled(ctx, batch), XLSX, f"{batch.number}-application.xlsx")


@bp.get("/zj/review/batches/<uuid:batch_id>/sheet/<uuid:sheet_id>")
@policy(Permission.ENROLL_STAFF)
def sheet_report(batch_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """What is wrong before anything is written; afterwards how far it is."""
    ctx = current_ctx()
    batch = enterprise_batch(ctx, batch_id)
    report = filling.sheet_of(ctx, batch, sheet_id)
    return page("zhejiang/review/sheet_report.html", batch=batch, report=report, states=SheetState)


@bp.post("/zj/review/batches/<uuid:batch_id>/sheet/<uuid:sheet_id>/write")
@policy(Permission.ENROLL_STAFF)
def sheet_write(batch_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """确认写入."""
    ctx = current_ctx()
    filling.start(ctx, filling.sheet_of(ctx, enterprise_batch(ctx, batch_id), sheet_id))
    return redirect(url_for(".sheet_report", batch_id=batch_id, sheet_id=sheet_id), 303)


@bp.post("/zj/review/batches/<uuid:batch_id>/sheet/<uuid:sheet_id>/mend")
@policy(Permission.ENROLL_STAFF)
def sheet_mend(batch_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """The rows to be mended, marked."""
    ctx = current_ctx()
    report = filling.sheet_of(ctx, enterprise_batch(ctx, batch_id), sheet_id)
    return _download(filling.mend(ctx, report), XLSX, "to-mend.xlsx")


# on paper

@bp.post("/zj/review/candidates/<uuid:candidate_id>/forms.pdf")
@policy(Permission.ENROLL_STAFF)
def forms_pdf(candidate_id: UUID) -> ResponseReturnValue:
    """附件2 and 附件3 of one person."""
    ctx = current_ctx()
    candidate = enterprise_candidate(ctx, candidate_id)
    ctx.record("zhejiang.forms.one", candidate.id)
    return _download(printing.one(ctx, candidate), "application/pdf", "forms.pdf")


@bp.post("/zj/review/batches/<uuid:batch_id>/forms")
@policy(Permission.ENROLL_STAFF)
def print_batch(batch_id: UUID) -> ResponseReturnValue:
    """附件2 and 附件3 of everybody, behind the request."""
    ctx = current_ctx()
    row = printing.start(ctx, enterprise_batch(ctx, batch_id))
    return redirect(url_for(".printed", batch_id=batch_id, print_id=row.id), 303)


@bp.get("/zj/review/batches/<uuid:batch_id>/forms/<uuid:print_id>")
@policy(Permission.ENROLL_STAFF)
def printed(batch_id: UUID, print_id: UUID) -> ResponseReturnValue:
    """How far the drawing is; the PDF when it is done."""
    ctx = current_ctx()
    batch = enterprise_batch(ctx, batch_id)
    return page("zhejiang/review/printed.html", batch=batch, row=printing.print_of(ctx, batch, print_id),
                states=PrintState)


@bp.post("/zj/review/batches/<uuid:batch_id>/forms/<uuid:print_id>/pdf")
@policy(Permission.ENROLL_STAFF)
def printed_pdf(batch_id: UUID, print_id: UUID) -> ResponseReturnValue:
    """The PDF of a batch."""
    ctx = current_ctx()
    batch = enterprise_batch(ctx, batch_id)
    row = printing.print_of(ctx, batch, print_id)
    ctx.record("zhejiang.forms.download", batch.id, people=len(row.candidates))
    return _download(printing.pdf_of(ctx, row), "application/pdf", f"{batch.number}-forms.pdf")


def _download(data: bytes, kind: str, name: str) -> Response:
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
