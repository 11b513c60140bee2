"""The composition root: the only module that knows every flow."""
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from core.admin import console_of
from core.base.clock import Clock
from core.base.config import Config, load_config
from core.base.doorbell import Doorbell
from core.base.refusals import refuse_unsafe
from core.extension import build_manager
from core.extension.loading import installed_plugins
from core.tenancy import Directory, open_directory
from core.web import JianxueFlask, health

FLOWS = ("web", "admin", "identity", "documents", "notification", "payment", "presence", "organization", "registry",
         "registration", "cycle", "course", "exam", "audit", "certificate", "deadline", "console")
"""From the lowest to the highest; the order of hooks' default answers and of event subscribers."""

PARTS = ("models", "events", "jobs", "defaults")
"""What a flow may bring besides routes; importing registers it."""


def load_flow_parts() -> list[ModuleType]:
    """Import every flow's models, events and jobs; returns the `defaults` modules in order."""
    defaults: list[ModuleType] = []
    for flow in FLOWS:
        for part in PARTS:
            module = _part(flow, part)
            if module is not None and part == "defaults":
                defaults.append(module)
    return defaults


def _part(flow: str, part: str) -> ModuleType | None:
    name = f"core.{flow}.{part}"
    return import_module(name) if find_spec(name) else None


def open_tenants(config: Config, *, clock: Clock | None = None,
                 available: dict[str, object] | None = None) -> Directory:
    """All tenants with their plugins; ConfigError or PluginError names what is wrong."""
    defaults = load_flow_parts()
    directory = open_directory(config, clock=clock)
    plugins = installed_plugins() if available is None else available
    for tenant in directory:
        tenant.plugins = build_manager(tenant.slug, tenant.file.plugins, defaults, plugins)
    return directory


def create_app(config: Config | None = None, directory: Directory | None = None) -> JianxueFlask:
    """The WSGI app over all tenants."""
    config = config or load_config()
    directory = directory or open_tenants(config)
    refuse_unsafe(config, {tenant.slug: tenant.engine for tenant in directory},
                  dates={tenant.slug: tenant.file.business_date for tenant in directory})
    app = JianxueFlask(config, directory)
    doorbell = Doorbell(config.redis_url)
    app.ring = lambda tenant, rows: doorbell.ring(tenant.slug)
    for flow in FLOWS:
        routes = _part(flow, "routes")
        if routes is not None:
            routes.install(app)
    for flow in FLOWS:
        pages = _part(flow, "admin")
        if pages is not None:
            pages.install(console_of(app))
    health.install(app, doorbell)
    app.check_policies()
    app.check_templates()
    return app
