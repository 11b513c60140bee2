"""Pages of the institution: who waits for 资格审核, one candidate with everything that is judged, bulk (ZJ-20, ZJ-21)."""
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.api import Ctx, DomainError
from core.api.organization import like_party
from core.api.people import find
from core.api.posts import post_names
from core.api.sheets import XLSX
from core.api.store import Id
from core.api.web import Form, JianxueFlask, Permission, current_ctx, page, page_of, policy

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import REVIEW_WORDS, STATE_TONES, CandidateState
from plugins.zhejiang.documents.states import KIND_WORDS, DocumentKind
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.parties import institution_candidate, institution_id_of
from plugins.zhejiang.review import bulk as bulks
from plugins.zhejiang.review import service
from plugins.zhejiang.review.applications import enter
from plugins.zhejiang.review.exporting import exported
from plugins.zhejiang.review.models import Application
from plugins.zhejiang.review.queries import (
    Case,
    batch_counts,
    case_of,
    cases_of,
    changed_fields,
    changed_pictures,
    firms_of,
    history_of,
    open_bulk,
    samples_of,
)
from plugins.zhejiang.review.rules import Outcome
from plugins.zhejiang.review.schemas import ApplicationSchema, PassSchema, ReturnSchema, typed_of
from plugins.zhejiang.review.states import FILLED_WORDS, FilledBy
from plugins.zhejiang.review.table import GROUPS, TABLE
from plugins.zhejiang.review.wording import (
    COMMON,
    DATA,
    DATA_COMMON,
    DATA_WORD,
    FIT_WORDS,
    OUTCOME_TONES,
    OUTCOME_WORDS,
    basis,
    said,
    worked,
)

bp = Blueprint("zj_review", __name__, template_folder="../templates")
SIZES = (20, 50, 100)
EXPORT_ROWS = 20_000
OLDEST_FIRST = (Candidate.moved_at, Candidate.row, Candidate.id)
TABS = (CandidateState.SUBMITTED, CandidateState.RETURNED, CandidateState.REVIEWED)
PASSED = (CandidateState.REVIEWED, CandidateState.ORDERED, CandidateState.ENROLLED)


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


# the queue

@bp.get("/zj/review/queue")
@policy(Permission.REVIEW_INSTITUTION)
def queue() -> ResponseReturnValue:
    """资格审核: who waits, was returned, was passed; the longest waiting first."""
    ctx = current_ctx()
    tab, everybody = _tab(), _narrowed(ctx)
    shown = page_of(ctx.db, _in_tab(everybody, tab).order_by(*OLDEST_FIRST), request.args, SIZES[0], SIZES)
    batches = _batches(ctx, institution_id_of(ctx))
    return page("zhejiang/review/queue.html", page=shown, lines=cases_of(ctx, shown.items), tab=tab, tabs=TABS,
                firms=firms_of(ctx, shown.items),
                counts={one: _count(ctx, _in_tab(everybody, one)) for one in TABS}, words=REVIEW_WORDS,
                tones=STATE_TONES, outcomes=OUTCOME_WORDS, outcome_tones=OUTCOME_TONES, batches=batches,
                posts=[(str(one.id), one.name) for one in post_names(ctx).values()], asked=request.args,
                numbers={one.id: one.number for one in batches},
                query=request.query_string.decode("ascii", "ignore"),
                waiting=batch_counts(ctx, [one.id for one in batches]))


