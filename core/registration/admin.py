"""Photo tickets in the back office, where a clerk decides (A.7), and accounts made from a sheet (BJ-05)."""
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import Select, func, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, daytime, expose, status
from core.base.errors import DomainError
from core.base.sheets import write_sheet
from core.identity import Person
from core.registration import people, photos
from core.registration.models import PeopleSheet, PhotoTicket
from core.registration.states import SHEET_TEXTS, TICKET_TEXTS, SheetState, TicketState
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id
from core.web.forms import Form, FormSchema, shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {TicketState.OPEN: Tone.ACTIVE, TicketState.ACCEPTED: Tone.DONE, TicketState.REFUSED: Tone.STOP}


def _state(row: PhotoTicket) -> object:
    found = TicketState(row.state) if row.state in set(TicketState) else None
    return status(TICKET_TEXTS[found], TONES[found]) if found else status(row.state)


def _settle(ctx: Ctx, row: PhotoTicket, note: str, *, accept: bool) -> None:
    photos.settle_ticket(ctx, row.id, accept=accept, answer=note)


def _open(row: PhotoTicket) -> bool:
    return row.state == TicketState.OPEN


class PhotoTickets(TableView[PhotoTicket]):
    """照片更换: tickets for photos that were wrongly accepted or refused; the old photo stays on file."""

    model, key, title, group, icon = PhotoTicket, "photo-tickets", _l("照片更换"), Group.PEOPLE, "person-bounding-box"
    permission = Permission.CORRECT_PHOTO
    summary = _l("学员申请更换照片，核对身份后处理。")
    lead = _l("请核对身份证后再同意。原来的照片留在档案中，学员会收到处理结果。")
    search_hint = _l("身份证号")
    private_search = True
    empty = _l("学员提交更换申请后，会显示在这里。")
    row_template = "console/photo_ticket.html"
    columns = (
        Col[PhotoTicket]("name", _l("姓名"), lambda row: row.person.name, kind="short"),
        Col[PhotoTicket]("id_number", _l("身份证号"), lambda row: masked_id(row.person.id_number), kind="short"),
        Col[PhotoTicket]("reason", _l("更换原因"), lambda row: row.reason),
        Col[PhotoTicket]("created", _l("提交时间"), lambda row: daytime(row.created_at), sort=PhotoTicket.created_at,
                         kind="short"),
        Col[PhotoTicket]("state", _l("状态"), _state, kind="short"),
    )
    picks = (
        Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in TICKET_TEXTS.items()],
             lambda rows, value: rows.where(PhotoTicket.state == value)),
    )
    actions = (
        RowAction[PhotoTicket](
            "accept", _l("同意更换"), None, lambda row: _("“%(name)s”的照片换成新照片，原照片留档。", name=row.person.name),
            _open, note=_l("处理理由（学员会看到）"),
            run_noted=lambda ctx, row, note: _settle(ctx, row, note, accept=True)),
        RowAction[PhotoTicket](
            "refuse", _l("不同意"), None, lambda row: _("“%(name)s”继续使用原来的照片。", name=row.person.name), _open,
            kind="danger", note=_l("处理理由（学员会看到）"),
            run_noted=lambda ctx, row, note: _settle(ctx, row, note, accept=False)),
    )

    def count(self, ctx: Ctx) -> int:
        return ctx.db.scalar(select(func.count()).select_from(PhotoTicket).where(
            PhotoTicket.state == TicketState.OPEN)) or 0

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(PhotoTicket).order_by(PhotoTicket.created_at.desc(), PhotoTicket.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        if not term.startswith("~"):
            return rows.where(PhotoTicket.state == term)
        return rows.where(PhotoTicket.person_id.in_(select(Person.id).where(Person.id_number_mac == term[1:])))

    def facts(self, ctx: Ctx, row: PhotoTicket) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("系统检查"), row.found or _("没有发现问题")), Fact(_("处理理由"), row.answer),
                Fact(_("处理人"), row.settled_by), Fact(_("处理时间"), daytime(row.settled_at))]

    @expose("/<id>/picture/<which>.jpg")
    def picture_view(self, id: str, which: str) -> ResponseReturnValue:
        """The new or the old picture of a ticket."""
        row = self.get_one(id)
        found = photos.picture_of(current_ctx(), row.new_key if which == "new" else row.old_key)
        if found is None:
            abort(404)
        return Response(found, mimetype="image/jpeg")


