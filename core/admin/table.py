"""A list of the back office: filter bar that is the address, sortable columns, pages, row and bulk actions, export."""
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from wtforms import Form as WtForm

from core.admin.cells import Col, Fact, Pick, RowAction
from core.admin.console import GuardedView, expose
from core.base.errors import DomainError, NotFound, Refused
from core.base.ids import IdError, parse_id_number, parse_mobile
from core.base.sheets import Column, text, write_csv, write_sheet
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.paging import Page, asked

R = TypeVar("R")
SIZES = (20, 50, 100)
EXPORT_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoSession:
    """What Flask-Admin gets as its database: none, since one kept here would be some tenant's for all."""

    session = None


class TableView(GuardedView, ModelView, Generic[R]):  # type: ignore[misc]
    """A list of one model. Subclasses set the class variables and override what differs.

    Deletes and edits of Flask-Admin's own are not served: rows change through `actions` and `EditView` alone,
    which call the flow's services and leave a trail.
    """

    model: ClassVar[type[Any]]
    columns: ClassVar[Sequence[Col[Any]]] = ()
    picks: ClassVar[Sequence[Pick]] = ()
    actions: ClassVar[Sequence[RowAction[Any]]] = ()
    search_hint: Any = ""
    private_search = False
    empty: Any = ""
    lead: Any = ""
    list_template = "console/list.html"
    row_template = "console/row.html"
    page_size = SIZES[0]
    can_set_page_size = True
    can_create = can_edit = can_delete = False
    details = True
    edits = False

    create_view = edit_view = delete_view = details_view = None
    ajax_update = ajax_lookup = export = action_view = None

    def __init__(self) -> None:
        self.column_list = [column.key for column in self.columns]
        self.column_labels = {column.key: column.title for column in self.columns}
        self.column_sortable_list: list[str] = []
        super().__init__(self.model, NoSession(), name=self.key, endpoint=f"admin_{self.key}",
                         url=f"/admin/{self.key}")

    def scaffold_form(self) -> type[WtForm]:
        return cast(type[WtForm], WtForm)

    def scaffold_list_form(self, widget: object = None, validators: object = None) -> type[WtForm]:
        return cast(type[WtForm], WtForm)

    # what a subclass says

    def select(self, _ctx: Ctx) -> Select[Any]:
        """All rows that the actor may see, in their usual order."""
        return select(self.model)

    def search(self, _ctx: Ctx, rows: Select[Any], _term: str) -> Select[Any]:
        """Narrow by what was typed; only asked where `search_hint` is set."""
        return rows

    def facts(self, _ctx: Ctx, row: R) -> Sequence[Fact]:
        """What the detail page shows; the columns, where not overridden."""
        return [Fact(column.title, column.value(row)) for column in self.columns]

    def more(self, _ctx: Ctx, _row: R) -> dict[str, Any]:
        """Variables of a `row_template` of one's own."""
        return {}

    def heading(self, row: R) -> str:
        """What a row is called on its own page; the first column, where not overridden."""
        return str(self.columns[0].value(row))

    def buttons(self, _ctx: Ctx) -> Sequence[tuple[Any, str]]:
        """(label, address) beside the title, the first one primary."""
        return ()

    # the list

    def rows(self, ctx: Ctx) -> Select[Any]:
        """The rows that the address asks for."""
        found = self.select(ctx)
        for pick in self.picks:
            chosen = request.args.get(pick.name, "")
            if chosen and chosen in {value for value, _words in pick.choices(ctx)}:
                found = pick.narrow(found, chosen)
        term = request.args.get("q", "").strip()[:100]
        return self.search(ctx, found, term) if term and self.search_hint else found

    def sorted(self, rows: Select[Any]) -> Select[Any]:
        column = next((one for one in self.columns if one.key == request.args.get("sort")), None)
        if column is None or column.sort is None:
            return rows
        order = column.sort.desc() if request.args.get("desc") == "1" else column.sort.asc()
        return rows.order_by(None).order_by(order, *self.model.__mapper__.primary_key)

    def get_list(self, page: int, sort_column: object, sort_desc: object, search: object, filters: object,
                 execute: bool = True, page_size: int | None = None) -> tuple[int, list[Any]]:
        """Flask-Admin's question, answered with a statement of our own."""
        ctx = current_ctx()
        wanted = self.rows(ctx)
        total = ctx.db.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
        number, size = asked(request.args, SIZES[0], SIZES)
        number = min(number, max(-(-total // size), 1))
        found = ctx.db.scalars(self.sorted(wanted).limit(size).offset((number - 1) * size)).unique().all()
        return total, list(found)

    def get_one(self, id: str) -> R:
        """The row with this id among those that the actor may see. Raises NotFound."""
        ctx = current_ctx()
        if not hasattr(self.model, "id"):
            raise _missing()
        try:
            key = UUID(str(id))
        except ValueError:
            raise _missing() from None
        row = ctx.db.scalars(self.select(ctx).where(self.model.id == key)).unique().one_or_none()
        if row is None:
            raise _missing()
        return cast(R, row)

    def render(self, template: str, **variables: Any) -> str:
        if template == self.list_template:
            ctx = current_ctx()
            number, size = asked(request.args, SIZES[0], SIZES)
            total = variables["count"]
            pages = max(-(-total // size), 1)
            variables["pager"] = Page(variables["data"], total, min(number, pages), size, SIZES)
            variables["bar"] = [(pick.name, pick.title, pick.choices(ctx), request.args.get(pick.name, ""))
                                for pick in self.picks]
            variables["term"] = request.args.get("q", "")
            variables["masked"] = variables["term"].startswith("~")
            variables["buttons"] = self.buttons(ctx)
            variables["bulk"] = [action for action in self.actions if action.bulk]
        return cast(str, super().render(template, **variables))

    @expose("/<id>/")
    def row_view(self, id: str) -> ResponseReturnValue:
        """One row whole; opens at the side of the list where JS is on."""
        row = self.get_one(id)
        ctx = current_ctx()
        return self.draw(self.row_template, row=row, heading=self.heading(row), facts=self.facts(ctx, row),
                         offered=self.offered(row), **self.more(ctx, row))

    def offered(self, row: R) -> list[RowAction[Any]]:
        return [action for action in self.actions if action.offered(row)]

    @expose("/find/", methods=("POST",))
    def find_view(self) -> ResponseReturnValue:
        """The search of a list of persons: posted, so that no ID number or phone stands in an address or a log (R41);
        what is looked for goes on as its MAC, `~` before it."""
        term = request.form.get("q", "").strip()[:100]
        asked = "~" + current_ctx().mac(number) if (number := personal_number(term)) else term
        return redirect(self.at("index_view", q=asked or None), 303)

    # actions

    @expose("/<id>/do/<action>/", methods=("GET", "POST"))
    def do_view(self, id: str, action: str) -> ResponseReturnValue:
        """The question, and the deed once it is answered."""
        row = self.get_one(id)
        wanted = self._action(action)
        if not wanted.offered(row):
            raise Refused("admin.not_offered", _("这条记录现在不能做“%(label)s”，它的状态可能刚刚变了。",
                                                 label=wanted.label), status=409)
        typed, error = request.form.get("note", "").strip()[:500], ""
        if request.method == "POST":
            try:
                self._do(wanted, row, typed)
            except DomainError as refusal:
                if not wanted.note:
                    raise
                error = refusal.sentence + refusal.hint
        if request.method == "GET" or error:
            page = self.draw("console/ask.html", title=str(wanted.label), text=wanted.asks(row), kind=wanted.kind,
                             action=request.path, cancel=self.at("index_view"), label=wanted.label, note=wanted.note,
                             typed=typed, error=error)
            return page, 422 if error else 200
        flash(_("已完成：%(label)s（%(row)s）。", label=wanted.label, row=self.heading(row)), "done")
        return redirect(self.at("index_view"), 303)

    @expose("/do/", methods=("POST",))
    def bulk_view(self) -> ResponseReturnValue:
        """One action on all picked rows: all of them, or none."""
        wanted = self._action(request.form.get("action", ""))
        ids = request.form.getlist("rowid")[:SIZES[-1]]
        if not wanted.bulk or not ids:
            raise Refused("admin.nothing_picked", _("没有选中任何记录。请先勾选，再点下方的按钮。"))
        for row in [self.get_one(id) for id in ids]:
            if not wanted.offered(row):
                raise Refused("admin.not_offered", _("“%(row)s”现在不能做“%(label)s”，所以一条都没有处理。请取消勾选它再试。",
                                                     row=self.heading(row), label=wanted.label), status=409)
            self._do(wanted, row)
        flash(_("已完成：%(label)s，共%(total)s条。", label=wanted.label, total=len(ids)), "done")
        return redirect(self.at("index_view"), 303)

    def _action(self, key: str) -> RowAction[Any]:
        found = next((action for action in self.actions if action.key == key), None)
        if found is None:
            raise _missing()
        return found

    def _do(self, action: RowAction[Any], row: R, note: str = "") -> None:
        ctx = current_ctx()
        action.do(ctx, row, note)
        ctx.record(f"admin.{self.key}.{action.key}", getattr(row, "id", "-"))

    # export

    @expose("/export/<kind>/", methods=("POST",))
    def export_view(self, kind: str) -> ResponseReturnValue:
        """What the address asks for as xlsx or csv, without formulas (F6); a post, since taking data away is a deed."""
        if kind not in {"xlsx", "csv"}:
            raise _missing()
        ctx = current_ctx()
        rows = ctx.db.scalars(self.sorted(self.rows(ctx)).limit(EXPORT_ROWS)).unique().all()
        cells = [[column.exported(row) for column in self.columns] for row in rows]
        titles = [str(column.title) for column in self.columns]
        ctx.record(f"admin.{self.key}.export", "-", rows=len(rows), kind=kind)
        if kind == "csv":
            return _download(write_csv(titles, cells), "text/csv; charset=utf-8", f"{self.key}.csv")
        columns = [Column(column.key, title, text(32_000)) for column, title in zip(self.columns, titles, strict=True)]
        return _download(write_sheet(columns, cells, name=str(self.title)[:31]), XLSX, f"{self.key}.xlsx")


def personal_number(term: str) -> str:
    """The resident ID number or mobile number that was typed, in its one written form; "" for anything else."""
    for parse in (lambda text: parse_id_number(text).number, parse_mobile):
        try:
            return parse(term)
        except IdError:
            continue
    return ""


def _download(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _missing() -> DomainError:
    return NotFound("admin.no_row", _("没有这条记录，它可能已经删除。请返回列表查看。"))
