"""Alembic over all tenants: the core's head first, then the head of each plugin that the tenant has on.

Never `heads`: that would give every tenant every plugin's tables. A plugin's branch bears the plugin's name and lies in
`migrations/versions/<plugin>/`, or in the folder `migrations` of its own package where it is shipped apart.
"""
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy.engine import Connection

from core.base.db import writing
from core.extension.loading import installed_plugins
from core.extension.parts import folder
from core.tenancy import Tenant, bound

log = logging.getLogger("jianxue.plugins")
ROOT = Path(__file__).resolve().parents[1] / "migrations"
CORE = "core"


def folders(plugins: Mapping[str, Any]) -> dict[str, Path]:
    """Branch → where its migrations lie: the core's, and of these plugins those that have any."""
    found = {CORE: ROOT / "versions" / CORE}
    for name, plugin in plugins.items():
        here = ROOT / "versions" / name
        place = here if here.is_dir() else folder(plugin, "migrations")
        if place is not None:
            found[name] = place
    return found


def plugins_of(tenant: Tenant) -> dict[str, Any]:
    """A tenant's plugins by name, in its order."""
    return {name: tenant.plugins.get_plugin(name) for name in tenant.file.plugins}


def known_plugins(tenant: Tenant | None = None) -> dict[str, Any]:
    """All installed plugins, and a tenant's own: a database may still stand at the migrations of one that was turned
    off, and Alembic stops at a revision it cannot find."""
    found: dict[str, Any] = plugins_of(tenant) if tenant else {}
    for name, point in installed_plugins().items():
        if name not in found:
            try:
                found[name] = point.load()
            except Exception:  # named where a tenant has it on
                log.warning("plugin %s cannot be loaded; its migrations are unknown", name)
    return found


def alembic_config(connection: Connection | None = None, plugins: Mapping[str, Any] | None = None, *,
                   plugin: str = "") -> AlembicConfig:
    """Config whose `env.py` works on the given connection and knows these plugins' branches (all installed ones, where
    none are given); with `plugin` it compares that plugin's tables and no others."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT))
    places = folders(known_plugins() if plugins is None else plugins).values()
    config.set_main_option("version_locations", " ".join(map(str, places)))
    config.set_main_option("path_separator", "space")
    config.attributes["connection"] = connection
    config.attributes["plugin"] = plugin
    return config


def branches(tenant: Tenant) -> list[str]:
    """The branches a tenant's database follows, in order."""
    return list(folders(plugins_of(tenant)))


def upgrade_tenant(tenant: Tenant) -> None:
    """Bring one tenant's database to the newest schema, in one transaction per branch."""
    with bound(tenant):
        for branch in branches(tenant):
            with writing(tenant.engine).begin() as connection:
                command.upgrade(alembic_config(connection, known_plugins(tenant)), f"{branch}@head")


def remove_plugin(tenant: Tenant, plugin: str) -> None:
    """Take a plugin's tables, with all that stands in them, out of one tenant's database; the core's stay."""
    with bound(tenant), writing(tenant.engine).begin() as connection:
        command.downgrade(alembic_config(connection, known_plugins(tenant)), f"{plugin}@base")