class PeopleSheetSchema(FormSchema[dict[str, Any]]):
    """The upload of a sheet of people."""

    sheet = fields.Raw(required=True, metadata=shown(_l("人员表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "姓名、身份证号、手机号必填；证书编号、岗位、发证机构、省份、发证日期选填，一本证书一行。")))


def _sheet_state(row: PeopleSheet) -> object:
    found = SheetState(row.state)
    return status(SHEET_TEXTS[found], Tone.DONE if found is SheetState.DONE else Tone.ACTIVE)


class PeopleSheets(TableView[PeopleSheet]):
    """批量开户: accounts made beforehand from a sheet (BJ-05, X-06)."""

    model, key, title, group, icon = PeopleSheet, "people-sheets", _l("批量开户"), Group.PEOPLE, "person-plus"
    summary = _l("用表格为学员开设账号，先检查，确认后写入。")
    lead = _l("已有账号的人不会重复开户，密码和手机号也不会改动。新账号使用本平台的初始密码，首次登录须改。")
    empty = _l("上传人员表格后，每次导入的结果会显示在这里。")
    row_template = "console/people_sheet.html"
    columns = (
        Col[PeopleSheet]("file", _l("文件"), lambda row: row.filename),
        Col[PeopleSheet]("created", _l("上传时间"), lambda row: daytime(row.created_at), sort=PeopleSheet.created_at,
                         kind="short"),
        Col[PeopleSheet]("rows", _l("行数"), lambda row: row.rows, kind="num"),
        Col[PeopleSheet]("opened", _l("新开账号"), lambda row: row.opened, kind="num"),
        Col[PeopleSheet]("findings", _l("需要改正"), lambda row: row.finding_count, kind="num"),
        Col[PeopleSheet]("state", _l("状态"), _sheet_state, kind="short"),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(PeopleSheet).order_by(PeopleSheet.created_at.desc(), PeopleSheet.id.desc())

    def buttons(self, ctx: Ctx) -> Sequence[tuple[Any, str]]:
        return [(_l("上传人员表格"), self.at("import_view"))]

    def more(self, ctx: Ctx, row: PeopleSheet) -> dict[str, Any]:
        return {"running": row.state == SheetState.RUNNING, "checked": row.state == SheetState.CHECKED}

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """The sheet is looked through; its page shows what is wrong before any account is made."""
        form = Form(PeopleSheetSchema(), request)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                report = people.check_sheet(current_ctx(), asked["sheet"].read(), asked["sheet"].filename)
            except DomainError as error:
                form.fail(error)
            else:
                return redirect(self.at("row_view", id=report.id), 303)
        return self.draw("console/people_import.html", form=form), form.status

    @expose("/<id>/write/", methods=("POST",))
    def write_view(self, id: str) -> ResponseReturnValue:
        """Make the accounts of the good rows."""
        report = self.get_one(id)
        people.start(current_ctx(), report)
        return redirect(self.at("row_view", id=report.id), 303)

    @expose("/<id>/mend/", methods=("POST",))
    def mend_view(self, id: str) -> ResponseReturnValue:
        """The rows to be mended, marked."""
        return _sheet_answer(people.mend(current_ctx(), self.get_one(id)), "to-mend.xlsx")

    @expose("/template/", methods=("POST",))
    def template_view(self) -> ResponseReturnValue:
        """The empty sheet with its drop-down list of posts."""
        return _sheet_answer(write_sheet(people.sheet_columns(current_ctx()), [], name="人员"), "people.xlsx")


def _sheet_answer(data: bytes, filename: str) -> Response:
    answer = Response(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return answer


def install(console: Console) -> None:
    console.add(PhotoTickets(), PeopleSheets())
