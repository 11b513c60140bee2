"""Around a plugin's `install`: its own routes are recorded and seated, what would reach every tenant is refused."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask_babel import gettext as _

from core.base.errors import Unavailable
from core.extension import Crowded, PluginError, inside
from core.tenancy import current_tenant
from core.web.application import JianxueFlask


@contextmanager
def installing(app: JianxueFlask, plugin: str) -> Iterator[None]:
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


def _shared(app: JianxueFlask) -> dict[str, Any]:
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
