"""Pages of the documents: the grid of a batch, the zip in pieces, one picture (ZJ-09 … ZJ-11, ZJ-18)."""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from core.api import Ctx, DomainError, NotFound, Refused
from core.api.sheets import XLSX
from core.api.store import Id
from core.api.web import Form, JianxueFlask, Permission, current_ctx, page, page_of, policy

from plugins.zhejiang import parties
from plugins.zhejiang.batch.models import Batch
from plugins.zhejiang.documents import exporting, keeping, queries, receiving, showing
from plugins.zhejiang.documents.models import Upload
from plugins.zhejiang.documents.schemas import PictureSchema, ZipSchema
from plugins.zhejiang.documents.states import DocumentKind, UploadState

bp = Blueprint("zj_documents", __name__, template_folder="../templates", url_prefix="/zj/documents")
PLAIN_MOST = 100 * 2**20
"""Without a script a zip comes in one piece, which nothing resumes."""


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/")
@policy(Permission.ENROLL_STAFF)
def batches() -> ResponseReturnValue:
    """学员资料: one's batches, and how many of their people are complete."""
    ctx = current_ctx()
    found = page_of(ctx.db, queries.batches_of(parties.own_enterprise(ctx).id), request.args)
    return page("zhejiang/documents/batches.html", page=found, posts=showing.posts_of(ctx, found.items),
                counts={one.id: queries.counts_of(ctx, one.id) for one in found.items})


@bp.get("/batches/<uuid:batch_id>")
@policy(Permission.ENROLL_STAFF)
def grid(batch_id: UUID) -> ResponseReturnValue:
    """人员 × 资料."""
    ctx = current_ctx()
    return _grid(ctx, parties.enterprise_batch(ctx, batch_id))


@bp.post("/batches/<uuid:batch_id>/find")
@policy(Permission.ENROLL_STAFF)
def search(batch_id: UUID) -> ResponseReturnValue:
    """查询 somebody: posted, so that no number stands in an address or a log (R41)."""
    ctx = current_ctx()
    batch = parties.enterprise_batch(ctx, batch_id)
    return _grid(ctx, batch, term=request.form.get("q", "").strip()[:60])


def _grid(ctx: Ctx, batch: Batch, form: Form[Any] | None = None, term: str = "") -> ResponseReturnValue:
    form = form or Form(ZipSchema())
    return page("zhejiang/documents/grid.html", status=form.status, form=form,
                **showing.grid_of(ctx, batch, request.args, term))


@bp.get("/batches/<uuid:batch_id>/progress")
@policy(Permission.ENROLL_STAFF)
def progress(batch_id: UUID) -> ResponseReturnValue:
    """What goes on behind the page, in numbers."""
    ctx = current_ctx()
    return jsonify(showing.progress_of(ctx, parties.enterprise_batch(ctx, batch_id)))


@bp.post("/batches/<uuid:batch_id>/uploads")
@policy(Permission.ENROLL_STAFF)
def begin(batch_id: UUID) -> ResponseReturnValue:
    """Where the pieces of a zip go, and how far it is already."""
    ctx = current_ctx()
    batch, asked = parties.enterprise_batch(ctx, batch_id), request.get_json(silent=True)
    if not isinstance(asked, dict) or type(asked.get("size")) is not int or not 0 <= asked["size"] < 2**53:
        raise Refused("upload_unclear", _("没有看懂这次上传，请刷新页面后重新选择文件。"))
    upload = receiving.begin(ctx, batch, str(asked.get("name", "")), asked["size"], str(asked.get("mark", "")))
    return jsonify(received=upload.received, pieces=url_for(".piece", upload_id=upload.id),
                   done=url_for(".grid", batch_id=batch_id))


@bp.post("/uploads/<uuid:upload_id>/pieces")
@policy(Permission.ENROLL_STAFF)
def piece(upload_id: UUID) -> ResponseReturnValue:
    """The next bytes. They are read before the database is asked: a slow line keeps nobody else waiting."""
    if request.content_length is None or request.content_length > receiving.PIECE:
        raise Refused("piece", _("这一段数据太大，请刷新页面后重新选择文件。"))
    data, ctx = request.get_data(cache=False), current_ctx()
    upload = _own_upload(ctx, upload_id, lock=True)
    receiving.add_piece(ctx, upload, request.args.get("at", -1, type=int), data)
    return jsonify(received=upload.received)


@bp.post("/batches/<uuid:batch_id>/zip")
@policy(Permission.ENROLL_STAFF)
def whole(batch_id: UUID) -> ResponseReturnValue:
    """The zip in one piece, where there is no script."""
    ctx = current_ctx()
    batch = parties.enterprise_batch(ctx, batch_id)
    form: Form[Any] = Form(ZipSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            _receive(ctx, batch, asked.zip)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("压缩包已收到，正在核对。"), "done")
            return redirect(url_for(".grid", batch_id=batch_id), 303)
    return _grid(ctx, parties.enterprise_batch(ctx, batch_id), form)


