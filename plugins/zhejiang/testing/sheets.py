"""Seats and results as a sheet, and a candidate's photo."""
from collections.abc import Iterable, Sequence

from flask import Response
from flask_babel import gettext as _

from core.api import Ctx, NotFound, local
from core.api.people import photo_of
from core.api.sheets import XLSX, Column, text, write_sheet

from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.queries import Row
from plugins.zhejiang.testing.states import STAND_WORDS


def plan_sheet(ctx: Ctx, plan: TestPlan, rows: Iterable[Row]) -> Response:
    """座位表 with entries and results."""
    titles = (_("测试计划"), _("座位"), _("姓名"), _("性别"), _("身份证号"), _("岗位"), _("入场时间"), _("状态"), _("分数"))
    cells = [(plan.number, row.seat.number, row.card.name, row.card.sex, row.card.id_shown, row.post,
              f"{local(row.seat.entered_at):%Y-%m-%d %H:%M}" if row.seat.entered_at else "",
              str(STAND_WORDS[row.stand]), _score(row)) for row in rows if row.card is not None]
    ctx.record("zhejiang.test_sheet", plan.id, rows=len(cells))
    return download(titles, cells, f"{plan.number}.xlsx", _("座位表"))


def _score(row: Row) -> object:
    found = row.sitting.score if row.sitting is not None else row.seat.score
    return "" if found is None else found


def download(titles: Sequence[str], cells: Sequence[Sequence[object]], filename: str, name: str) -> Response:
    """An xlsx in which nothing is a formula."""
    columns = [Column(str(at), title, text()) for at, title in enumerate(titles)]
    return Response(write_sheet(columns, cells, name=name), mimetype=XLSX, headers={
        "Content-Disposition": f"attachment; filename={filename}", "Cache-Control": "no-store"})


def picture(ctx: Ctx, seat: TestSeat) -> Response:
    """The photo on file of who has the seat; NotFound for an empty one."""
    if seat.candidate is None:
        raise NotFound("no_photo", _("还没有照片。"))
    data = photo_of(ctx, seat.candidate.person_id)
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Response(data, mimetype=kind, headers={"Cache-Control": "no-store"})
