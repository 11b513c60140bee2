"""报名汇总表: template, upload, what is wrong in it, 确认导入, progress, cancel, the rows to mend (ZJ-15, ZJ-16, ZJ-19)."""
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import DomainError
from core.api.sheets import Finding
from core.api.web import Form, JianxueFlask, Permission, current_ctx, once, page, page_in, policy

from plugins.zhejiang.batch import checking, writing
from plugins.zhejiang.batch.kinds import NOTICES, words_of
from plugins.zhejiang.batch.models import BatchSheet
from plugins.zhejiang.batch.routes import show, workbook
from plugins.zhejiang.batch.schemas import SheetSchema
from plugins.zhejiang.batch.sheet import template as empty_sheet
from plugins.zhejiang.batch.states import SHEET_TONES, SHEET_WORDS, SheetState
from plugins.zhejiang.parties import enterprise_batch, enterprise_sheet

bp = Blueprint("zj_sheet", __name__, template_folder="../templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/zj/batch/template.xlsx")
@policy(Permission.ENROLL_STAFF)
def template() -> ResponseReturnValue:
    """附件4 空模板."""
    return workbook(empty_sheet(checking.sheet_columns(current_ctx())), "baoming-huizongbiao.xlsx")


@bp.post("/zj/batch/<uuid:batch_id>/sheet")
@once
@policy(Permission.ENROLL_STAFF)
def upload(batch_id: UUID) -> ResponseReturnValue:
    """The sheet is looked through; its page shows what is wrong before anybody is in."""
    ctx = current_ctx()
    held = enterprise_batch(ctx, batch_id)
    form = Form(SheetSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            sheet = checking.check_sheet(ctx, held, asked["sheet"].read(), asked["sheet"].filename)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return redirect(url_for(".sheet", sheet_id=sheet.id), 303)
    return show(ctx, held, form)


@bp.get("/zj/batch/sheets/<uuid:sheet_id>")
@policy(Permission.ENROLL_STAFF)
def sheet(sheet_id: UUID) -> ResponseReturnValue:
    """What the doctor says, and how far the import is."""
    ctx = current_ctx()
    row, held = enterprise_sheet(ctx, sheet_id)
    report = checking.report_of(ctx, row)
    kind = request.args.get("kind", "")
    findings = sorted(_late(row) + (report.findings if report else []), key=lambda one: one.code in NOTICES)
    shown = page_in([one for one in findings if not kind or one.code == kind], request.args, 20)
    return page("zhejiang/batch/sheet.html", sheet=row, batch=held, page=shown, kind=kind, groups=_groups(row),
                kept=report is not None, words=words_of, notices=NOTICES, state=SHEET_WORDS[SheetState(row.state)],
                tone=SHEET_TONES[SheetState(row.state)], states=SheetState)


def _late(row: BatchSheet) -> list[Finding]:
    """What was found only while the sheet was written."""
    return [Finding(number, column, cell, "", wrong, right, kind)
            for number, column, cell, wrong, right, kind in row.late]


def _groups(row: BatchSheet) -> list[tuple[str, str]]:
    """The kinds, how often each was found, and which keep nobody out."""
    counts: dict[str, int] = dict(row.findings)
    for one in _late(row):
        counts[one.code] = counts.get(one.code, 0) + 1
    return [(kind, (_("%(kind)s（%(count)s处，可以导入）", kind=words_of(kind), count=count) if kind in NOTICES else
                    _("%(kind)s（%(count)s处）", kind=words_of(kind), count=count))) for kind, count in counts.items()]


@bp.post("/zj/batch/sheets/<uuid:sheet_id>/confirm")
@policy(Permission.ENROLL_STAFF)
def confirm(sheet_id: UUID) -> ResponseReturnValue:
    """确认导入 (ZJ-15)."""
    ctx = current_ctx()
    row, _held = enterprise_sheet(ctx, sheet_id)
    writing.start(ctx, row)
    return redirect(url_for(".sheet", sheet_id=row.id), 303)


@bp.route("/zj/batch/sheets/<uuid:sheet_id>/cancel", methods=["GET", "POST"])
@policy(Permission.ENROLL_STAFF)
def cancel(sheet_id: UUID) -> ResponseReturnValue:
    """取消导入: what is in stays in, and the page says how many."""
    ctx = current_ctx()
    row, _held = enterprise_sheet(ctx, sheet_id)
    if request.method == "POST":
        writing.cancel(ctx, row)
        flash(_("已取消。已导入 %(written)s 人，其余 %(left)s 人没有导入。", written=row.written,
                left=row.fresh - row.written), "done")
        return redirect(url_for(".sheet", sheet_id=row.id), 303)
    return page("ui/confirm.html", console=True, title=_("取消导入这份表格？"), kind="danger",
                text=_("已经导入的人留在批次里，没有导入的不再导入。"), action=request.path,
                cancel=url_for(".sheet", sheet_id=row.id), label=_("取消导入"))


@bp.post("/zj/batch/sheets/<uuid:sheet_id>/mend")
@policy(Permission.ENROLL_STAFF)
def mend(sheet_id: UUID) -> ResponseReturnValue:
    """需要改正的行: a sheet with the faulty cells marked, to be mended and uploaded again (ZJ-16)."""
    ctx = current_ctx()
    row, held = enterprise_sheet(ctx, sheet_id)
    data = checking.to_mend(ctx, row)
    ctx.record("zhejiang.sheet_mended", row.id, rows=row.faulty)
    return workbook(data, f"{held.number}-to-mend.xlsx")