def _receive(ctx: Ctx, batch: Batch, file: FileStorage) -> None:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    if size > PLAIN_MOST:
        raise Refused("zip_plain", _("不能用脚本的浏览器一次最多上传 %(most)s MB。请换用谷歌浏览器，或分成几个 zip 上传。",
                                     most=PLAIN_MOST // 2**20), field="zip")
    upload = receiving.begin(ctx, batch, file.filename or "", size, "plain")
    file.stream.seek(upload.received)
    while data := file.stream.read(receiving.PIECE):
        receiving.add_piece(ctx, upload, upload.received, data)


@bp.get("/uploads/<uuid:upload_id>")
@policy(Permission.ENROLL_STAFF)
def report(upload_id: UUID) -> ResponseReturnValue:
    """What of a zip did not fit, each file with its reason."""
    ctx = current_ctx()
    upload = _own_upload(ctx, upload_id)
    return page("zhejiang/documents/report.html", upload=upload, report=queries.report_of(upload),
                words=showing.UPLOAD_WORDS, tones=showing.UPLOAD_TONES)


@bp.post("/uploads/<uuid:upload_id>/cancel")
@policy(Permission.ENROLL_STAFF)
def cancel(upload_id: UUID) -> ResponseReturnValue:
    """取消上传."""
    ctx = current_ctx()
    upload = _own_upload(ctx, upload_id, lock=True)
    running = upload.state == UploadState.RUNNING
    receiving.cancel(ctx, upload)
    flash(_("已停止。已经核对好的图片保留，其余的没有处理。") if running else _("上传已取消。"), "done")
    return redirect(url_for(".grid", batch_id=upload.batch_id), 303)


def _own_upload(ctx: Ctx, upload_id: Id, *, lock: bool = False) -> Upload:
    """NotFound for an upload into somebody else's batch."""
    upload = receiving.upload_of(ctx, upload_id, lock=lock)
    parties.enterprise_batch(ctx, upload.batch_id)
    return upload


@bp.post("/batches/<uuid:batch_id>/offers")
@policy(Permission.ENROLL_STAFF)
def offers(batch_id: UUID) -> ResponseReturnValue:
    """采用 or 不采用 of what was guessed."""
    ctx = current_ctx()
    batch = parties.enterprise_batch(ctx, batch_id)
    chosen = [UUID(one) for one in request.form.getlist("offer") if showing.is_id(one)]
    if not chosen:
        flash(_("请先勾选图片。"), "stop")
    elif request.form.get("say") == "take":
        flash(_("已采用 %(count)s 张图片。", count=keeping.take_offers(ctx, batch.id, chosen)), "done")
    else:
        flash(_("已去掉 %(count)s 张图片。", count=keeping.drop_offers(ctx, batch.id, chosen)), "done")
    return redirect(url_for(".grid", batch_id=batch_id), 303)


@bp.get("/offers/<uuid:offer_id>.jpg")
@policy(Permission.ENROLL_STAFF)
def offered(offer_id: UUID) -> Response:
    """The picture of an offer."""
    ctx = current_ctx()
    offer = queries.offer_of(ctx, offer_id)
    parties.enterprise_batch(ctx, offer.batch_id)
    return showing.picture(ctx, offer.candidate_id, offer.kind, offer.blob_key)


@bp.post("/batches/<uuid:batch_id>/missing")
@policy(Permission.ENROLL_STAFF)
def missing(batch_id: UUID) -> ResponseReturnValue:
    """还缺的资料 as a sheet; a post, since taking data away is a deed."""
    ctx = current_ctx()
    batch = parties.enterprise_batch(ctx, batch_id)
    ctx.record("zhejiang.documents_missing", batch.id)
    return Response(exporting.missing_sheet(ctx, batch.id), mimetype=XLSX,
                    headers={"Content-Disposition": 'attachment; filename="missing.xlsx"'})


def _kind(said: str) -> DocumentKind:
    try:
        return DocumentKind(said)
    except ValueError:
        raise NotFound("document", _("没有这种资料。")) from None


@bp.route("/candidates/<uuid:candidate_id>/<kind>", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def document(candidate_id: UUID, kind: str) -> ResponseReturnValue:
    """One place: the picture, what is against it, another one in its place."""
    which, ctx = _kind(kind), current_ctx()
    candidate = parties.enterprise_candidate(ctx, candidate_id)
    form: Form[Any] = Form(PictureSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            keeping.replace(ctx, candidate, which, asked.picture.filename or "", asked.picture.stream.read())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("图片已收到，正在检查。"), "done")
            return redirect(url_for(".document", candidate_id=candidate_id, kind=which), 303)
    return page("zhejiang/documents/document.html", status=form.status, form=form,
                **showing.document_of(ctx, parties.enterprise_candidate(ctx, candidate_id), which))


@bp.route("/candidates/<uuid:candidate_id>/<kind>/remove", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def remove(candidate_id: UUID, kind: str) -> ResponseReturnValue:
    """删除, after a word."""
    which, ctx = _kind(kind), current_ctx()
    candidate = parties.enterprise_candidate(ctx, candidate_id)
    if request.method == "POST":
        keeping.remove(ctx, candidate, which)
        flash(_("图片已删除。"), "done")
        return redirect(url_for(".grid", batch_id=candidate.batch_id), 303)
    return page("ui/confirm.html", console=True, title=_("删除这张图片？"), kind="danger", label=_("删除"),
                text=_("删除后这份资料就缺了，要重新上传。"), action=request.path,
                cancel=url_for(".document", candidate_id=candidate_id, kind=which))


@bp.get("/candidates/<uuid:candidate_id>/<kind>.jpg")
@policy(Permission.ENROLL_STAFF)
def shown(candidate_id: UUID, kind: str) -> Response:
    """The picture, for the enterprise that sent it."""
    return _picture(parties.enterprise_candidate, candidate_id, kind)


@bp.get("/review/<uuid:candidate_id>/<kind>.jpg")
@policy(Permission.REVIEW_INSTITUTION)
def reviewed(candidate_id: UUID, kind: str) -> Response:
    """The picture, for the institution that judges it."""
    return _picture(parties.institution_candidate, candidate_id, kind)


def _picture(whose: Callable[[Ctx, Id], Any], candidate_id: Id, kind: str) -> Response:
    which, ctx = _kind(kind), current_ctx()
    candidate = whose(ctx, candidate_id)
    row = queries.documents_of(ctx, [candidate.id])[candidate.id].get(which)
    return showing.picture(ctx, candidate.id, which, row.blob_key if row else "")
