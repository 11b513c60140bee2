"""【学员报名】: batches, the people in them, export, and who is withdrawn (ZJ-12, ZJ-15 … ZJ-17, ZJ-26)."""
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, DomainError
from core.api.organization import posts
from core.api.sheets import XLSX, Column, text, write_sheet
from core.api.web import Form, JianxueFlask, Permission, current_ctx, once, page, page_of, policy

from plugins.zhejiang.batch import queries, service
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.queries import Filters
from plugins.zhejiang.batch.schemas import BatchSchema, SearchSchema, SheetSchema
from plugins.zhejiang.batch.states import (
    ENTRY_WORDS,
    MODE_WORDS,
    REVIEW_WORDS,
    SHEET_TONES,
    SHEET_WORDS,
    STATE_TONES,
    CandidateState,
    Mode,
)
from plugins.zhejiang.parties import enterprise_batch, enterprise_candidate, own_enterprise

bp = Blueprint("zj_batch", __name__, template_folder="../templates")


FILTERS = ("number", "post", "mode", "year", "closed")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/zj/batch/")
@policy(Permission.ENROLL_STAFF)
def front() -> ResponseReturnValue:
    """学员报名: the batches of first-time training."""
    return _front(continuing=False)


@bp.get("/zj/batch/continuing/")
@policy(Permission.ENROLL_STAFF)
def continuing() -> ResponseReturnValue:
    """继续教育报名管理 → 学员报名 (ZJ-26)."""
    return _front(continuing=True)


def _front(continuing: bool) -> ResponseReturnValue:
    ctx = current_ctx()
    enterprise = own_enterprise(ctx)
    asked = Filters(**{key: request.args.get(key, "").strip()[:40] for key in FILTERS})
    shown = page_of(ctx.db, queries.batches(enterprise, continuing, asked), request.args)
    names = queries.post_names(ctx)
    picks = [("post", _("岗位"), [(str(key), name) for key, name in names.items()], asked.post)]
    if not continuing:
        picks.append(("mode", _("培训方式"), [(mode.value, str(MODE_WORDS[mode]))
                                          for mode in (Mode.ONLINE, Mode.OFFLINE)], asked.mode))
    years = [str(year) for year in queries.years(ctx, enterprise)]
    picks.append(("year", _("年度"), [(year, year) for year in years], asked.year))
    return page("zhejiang/batch/front.html", page=shown, continuing=continuing, picks=picks, asked=asked, names=names,
                heads=queries.headcounts(ctx, [row.id for row in shown.items]), words=MODE_WORDS,
                institutions=queries.institution_names(ctx, [row.institution_id for row in shown.items]),
                states=CandidateState, filtered=asked != Filters(), years=years)


@bp.route("/zj/batch/new", methods=["GET", "POST"])
@once
@policy(Permission.ENROLL_STAFF)
def new() -> ResponseReturnValue:
    """新建批次: the post and mode stand in the address, so that the comparison of institutions can lead here."""
    ctx = current_ctx()
    own_enterprise(ctx)
    form = Form(BatchSchema(), request, {"institution": request.values.get("institution", "")})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            batch = service.open_batch(ctx, asked.post, asked.mode, asked.institution)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return redirect(url_for(".batch", batch_id=batch.id), 303)
    offered = posts(ctx)
    post = next((one for one in offered if str(one.id) == request.values.get("post")), None)
    mode = next((one for one in Mode if one.value == request.values.get("mode")), None)
    found = queries.choices(ctx, post.id, mode) if post and mode else ()
    return page("zhejiang/batch/new.html", status=form.status, form=form, posts=offered, post=post, mode=mode,
                modes=(Mode.ONLINE, Mode.OFFLINE), found=found, words=MODE_WORDS,
                continuing=mode is Mode.CONTINUING)


@bp.get("/zj/batch/<uuid:batch_id>")
@policy(Permission.ENROLL_STAFF)
def batch(batch_id: UUID) -> ResponseReturnValue:
    """批次: its sheets and its people."""
    return show(current_ctx(), enterprise_batch(current_ctx(), batch_id))


