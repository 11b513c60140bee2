"""The composition root: the only module that knows every flow, and where the plugins' parts are loaded."""
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from core.admin import console_of
from core.base.clock import Clock
from core.base.config import Config, load_config
from core.base.doorbell import Doorbell
from core.base.refusals import refuse_unsafe
from core.extension import PluginError, build_manager
from core.extension.loading import installed_plugins
from core.extension.parts import package_of, plugin_part, register_parts
from core.extension.scanning import warn_of_source
from core.extension.settings import with_plugin_rules
from core.tenancy import Directory, open_directory
from core.web import JianxueFlask, health
from core.web.installing import installing

log = logging.getLogger("jianxue.plugins")

FLOWS = ("web", "admin", "identity", "documents", "notification", "payment", "presence", "organization", "registry",
         "blacklist", "registration", "cycle", "course", "exam", "audit", "certificate", "deadline", "console")
"""From the lowest to the highest; the order of hooks' default answers and of event subscribers."""

PARTS = ("models", "events", "jobs", "defaults")
"""What a flow may bring besides routes; importing registers it."""


def load_flow_parts(available: Mapping[str, Any] | None = None, *,
                    needed: Collection[str] = ()) -> list[ModuleType]:
    """Import every flow's models, events and jobs, then the models and jobs of every installed plugin; returns the
    flows' `defaults` modules in order.

    A plugin that cannot be loaded raises PluginError where it is `needed`, else it is left out and named in the log.
    """
    defaults: list[ModuleType] = []
    for flow in FLOWS:
        for part in PARTS:
            module = _part(flow, part)
            if module is not None and part == "defaults":
                defaults.append(module)
    for name, plugin in (installed_plugins() if available is None else available).items():
        try:
            register_parts(name, plugin)
        except PluginError as error:
            if name in needed:
                raise
            log.warning("left out: %s", error)
    return defaults


def _part(flow: str, part: str) -> ModuleType | None:
    name = f"core.{flow}.{part}"
    return import_module(name) if find_spec(name) else None


def open_tenants(config: Config, *, clock: Clock | None = None,
                 available: Mapping[str, Any] | None = None) -> Directory:
    """All tenants with their plugins; ConfigError or PluginError names what is wrong."""
    directory = open_directory(config, clock=clock)
    plugins = installed_plugins() if available is None else available
    defaults = load_flow_parts(plugins, needed={name for tenant in directory for name in tenant.file.plugins})
    for tenant in directory:
        tenant.plugins = build_manager(tenant.slug, tenant.file.plugins, defaults, plugins,
                                       seats=max(config.web_threads // 2, 1))
        on = {name: tenant.plugins.get_plugin(name) for name in tenant.file.plugins}
        tenant.file = replace(tenant.file, rule_set=with_plugin_rules(tenant.file.rule_set, on))
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
    install_plugins(app)
    app.check_policies()
    app.check_templates()
    return app


def install_plugins(app: JianxueFlask) -> None:
    """Serve the routes and console pages of every plugin that some tenant has on."""
    in_use = {name: tenant.plugins.get_plugin(name) for tenant in app.directory for name in tenant.file.plugins}
    for name, plugin in sorted(in_use.items()):
        register_parts(name, plugin)
        package = package_of(plugin)
        warn_of_source(name, package)
        with installing(app, name):
            if (routes := plugin_part(package, "routes")) is not None:
                routes.install(app)
            if (pages := plugin_part(package, "admin")) is not None:
                console_of(app).install(pages, name)
