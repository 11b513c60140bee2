"""企业看板 and 职工名单 in the back office of an enterprise (C-19)."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, func, select

from core.api import Ctx, local_date
from core.api.console import (
    Col,
    Console,
    EditView,
    Fact,
    Group,
    Pick,
    RowAction,
    TableView,
    Tone,
    day,
    daytime,
    expose,
    status,
)
from core.api.organization import party_of, posts
from core.api.people import name_index
from core.api.store import Id
from core.api.web import FormSchema, Permission, current_ctx, shown

from plugins.zhejiang.board import bundles, service
from plugins.zhejiang.board.models import BoardRow, Employee
from plugins.zhejiang.board.states import REASON_WORDS, TONES, WORDS, Reason, Standing
from plugins.zhejiang.parties import approved, own_enterprise


def _standing(row: BoardRow) -> object:
    one = Standing(row.standing)
    return status(WORDS[one], Tone(TONES[one]))


def _hours(row: BoardRow) -> str:
    return f"{row.hours_done:g}/{row.hours_due}" if row.hours_due else "—"


def _remind(ctx: Ctx, row: BoardRow) -> None:
    service.remind(ctx, row, party_of(ctx, own_enterprise(ctx).organization_id).name)


def _leave(ctx: Ctx, row: BoardRow) -> None:
    service.leave(ctx, row.employee)


def _years(ctx: Ctx) -> Sequence[tuple[str, str]]:
    this = local_date(ctx.now).year
    return [(str(year), str(year)) for year in (this, this - 1)]


@dataclass(frozen=True)
class Count:
    """How many rows stand so; a link to them."""

    standing: Standing
    rows: int


class Board(TableView[BoardRow]):
    """企业看板: every employee × post × year, the most urgent first."""

    model, key, title, group, icon = BoardRow, "zj_board", _l("企业看板"), Group.PEOPLE, "grid"
    permission = Permission.ENROLL_STAFF
    summary = _l("每位职工每个岗位每个年度办到了哪一步。")
    search_hint, private_search = _l("姓名（要完整）或身份证号"), True
    empty = _l("在“学员报名”里报名以后，职工会出现在这里。")
    list_template = "zhejiang/board/list.html"
    columns = (
        Col[BoardRow]("name", _l("姓名"), lambda row: row.employee.name),
        Col[BoardRow]("id", _l("身份证号"), lambda row: row.employee.id_shown, kind="short"),
        Col[BoardRow]("post", _l("岗位"), lambda row: row.post, sort=BoardRow.post),
        Col[BoardRow]("year", _l("年度"), lambda row: row.year, sort=BoardRow.year, kind="short"),
        Col[BoardRow]("standing", _l("状态"), _standing, sort=BoardRow.place, kind="short"),
        Col[BoardRow]("hours", _l("学时"), _hours, sort=BoardRow.hours_done, kind="num"),
        Col[BoardRow]("reason", _l("说明"), lambda row: str(REASON_WORDS[Reason(row.reason)])),
    )
    picks = (
        Pick("standing", _l("状态"), lambda _ctx: [(one.value, str(WORDS[one])) for one in Standing],
             lambda rows, value: rows.where(BoardRow.standing == value)),
        Pick("post", _l("岗位"), lambda ctx: [(str(post.id), post.name) for post in posts(ctx)],
             lambda rows, value: rows.where(BoardRow.post_id == Id(value))),
        Pick("year", _l("年度"), _years, lambda rows, value: rows.where(BoardRow.year == int(value))),
    )
    actions = (
        RowAction[BoardRow]("remind", _l("提醒"), _remind, lambda row: _(
            "给“%(name)s”发一条短信和一条站内消息，提醒办理%(post)s岗位的培训。同一天只发一次。", name=row.employee.name,
            post=row.post), lambda row: service.may_remind(row), bulk=True),
        RowAction[BoardRow]("leave", _l("离职"), _leave, lambda row: _(
            "“%(name)s”离职后不再出现在看板上。已报名的培训照常进行，账号、学时和证书都归本人。以后可以在“职工名单”里撤销。",
            name=row.employee.name), kind="danger"),
    )

    def offered_at(self, ctx: Ctx) -> bool:
        """ZJ-06: an enterprise that is not approved has no people yet."""
        return approved(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return select(BoardRow).where(BoardRow.enterprise_id == own_enterprise(ctx).id).order_by(
            BoardRow.place, BoardRow.id)

    def search(self, ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.join(Employee).where(_like(ctx, term))

    def heading(self, row: BoardRow) -> str:
        return f"{row.employee.name} {row.post}"

    def facts(self, ctx: Ctx, row: BoardRow) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("入职日期"), day(row.employee.joined_on)),
                Fact(_("更新时间"), daytime(row.looked_at))]

    def render(self, template: str, **variables: Any) -> str:
        if template == self.list_template:
            ctx = current_ctx()
            enterprise = own_enterprise(ctx)
            counts = {row.standing: row.rows for row in ctx.db.execute(
                select(BoardRow.standing, func.count().label("rows")).where(BoardRow.enterprise_id == enterprise.id)
                .group_by(BoardRow.standing))}
            variables |= {
                "counts": [Count(one, counts[one]) for one in Standing if one in counts],
                "words": WORDS, "tones": TONES,
                "looked_at": ctx.db.scalar(select(func.max(BoardRow.looked_at)).where(
                    BoardRow.enterprise_id == enterprise.id)),
                "bundles": bundles.bundles_of(ctx, enterprise), "years": _years(ctx)}
        return super().render(template, **variables)

    @expose("/look/", methods=("POST",))
    def look_view(self) -> ResponseReturnValue:
        """Write the board anew now."""
        ctx = current_ctx()
        enterprise = own_enterprise(ctx)
        ctx.record("zhejiang.board_look", enterprise.id)
        service.ask_look(ctx, enterprise.id)
        flash(_("正在更新，请稍后刷新本页。"), "done")
        return redirect(self.at("index_view"), 303)

    @expose("/bundle/", methods=("POST",))
    def bundle_view(self) -> ResponseReturnValue:
        """Have all proofs of a year packed."""
        ctx = current_ctx()
        years = {value for value, _words in _years(ctx)}
        asked = request.form.get("year", "")
        bundles.ask_bundle(ctx, own_enterprise(ctx), int(asked) if asked in years else local_date(ctx.now).year,
                           request.host_url)
        flash(_("正在打包，完成后可在本页下载。"), "done")
        return redirect(self.at("index_view"), 303)

    @expose("/bundle/<uuid:bundle_id>/", methods=("POST",))
    def fetch_view(self, bundle_id: Id) -> ResponseReturnValue:
        """The zip; a post, since taking data away is a deed."""
        ctx = current_ctx()
        data = bundles.bytes_of(ctx, own_enterprise(ctx), bundle_id)
        response = Response(data, content_type="application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="papers.zip"'
        return response


@dataclass(frozen=True)
class Joining:
    name: str
    id_number: str


class JoinSchema(FormSchema[Joining]):
    into = Joining

    name = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(_l("姓名")))
    id_number = fields.String(required=True, validate=validate.Length(max=30), metadata=shown(
        _l("身份证号"), "id", hint=_l("已在平台注册过的职工。没有注册过的，请在“学员报名”里报名。")))


class Employees(EditView[Employee]):
    """职工名单: who joined and who left."""

    model, key, title, group, icon = Employee, "zj_employees", _l("职工名单"), Group.PEOPLE, "people"
    permission = Permission.ENROLL_STAFF
    summary = _l("职工入职、离职。")
    new_label = _l("办理入职")
    search_hint, private_search = _l("姓名（要完整）或身份证号"), True
    empty = _l("在“学员报名”里报名以后，职工会出现在这里。")
    schema = JoinSchema
    columns = (
        Col[Employee]("name", _l("姓名"), lambda row: row.name),
        Col[Employee]("id", _l("身份证号"), lambda row: row.id_shown, kind="short"),
        Col[Employee]("joined", _l("入职日期"), lambda row: day(row.joined_on), sort=Employee.joined_on, kind="short"),
        Col[Employee]("left", _l("离职日期"), lambda row: day(row.left_on), sort=Employee.left_on, kind="short"),
    )
    picks = (Pick("here", _l("在职"), lambda _ctx: [("yes", _("在职")), ("no", _("已离职"))],
                  lambda rows, value: rows.where(Employee.left_on.is_(None) if value == "yes"
                                                 else Employee.left_on.is_not(None))),)
    actions = (
        RowAction[Employee]("leave", _l("离职"), service.leave, lambda row: _(
            "“%(name)s”离职后不再出现在看板上。已报名的培训照常进行，账号、学时和证书都归本人。", name=row.name),
            lambda row: row.left_on is None, bulk=True, kind="danger"),
        RowAction[Employee]("back", _l("撤销离职"), service.come_back, lambda row: _(
            "“%(name)s”重新出现在看板上。", name=row.name), lambda row: row.left_on is not None),
    )

    def offered_at(self, ctx: Ctx) -> bool:
        """ZJ-06: an enterprise that is not approved has no people yet."""
        return approved(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return select(Employee).where(Employee.enterprise_id == own_enterprise(ctx).id).order_by(
            Employee.joined_on.desc(), Employee.id)

    def search(self, ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(_like(ctx, term))

    def editable(self, _row: Employee) -> bool:
        """Name and number are the person's own."""
        return False

    def make(self, ctx: Ctx, asked: Joining) -> Employee:
        return service.join(ctx, own_enterprise(ctx), asked.name, asked.id_number)


def _like(ctx: Ctx, term: str) -> Any:
    """`~` and a MAC after a posted number; else the whole name."""
    return Employee.id_mac == term[1:] if term.startswith("~") else Employee.name_mac == name_index(ctx, term)


def install(console: Console) -> None:
    console.add(Board(), Employees())