@bp.post("/zj/batch/<uuid:batch_id>/find")
@policy(Permission.ENROLL_STAFF)
def find(batch_id: UUID) -> ResponseReturnValue:
    """Posted, so that neither a name nor a number stands in an address or a log (R41)."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    form = Form(SearchSchema(), request)
    form.submitted()
    asked = form.load()
    return show(ctx, held, term=asked["q"] if asked else "")


def show(ctx: Ctx, held: Batch, form: Form[dict[str, object]] | None = None, term: str = "") -> ResponseReturnValue:
    """The page of a batch; `form`: an upload that was refused."""
    state = request.args.get("state", "")
    shown = page_of(ctx.db, queries.candidates(held, state), request.args, 20)
    rows: Sequence[Candidate] = queries.candidates_like(ctx, held, term) if term else shown.items
    heads = queries.headcounts(ctx, [held.id])[held.id]
    return page(
        "zhejiang/batch/batch.html", status=form.status if form else 200, batch=held, form=form or Form(SheetSchema()),
        page=shown, rows=rows, people=queries.contacts(ctx, rows), term=term, state=state, heads=heads,
        total=sum(number for one, number in heads.items() if one is not CandidateState.CANCELLED),
        can_go=sum(heads.get(one, 0) for one in service.withdrawable(held)), goes=service.withdrawable(held),
        sheets=queries.sheets_of(ctx, held), post=queries.post_names(ctx)[held.post_id],
        mode=MODE_WORDS[Mode(held.mode)],
        institution=queries.institution_names(ctx, [held.institution_id])[held.institution_id],
        continuing=held.mode == Mode.CONTINUING, review=REVIEW_WORDS, entry=ENTRY_WORDS, tones=STATE_TONES,
        states=[(one.value, f"{REVIEW_WORDS[one]} / {ENTRY_WORDS[one]}") for one in CandidateState if heads.get(one)],
        onward=_onward(held, heads), sheet_words=SHEET_WORDS, sheet_tones=SHEET_TONES)


def _onward(held: Batch, heads: Mapping[CandidateState, int]) -> list[tuple[str, str]]:
    """What is to be done next with the batch in the other rooms, the most pressing first."""
    links = []
    if heads.get(CandidateState.REVIEWED):
        links.append((_("生成报名订单"), url_for("zj_order.new", institution_id=held.institution_id)))
    if held.mode != Mode.CONTINUING and heads:
        links += [(_("上传报名资料"), url_for("zj_documents.grid", batch_id=held.id)),
                  (_("填表并提交审核"), url_for("zj_filing.overview", batch_id=held.id))]
    return links


@bp.post("/zj/batch/<uuid:batch_id>/export")
@policy(Permission.ENROLL_STAFF)
def export(batch_id: UUID) -> ResponseReturnValue:
    """学员名单 as xlsx: a post, since taking data away is a deed; no formula in it (F6)."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    rows = ctx.db.scalars(queries.candidates(held, request.form.get("state", ""))).all()
    people = queries.contacts(ctx, rows)
    titles = (_("姓名"), _("性别"), _("身份证号"), _("手机号"), _("学历"), _("工作单位"), _("资格审核状态"), _("报名状态"))
    cells = [(people[row.person_id].name, people[row.person_id].sex, people[row.person_id].id_number,
              people[row.person_id].phone, row.education, row.employer, str(REVIEW_WORDS[CandidateState(row.state)]),
              str(ENTRY_WORDS[CandidateState(row.state)])) for row in rows]
    ctx.record("zhejiang.batch_exported", held.id, rows=len(rows))
    columns = [Column(str(at), title, text(), width=20) for at, title in enumerate(titles)]
    return workbook(write_sheet(columns, cells, name=held.number), f"{held.number}.xlsx")


def workbook(data: bytes, name: str) -> Response:
    """A sheet to download; `name` in ASCII."""
    response = Response(data, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.route("/zj/batch/<uuid:batch_id>/withdraw", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def withdraw_all(batch_id: UUID) -> ResponseReturnValue:
    """撤下全部, after a question that says how many."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    if request.method == "POST":
        flash(_("已撤下 %(total)s 人。", total=service.withdraw_all(ctx, held)), "done")
        return redirect(url_for(".batch", batch_id=held.id), 303)
    heads = queries.headcounts(ctx, [held.id])[held.id]
    total = sum(heads.get(one, 0) for one in service.withdrawable(held))
    return page("ui/confirm.html", console=True, title=_("撤下 %(total)s 人？", total=total), kind="danger",
                text=_("还没有提交审核的人将从批次 %(number)s 撤下，账号保留；再次上传表格可以重新报名。", number=held.number),
                action=request.path, cancel=url_for(".batch", batch_id=held.id), label=_("全部撤下"))


@bp.route("/zj/batch/<uuid:batch_id>/discard", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def discard(batch_id: UUID) -> ResponseReturnValue:
    """作废一个空批次."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    if request.method == "POST":
        service.discard(ctx, held)
        flash(_("批次 %(number)s 已作废。", number=held.number), "done")
        return redirect(url_for(".continuing" if held.mode == Mode.CONTINUING else ".front"), 303)
    return page("ui/confirm.html", console=True, title=_("作废批次 %(number)s？", number=held.number), kind="danger",
                text=_("作废后不在列表中显示，也不能再上传表格；可以在“已作废”里恢复。"), action=request.path,
                cancel=url_for(".batch", batch_id=held.id), label=_("作废"))


@bp.post("/zj/batch/<uuid:batch_id>/restore")
@policy(Permission.ENROLL_STAFF)
def restore(batch_id: UUID) -> ResponseReturnValue:
    """恢复作废的批次."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    service.restore(ctx, held)
    return redirect(url_for(".batch", batch_id=held.id), 303)


@bp.route("/zj/batch/candidates/<uuid:candidate_id>/withdraw", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def withdraw(candidate_id: UUID) -> ResponseReturnValue:
    """撤下一人."""
    ctx = current_ctx()
    row = enterprise_candidate(ctx, candidate_id)
    held = enterprise_batch(ctx, row.batch_id)
    name = queries.contacts(ctx, [row])[row.person_id].name
    if request.method == "POST":
        service.withdraw(ctx, held, row)
        flash(_("已撤下%(name)s。", name=name), "done")
        return redirect(url_for(".batch", batch_id=held.id), 303)
    return page("ui/confirm.html", console=True, title=_("撤下%(name)s？", name=name), kind="danger",
                text=_("将从批次 %(number)s 撤下，账号保留；再次上传表格可以重新报名。", number=held.number),
                action=request.path, cancel=url_for(".batch", batch_id=held.id), label=_("撤下"))
