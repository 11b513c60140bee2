"""Photo tickets in the back office: a clerk looks at both pictures and decides (A.7)."""
from collections.abc import Sequence
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, daytime, expose, status
from core.identity import Person
from core.registration import photos
from core.registration.models import PhotoTicket
from core.registration.states import TICKET_TEXTS, TicketState
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id

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


def install(console: Console) -> None:
    console.add(PhotoTickets())
