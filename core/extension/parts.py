"""What a plugin's package holds beside its hooks, and which plugin a module belongs to.

The package is the one that the module of the entry point lies in: `plugins.desk` for `plugins.desk.hooks`.
"""
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Table

from core.base.db import Base
from core.tenancy import Tenant

_packages: dict[str, set[str]] = {}


class PluginError(Exception):
    """A plugin cannot be used; the message names tenant, plugin and what is wrong."""


def package_of(plugin: Any) -> str:
    """The package of a plugin's module; "" for a lone module, which can hold nothing more."""
    found = plugin
    if hasattr(plugin, "module"):  # an entry point
        try:
            found = import_module(plugin.module)
        except Exception as error:
            raise PluginError(f"插件 {plugin.name} 不能载入：{error}") from error
    spec = getattr(found, "__spec__", None)
    return spec.parent or "" if spec is not None else ""


def plugin_part(package: str, name: str) -> ModuleType | None:
    """A module of the package, None when it has no such."""
    full = f"{package}.{name}"
    return import_module(full) if package and find_spec(full) is not None else None


def folder(plugin: Any, name: str) -> Path | None:
    """A folder of a plugin's package (`templates`, `translations`, `migrations`), None when it has no such."""
    file = getattr(plugin, "__file__", None)
    found = Path(file).parent / name if file else None
    return found if found is not None and found.is_dir() else None


def register_parts(name: str, plugin: Any) -> None:
    """Import a plugin's tables and job handlers. Raises PluginError with the plugin's name."""
    package = package_of(plugin)
    if not package:
        return
    _packages.setdefault(package, set()).add(name)
    for wanted in ("models", "jobs"):
        try:
            plugin_part(package, wanted)
        except Exception as error:
            raise PluginError(f"插件 {name} 的 {wanted} 不能载入：{error}") from error


def owners(module: str) -> set[str]:
    """The plugins that a module belongs to; none for the core's own."""
    return {name for package, names in _packages.items() if module == package or module.startswith(f"{package}.")
            for name in names}


def serves(tenant: Tenant, module: str) -> bool:
    """Whether what is defined in this module (a job's handler) is for this tenant: a plugin's is for those that
    have it on."""
    owning = owners(module)
    return not owning or bool(owning & set(tenant.file.plugins))


def tables_of(plugin: str | None = None) -> set[str]:
    """The names of the tables that a plugin's models define; of None those that are no plugin's."""
    found, theirs = set(), set()
    for mapper in Base.registry.mappers:
        owning = owners(mapper.class_.__module__)
        names = {table.name for table in mapper.tables if isinstance(table, Table)}
        theirs |= names if owning else set()
        found |= names if plugin in owning else set()
    return found if plugin else set(Base.metadata.tables) - theirs
