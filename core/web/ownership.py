"""What a plugin adds to the app is its own: served at the tenants that have it on, unseen at the others.

One app serves all tenants, so a plugin's routes lie under first segments that nothing else uses (`/desk/…`,
`/admin/tickets/…`): no address of the core changes its meaning because some other tenant has a plugin.
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from werkzeug.routing import Rule

from core.base.errors import Unavailable
from core.extension import Crowded, PluginError, inside
from core.tenancy import Tenant, current_tenant

if TYPE_CHECKING:
    from core.web.application import JianxueFlask

CONSOLE = "admin"


def place(path: str) -> str:
    """The part of a path that one owner has: its first segment, in the back office the first two."""
    first, _slash, rest = path.lstrip("/").partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first == CONSOLE else first


class Ownership:
    """Which plugin owns which place of the app."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        self._endpoints: dict[str, str] = {}

    def hidden(self, tenant: Tenant, path: str) -> bool:
        """Whether a path is a plugin's that this tenant does not have."""
        owner = self._places.get(place(path))
        return owner is not None and owner not in tenant.file.plugins

    def owner(self, endpoint: str) -> str | None:
        """The plugin that serves an endpoint; None for the core's."""
        return self._endpoints.get(endpoint)

    def record(self, plugin: str, others: list[Rule], rules: list[Rule]) -> None:
        """The plugin's new rules, those not among the `others`; PluginError names one that lies where others are."""
        known, taken = set(map(id, others)), {place(rule.rule) for rule in others}
        for rule in rules:
            if id(rule) in known:
                continue
            spot = place(rule.rule)
            if not spot or "<" in spot or spot in taken:
                raise PluginError(f"插件 {plugin} 的网址 {rule.rule} 占用了别处的位置：插件的网址要以自己的第一段开头，"
                                  f"例如 /{plugin}/…")
            self._places[spot] = plugin
            self._endpoints[rule.endpoint] = plugin


@contextmanager
def installing(app: "JianxueFlask", plugin: str) -> Iterator[None]:
    """Around a plugin's `install`: what it adds is recorded, what would reach every tenant is refused by name."""
    others, blueprints, before = list(app.url_map.iter_rules()), set(app.blueprints), _shared(app)
    try:
        yield
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(f"插件 {plugin} 的页面不能载入：{error}") from error
    for what, there in _shared(app).items():
        if there != before[what]:
            raise PluginError(f"插件 {plugin} 改动了所有租户共用的 {what}；插件只能加自己的网址、模板和后台页面")
    for name in set(app.blueprints) - blueprints:
        # Flask looks for templates in every blueprint, whoever is served; a plugin's come by its tenants' overlay.
        app.blueprints[name].template_folder = None
        app.blueprints[name].__dict__.pop("jinja_loader", None)
    app.ownership.record(plugin, others, list(app.url_map.iter_rules()))
    for endpoint, view in app.view_functions.items():
        if app.ownership.owner(endpoint) == plugin:
            app.view_functions[endpoint] = _seated(plugin, endpoint, view)


def _seated(plugin: str, endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """A plugin's page takes one of the tenant's seats, as its hooks do: one that hangs leaves threads for others."""

    @wraps(view)
    def seated(*values: Any, **named: Any) -> Any:
        try:
            with inside(current_tenant(), plugin, endpoint):
                return view(*values, **named)
        except Crowded:
            raise Unavailable("plugin_crowded", _("这个页面正忙，没有做任何更改。请稍等几秒后再试。"),
                              facts={"retry_after": 5}) from None

    return seated


def _shared(app: "JianxueFlask") -> dict[str, Any]:
    """What belongs to all tenants: handlers that run for every request, words and filters of every template."""
    environment = app._base_environment()
    return {
        "before_request": list(app.before_request_funcs.get(None, ())),
        "after_request": list(app.after_request_funcs.get(None, ())),
        "teardown_request": list(app.teardown_request_funcs.get(None, ())),
        "context_processor": list(app.template_context_processors.get(None, ())),
        "errorhandler": {code: dict(found) for code, found in app.error_handler_spec.get(None, {}).items()},
        "url_defaults": [*app.url_default_functions.get(None, ()), *app.url_value_preprocessors.get(None, ())],
        "jinja_env": [dict(environment.globals), dict(environment.filters), dict(environment.tests)],
        "extensions": dict(app.extensions),
        "load_actor": app.load_actor,
        "config": dict(app.config),
    }
