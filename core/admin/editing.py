"""Creating and changing rows of a list: the house's forms, the flow's services, nobody's change lost unseen."""
import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.admin.console import expose
from core.admin.table import TableView
from core.base.errors import Conflict, DomainError, Refused
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import Form, FormSchema

R = TypeVar("R")
SEEN = "_seen"


class EditView(TableView[R]):
    """A list whose rows can be made and changed.

    Subclasses give `schema`, `values(row)` (the form's start), `make` and `change`, which call services and may
    raise DomainError. Who saves a page that somebody else has saved since gets 409 and loses nothing typed.
    """

    edits = True
    schema: ClassVar[type[FormSchema[Any]]]
    new_label: Any = ""
    created = changed = ""

    def values(self, _ctx: Ctx, _row: R) -> Mapping[str, Any]:
        raise NotImplementedError

    def make(self, _ctx: Ctx, _asked: Any) -> R:
        raise NotImplementedError

    def change(self, _ctx: Ctx, _row: R, _asked: Any) -> None:
        raise NotImplementedError

    def editable(self, _row: R) -> bool:
        """Whether this row still may be changed."""
        return True

    def prepared(self, _ctx: Ctx) -> FormSchema[Any]:
        """The schema of this request; overridden where choices come from the database."""
        return self.schema()

    def prepared_new(self, ctx: Ctx) -> FormSchema[Any]:
        """The schema for a new row, where it asks for more than a change does."""
        return self.prepared(ctx)

    def buttons(self, ctx: Ctx) -> list[tuple[Any, str]]:
        return [(self.new_label, self.at("new_view"))] if self.new_label else []

    @expose("/new/", methods=("GET", "POST"))
    def new_view(self) -> ResponseReturnValue:
        """An empty form; a saved one leads to the row."""
        ctx = current_ctx()
        if not self.new_label:
            raise Refused("admin.no_new", _("这里不能新建。"), status=404)
        form = Form(self.prepared_new(ctx), request)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                row = self.make(ctx, asked)
                ctx.db.flush()
            except DomainError as error:
                form.fail(error)
            else:
                ctx.record(f"admin.{self.key}.new", getattr(row, "id", "-"))
                flash(_("已新建：%(row)s。", row=self.heading(row)), "done")
                return redirect(self.at("index_view"), 303)
        return self.draw("console/edit.html", form=form, heading=str(self.new_label), seen="", row=None), form.status

    @expose("/<id>/edit/", methods=("GET", "POST"))
    def edit_row_view(self, id: str) -> ResponseReturnValue:
        """The row's form."""
        ctx = current_ctx()
        row = self.get_one(id)
        if not self.editable(row):
            raise Refused("admin.not_editable", _("这条记录不能再修改。"), status=409)
        before = self.values(ctx, row)
        form = Form(self.prepared(ctx), request, data=before)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                if request.form.get(SEEN) != digest(before):
                    raise Conflict("admin.changed_since", _("别人刚刚修改了这条记录，您的修改还没有保存。"),
                                   hint=_("请对照最新内容后再保存。"))
                self.change(ctx, row, asked)
                ctx.db.flush()
            except DomainError as error:
                form.fail(error)
            else:
                after = self.values(ctx, row)
                ctx.record(f"admin.{self.key}.edit", getattr(row, "id", "-"),
                           fields=sorted(name for name in after if after[name] != before.get(name)))
                flash(_("已保存：%(row)s。", row=self.heading(row)), "done")
                return redirect(self.at("index_view"), 303)
        page = self.draw("console/edit.html", form=form, heading=self.heading(row), seen=digest(before), row=row)
        return page, form.status


def digest(values: Mapping[str, Any]) -> str:
    """Changes when any of the values does."""
    canonical = json.dumps(dict(values), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:24]
