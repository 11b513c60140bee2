"""The back office's frame on Flask-Admin: one menu, lists and forms in the portal's look, a policy on every view.

A flow brings its pages in its own `admin.py`::

    class Notices(TableView[Notice]):
        model, key, title, group = Notice, "notices", _l("通知公告"), Group.CONTENT
        columns = (Col("title", _l("标题"), lambda row: row.title, sort=Notice.title), …)

    def install(console: Console) -> None:
        console.add(Notices())
"""
from core.admin.cells import Col, Fact, Pick, RowAction, Tone, day, daytime, money, status
from core.admin.console import Console, Group, PageView, console_of, expose
from core.admin.editing import EditView
from core.admin.table import TableView

__all__ = ["Col", "Console", "EditView", "Fact", "Group", "PageView", "Pick", "RowAction", "TableView", "Tone",
           "console_of", "day", "daytime", "expose", "money", "status"]