@bp.post("/zj/review/queue/export")
@policy(Permission.REVIEW_INSTITUTION)
def export() -> ResponseReturnValue:
    """What the address asks for, as a sheet without formulas; a post, since taking data away is a deed."""
    ctx = current_ctx()
    rows = ctx.db.scalars(_in_tab(_narrowed(ctx), _tab()).order_by(*OLDEST_FIRST).limit(EXPORT_ROWS)).all()
    ctx.record("zhejiang.review.export", "-", rows=len(rows))
    answer = Response(exported(cases_of(ctx, rows), firms_of(ctx, rows)), content_type=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="review.xlsx"'
    return answer


def _tab() -> CandidateState:
    return next((one for one in TABS if one == request.args.get("state")), CandidateState.SUBMITTED)


def _in_tab(rows: Select[Any], tab: CandidateState) -> Select[Any]:
    return rows.where(Candidate.state.in_(PASSED if tab is CandidateState.REVIEWED else (tab,)))


def _count(ctx: Ctx, rows: Select[Any]) -> int:
    return page_of(ctx.db, rows, {}, 1, (1,)).total


def _batches(ctx: Ctx, institution_id: Id) -> Sequence[Batch]:
    """The newest batches that somebody has been submitted from."""
    seen = select(Candidate.batch_id).where(Candidate.institution_id == institution_id,
                                            Candidate.state != CandidateState.ENTERED)
    return ctx.db.scalars(select(Batch).where(Batch.id.in_(seen)).order_by(Batch.created_at.desc()).limit(100)).all()


def _narrowed(ctx: Ctx) -> Select[Any]:
    """The institution's people, by what the address asks for."""
    rows, asked = select(Candidate).where(Candidate.institution_id == institution_id_of(ctx)), request.args
    if batch_id := _uuid(asked.get("batch")):
        rows = rows.where(Candidate.batch_id == batch_id)
    if post_id := _uuid(asked.get("post")):
        rows = rows.where(Candidate.post_id == post_id)
    if who := [found for one in asked.getlist("who")[:50] if (found := _uuid(one))]:
        rows = rows.where(Candidate.person_id.in_(who))
    if (outcome := asked.get("outcome")) in set(Outcome):
        applied = select(Application.candidate_id).where(Application.outcome != Outcome.UNKNOWN)
        rows = rows.where(Candidate.id.not_in(applied)) if outcome == Outcome.UNKNOWN else rows.where(Candidate.id.in_(
            select(Application.candidate_id).where(Application.outcome == outcome)))
    if firm := asked.get("firm", "").strip()[:60]:
        rows = rows.where(Candidate.enterprise_id.in_(
            select(Enterprise.id).where(like_party(Enterprise.organization_id.expression, firm))))
    return rows


def _uuid(text: str | None) -> Id | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@bp.post("/zj/review/queue/find")
@policy(Permission.REVIEW_INSTITUTION)
def find_person() -> ResponseReturnValue:
    """By name, ID number or phone: posted, so that no number stands in an address or a log (R41)."""
    ctx = current_ctx()
    term = request.form.get("q", "").strip()[:60]
    people = find(ctx, term) if term else []
    own = set(ctx.db.scalars(select(Candidate.person_id).where(
        Candidate.institution_id == institution_id_of(ctx), Candidate.person_id.in_([one.id for one in people]))))
    ctx.record("zhejiang.review.find", "-", people=len(own))
    if term and not own:
        flash(_("没有找到报名本机构的这位学员。请核对姓名（要写全名）或号码。"), "stop")
        return redirect(url_for(".queue"), 303)
    state = request.form.get("state", "")
    return redirect(url_for(".queue", who=[str(one) for one in own], state=state or None), 303)


# one candidate

@bp.get("/zj/review/cases/<uuid:case_id>")
@policy(Permission.REVIEW_INSTITUTION)
def case(case_id: UUID) -> ResponseReturnValue:
    """六份资料 beside the data, the rules' judgement with its reasons, and what is to be decided."""
    ctx = current_ctx()
    return _show(ctx, institution_candidate(ctx, case_id))


def _show(ctx: Ctx, candidate: Candidate, form: Form[Any] | None = None, part: str = "") -> ResponseReturnValue:
    found = case_of(ctx, candidate)
    batch = ctx.db.get_one(Batch, candidate.batch_id)
    held = open_bulk(ctx, batch.id)
    sampled = [one for one in samples_of(ctx, held.id) if one.candidate_id == candidate.id] if held else []
    forms: dict[str, Form[Any]] = {
        "application": Form(ApplicationSchema(), data=typed_of(found.application)),
        "approve": Form(PassSchema(), data={"version": found.version}),
        "give_back": Form(ReturnSchema(), data={"version": found.version}),
    }
    if form is not None:
        forms[part] = form
    return page(
        "zhejiang/review/case.html", status=form.status if form else 200, case=found, batch=batch,
        firm=firms_of(ctx, [candidate])[candidate.enterprise_id],
        pictures=_pictures(found), words=KIND_WORDS, state=CandidateState(candidate.state), review_words=REVIEW_WORDS,
        tones=STATE_TONES, outcomes=OUTCOME_WORDS, outcome_tones=OUTCOME_TONES, basis=basis(found.verdict),
        fit=FIT_WORDS[found.verdict.fit], reasons=[said(one) for one in found.verdict.reasons],
        months=worked(found.verdict.months), filled=FILLED_WORDS, group=GROUPS.get(found.post.family), table=TABLE,
        history=history_of(ctx, candidate.id), changed=changed_pictures(found), fields=changed_fields(found),
        common=COMMON, data=DATA, data_word=DATA_WORD, data_common=DATA_COMMON, forms=forms, part=part,
        next_id=service.next_waiting(ctx, candidate), sampled=sampled[0] if sampled else None, passes=Outcome.PASSES)


def _pictures(found: Case) -> list[tuple[DocumentKind, Any]]:
    return [(kind, found.documents.get(kind)) for kind in DocumentKind
            if kind in found.needed or kind in found.documents]


def _done(ctx: Ctx, candidate: Candidate, words: str) -> ResponseReturnValue:
    """Said, and on to the next who waits."""
    flash(words, "done")
    following = service.next_waiting(ctx, candidate)
    return redirect(url_for(".case", case_id=following) if following else url_for(".queue"), 303)


@bp.post("/zj/review/cases/<uuid:case_id>/application")
@policy(Permission.REVIEW_INSTITUTION)
def type_in(case_id: UUID) -> ResponseReturnValue:
    """对照图片录入: what the enterprise did not enter (ZJ-19)."""
    ctx = current_ctx()
    candidate = service.locked(ctx, institution_candidate(ctx, case_id).id)
    form = Form(ApplicationSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            enter(ctx, candidate, case_of(ctx, candidate).person, asked.entered(), FilledBy.REVIEWER)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            ctx.record("zhejiang.application.reviewer", case_id)
            flash(_("已保存，系统已重新判断。"), "done")
            return redirect(url_for(".case", case_id=case_id), 303)
    return _show(ctx, institution_candidate(ctx, case_id), form, "application")


@bp.post("/zj/review/cases/<uuid:case_id>/pass")
@policy(Permission.REVIEW_INSTITUTION)
def approve(case_id: UUID) -> ResponseReturnValue:
    """通过 →【资格审核状态为已审核】."""
    ctx = current_ctx()
    candidate = institution_candidate(ctx, case_id)
    form = Form(PassSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            service.approve(ctx, case_id, asked.version, asked.reason)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return _done(ctx, candidate, _("已通过，【资格审核状态为已审核】。"))
    return _show(ctx, institution_candidate(ctx, case_id), form, "approve")


@bp.post("/zj/review/cases/<uuid:case_id>/return")
@policy(Permission.REVIEW_INSTITUTION)
def give_back(case_id: UUID) -> ResponseReturnValue:
    """退回补正, or 撤回 of a pass."""
    ctx = current_ctx()
    candidate = institution_candidate(ctx, case_id)
    form = Form(ReturnSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            if candidate.state == CandidateState.REVIEWED and not asked.version:
                service.revoke(ctx, case_id, asked.refused, asked.reason)
            else:
                service.give_back(ctx, case_id, asked.version, asked.refused, asked.reason)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return _done(ctx, candidate, _("已退回，单位会看到要补正的资料和原因。"))
    return _show(ctx, institution_candidate(ctx, case_id), form, "give_back")


@bp.post("/zj/review/cases/<uuid:case_id>/seen")
@policy(Permission.REVIEW_INSTITUTION)
def seen(case_id: UUID) -> ResponseReturnValue:
    """抽查: the page of a sampled candidate has been looked at."""
    ctx = current_ctx()
    candidate = institution_candidate(ctx, case_id)
    bulks.note_opened(ctx, candidate.id)
    return redirect(url_for(".bulk", batch_id=candidate.batch_id), 303)


# a batch at once

@bp.get("/zj/review/bulk/<uuid:batch_id>")
@policy(Permission.REVIEW_INSTITUTION)
def bulk(batch_id: UUID) -> ResponseReturnValue:
    """批量审核: whom the rules pass, whom a person has to judge, and the sample."""
    ctx = current_ctx()
    batch = bulks.institution_batch(ctx, batch_id)
    held = bulks.newest(ctx, batch)
    waiting = bulks.waiting_cases(ctx, batch)
    able = bulks.passable(ctx, waiting)
    passed = {one.candidate.id for one in able}
    samples = samples_of(ctx, held.id) if held else []
    people = {one.candidate.id: one for one in cases_of(ctx, [
        ctx.db.get_one(Candidate, one.candidate_id) for one in samples])}
    return page("zhejiang/review/bulk.html", batch=batch, bulk=held, samples=samples, people=people,
                passable=able, others=[one for one in waiting if one.candidate.id not in passed],
                outcomes=OUTCOME_WORDS,
                outcome_tones=OUTCOME_TONES, said=said, words=REVIEW_WORDS, tones=STATE_TONES)


@bp.post("/zj/review/bulk/<uuid:batch_id>/draw")
@policy(Permission.REVIEW_INSTITUTION)
def draw(batch_id: UUID) -> ResponseReturnValue:
    """抽取抽查名单: by the server, once."""
    ctx = current_ctx()
    bulks.draw(ctx, bulks.institution_batch(ctx, batch_id))
    return redirect(url_for(".bulk", batch_id=batch_id), 303)


@bp.post("/zj/review/bulk/<uuid:batch_id>/pass")
@policy(Permission.REVIEW_INSTITUTION)
def pass_all(batch_id: UUID) -> ResponseReturnValue:
    """全部通过."""
    ctx = current_ctx()
    batch = bulks.institution_batch(ctx, batch_id)
    try:
        bulks.start(ctx, batch)
    except DomainError as error:
        ctx.rollback()
        flash(error.sentence + error.hint, "stop")
    return redirect(url_for(".bulk", batch_id=batch_id), 303)
