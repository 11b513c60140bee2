"""The back office as a whole: its views, its menu, and the policy that each view is served under."""
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, current_app, g, request, url_for
from flask_admin import Admin, AdminIndexView, BaseView
from flask_admin import expose as _expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Permission, permits, policy, policy_of
from core.base.errors import NotFound
from core.extension import inside
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.navigation import Link

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger("jianxue.plugins")
EXTENSION = "jianxue.console"
INDEX = "admin"


class Group(StrEnum):
    """The groups of the menu, in order; ENTRY is an enterprise's way from its registration to the training."""

    ENTRY = "entry"
    TODO = "todo"
    PEOPLE = "people"
    TEACHING = "teaching"
    EXAM = "exam"
    MONEY = "money"
    RECORDS = "records"
    CONTENT = "content"
    SYSTEM = "system"


GROUP_TITLES = {
    Group.ENTRY: _l("企业报名"), Group.TODO: _l("待办"), Group.PEOPLE: _l("人员"), Group.TEACHING: _l("教学"),
    Group.EXAM: _l("考核"), Group.MONEY: _l("订单"),
    Group.RECORDS: _l("证书"), Group.CONTENT: _l("内容"), Group.SYSTEM: _l("系统"),
}


def expose(url: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Flask-Admin's decorator, typed: a method of a view becomes a page of it."""
    return cast(Callable[[View], View], _expose(url, methods))


@dataclass(frozen=True)
class MenuEntry:
    """One entry; `count(ctx)` gives the number that waits there."""

    group: Group
    title: Any
    endpoint: str
    permission: Permission
    icon: str = ""
    count: Callable[[Ctx], int] | None = None
    summary: Any = ""
    plugin: str = ""
    offered: Callable[[Ctx], bool] = lambda _ctx: True


class GuardedView(BaseView):  # type: ignore[misc]
    """A Flask-Admin view with a permission of the policy table, a place in the menu, and the console's templates."""

    permission: Permission = Permission.ADMINISTER
    key: str = ""
    title: Any = ""
    group: Group | None = Group.SYSTEM
    icon: str = ""
    summary: Any = ""

    def is_accessible(self) -> bool:
        """Beside the policy of the route: a view is never rendered for somebody without its permission."""
        return permits(current_ctx().actor, self.permission)

    def offered_at(self, _ctx: Ctx) -> bool:
        """Whether this tenant's rules have such a page at all; where not, it is 404 and stands in no menu."""
        return True

    def count(self, _ctx: Ctx) -> int:
        """The number shown in the menu; 0 shows none."""
        return 0

    def _run_view(self, function: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Without Flask-Admin's second try, which calls the view again and hides the first error."""
        if not self.offered_at(current_ctx()):
            raise NotFound("admin.no_page", _("这个平台没有这一页。请从后台首页进入。"))
        return function(self, *values, **named)

    def with_query(self, view: str, **values: Any) -> str:
        """The address of one of this view's pages that sees the same rows as the list being shown."""
        query = request.query_string.decode("ascii", "ignore")
        return self.at(view, **values) + (f"?{query}" if query else "")

    def draw(self, template: str, **variables: Any) -> str:
        """A page of this view, with the console's frame."""
        return cast(str, self.render(template, **variables))

    def at(self, view: str, **values: Any) -> str:
        """The address of one of this view's pages."""
        return url_for(f"{self.endpoint}.{view}", **values)


class PageView(GuardedView):
    """A page of its own making; subclasses `@expose` what they have, "/" first."""

    def __init__(self) -> None:
        super().__init__(name=str(self.key), endpoint=f"admin_{self.key}", url=f"/admin/{self.key}")


class IndexView(GuardedView, AdminIndexView):  # type: ignore[misc]
    """后台首页: what waits for whoever is signed in, and where everything is."""

    permission = Permission.CONSOLE
    title = _l("后台首页")
    group = None
    icon = "house"

    @expose("/")
    def index(self) -> str:
        console = console_of(current_app)
        return self.draw("console/index.html", groups=console.menu(current_ctx(), summaries=True))


@dataclass
class Console:
    """Views and menu of one app; flows and plugins add theirs in `admin.py`."""

    app: Flask
    admin: Any
    entries: list[MenuEntry] = field(default_factory=list)
    plugin: str = ""
    """Whose pages are being added: a plugin's entries stand in the menu of its tenants only."""

    def install(self, module: Any, plugin: str) -> None:
        """Let a plugin's `admin.py` add its pages."""
        self.plugin = plugin
        try:
            module.install(self)
        finally:
            self.plugin = ""

    def add(self, *views: GuardedView) -> None:
        """Serve views and give them their place in the menu."""
        for view in views:
            if not self.plugin:
                self._serve_templates(type(view).__module__)
            self.admin.add_view(view)
            self._guard(view)
            if view.group is not None:
                home = getattr(view, "_default_view", "index_view")
                self.entries.append(MenuEntry(view.group, view.title, f"{view.endpoint}.{home}", view.permission,
                                              view.icon, view.count, view.summary, self.plugin, view.offered_at))

    def _serve_templates(self, module: str) -> None:
        """Let a flow without routes of its own bring templates for its pages."""
        name = "admin_of_" + module.replace(".", "_")
        if name not in self.app.blueprints:
            self.app.register_blueprint(Blueprint(name, module, template_folder="templates"))

    def link(self, group: Group, title: Any, endpoint: str, permission: Permission, *, icon: str = "",
             count: Callable[[Ctx], int] | None = None, summary: Any = "",
             offered: Callable[[Ctx], bool] = lambda _ctx: True) -> None:
        """A menu entry for a page that a flow's own routes serve (the auditor's queue)."""
        self.entries.append(MenuEntry(group, title, endpoint, permission, icon, count, summary, self.plugin, offered))

    def _guard(self, view: GuardedView) -> None:
        """Give every route of the view the view's own policy, as `@policy` gives it to a plain view."""
        for endpoint, function in list(self.app.view_functions.items()):
            if endpoint.rpartition(".")[0] == view.endpoint and not endpoint.endswith(".static"):
                declared = policy_of(function)
                self.app.view_functions[endpoint] = policy(declared or view.permission)(_plain(function))

    def menu(self, ctx: Ctx, *, summaries: bool = False) -> list[tuple[str, list[Any]]]:
        """The groups of the menu that the actor may open; with `summaries` as (entry, link) pairs."""
        groups: list[tuple[str, list[Any]]] = []
        if not summaries:
            groups.append(("", [self._link(ctx, MenuEntry(Group.TODO, IndexView.title, "admin.index",
                                                          IndexView.permission, IndexView.icon))]))
        for group in Group:
            entries = [entry for entry in self.entries
                       if entry.group is group and permits(ctx.actor, entry.permission)
                       and (not entry.plugin or entry.plugin in ctx.tenant.file.plugins) and entry.offered(ctx)]
            links: Sequence[Any] = [self._link(ctx, entry) for entry in entries]
            if links:
                shown = list(zip(entries, links, strict=True)) if summaries else list(links)
                groups.append((str(GROUP_TITLES[group]), shown))
        return groups

    @staticmethod
    def _link(ctx: Ctx, entry: MenuEntry) -> Link:
        here = request.endpoint or ""
        current = here == entry.endpoint or (entry.endpoint != "admin.index"
                                             and here.rpartition(".")[0] == entry.endpoint.rpartition(".")[0]
                                             and entry.endpoint.startswith("admin_"))
        return Link(entry.endpoint, str(entry.title), url_for(entry.endpoint), entry.icon, _count(ctx, entry), current)


def _count(ctx: Ctx, entry: MenuEntry) -> int:
    """The number at an entry; a plugin's that fails is logged, and the menu stands without it."""
    if entry.count is None:
        return 0
    if not entry.plugin:
        return entry.count(ctx)
    try:
        with inside(ctx.tenant, entry.plugin, f"the number at {entry.endpoint}"):
            return entry.count(ctx)
    except Exception:
        log.exception("the number at %s of plugin %s failed at tenant %s", entry.endpoint, entry.plugin,
                      ctx.tenant.slug)
        ctx.begin_anew()
        return 0


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own around a bound method, so that a policy can stand on it."""

    @wraps(function)
    def view(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return view


def open_console(app: Flask) -> Console:
    """The console of an app, with its first page and its menu in every page of the back office."""
    index = IndexView(name=str(INDEX), endpoint=INDEX, url="/admin")
    console = Console(app, Admin(app, name="建学", index_view=index))
    app.extensions[EXTENSION] = console
    console._guard(index)
    app.context_processor(_menu)
    return console


def console_of(app: Flask) -> Console:
    return cast(Console, app.extensions[EXTENSION])


def _menu() -> dict[str, Any]:
    """`console_menu` of layout/console.html, for staff only; drawn pages alone ask for it."""
    ctx: Ctx | None = g.get("ctx")
    if ctx is None or not permits(ctx.actor, Permission.CONSOLE):
        return {}
    return {"console_menu": console_of(current_app).menu(ctx)}
