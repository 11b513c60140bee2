"""Templates of a tenant: its plugins' first, in the tenant's order, then the core's; `core:x.html` names the
core's own, so that an override can extend what it replaces.

An override says in its head which core template it was written against: `{# core-digest: 0123456789ab #}`. When the
core's changes, whoever owns the override is told, and looks at it again.
"""
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from core.extension.parts import PluginError, folder
from core.tenancy import Tenant


def overlay_loader(tenant: Tenant, core: BaseLoader) -> BaseLoader:
    """The loader of the tenant's own environment; one environment per tenant, since a shared one would
    serve the first tenant's compiled template to all."""
    return ChoiceLoader([*_plugin_loaders(tenant), core, PrefixLoader({"core": core}, delimiter=":")])


def _plugin_loaders(tenant: Tenant) -> list[BaseLoader]:
    return [loader for name in tenant.file.plugins for loader in _plugin_loaders_of(tenant, name)]


def _plugin_loaders_of(tenant: Tenant, name: str) -> list[BaseLoader]:
    templates = folder(tenant.plugins.get_plugin(name), "templates")
    return [FileSystemLoader(templates)] if templates else []


def check_overrides(tenant: Tenant, core: BaseLoader) -> None:
    """Every template of a plugin replaces one of the core, or lies in a folder named after the plugin.

    Raises PluginError with tenant, plugin and template: an override that replaces nothing is a typing slip.
    """
    known = set(core.list_templates())
    for name in tenant.file.plugins:
        for loader in _plugin_loaders_of(tenant, name):
            for template in loader.list_templates():
                if template not in known and not template.startswith(f"{name}/"):
                    raise PluginError(f"{tenant.slug}：插件 {name} 的模板 {template} 没有可替换的核心模板；"
                                      f"插件自己的模板应放在 {name}/ 下")


HEAD = re.compile(r"\{#-?\s*core-digest:\s*([0-9a-f]{12})\s*-?#\}")
CORE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Override:
    """One template of a plugin that replaces one of the core: `written` is the digest in its head ("" for none),
    `wanted` that of the core's template as it is now."""

    plugin: str
    template: str
    path: Path
    written: str
    wanted: str

    @property
    def problem(self) -> str:
        """What is wrong, with what would be right; "" when it was written against the template of today."""
        if self.written == self.wanted:
            return ""
        why = "所替换的核心模板变了，请对照修改" if self.written else "开头没有写明对应的核心模板"
        return f"插件 {self.plugin} 的模板 {self.template} {why}，然后写上 {{# core-digest: {self.wanted} #}}"


def override_digests(tenant: Tenant) -> list[Override]:
    """The overrides of a tenant's plugins, in its order."""
    return [override for name in tenant.file.plugins
            for override in overrides_of(name, tenant.plugins.get_plugin(name))]


def overrides_of(name: str, plugin: Any) -> list[Override]:
    """The overrides of one plugin; its own pages are none."""
    templates = folder(plugin, "templates")
    if templates is None:
        return []
    found = [(path, path.relative_to(templates).as_posix()) for path in sorted(templates.rglob("*")) if path.is_file()]
    return [Override(name, template, path, _written(path), digest_of(template)) for path, template in found
            if template in _core_templates()]


def digest_of(template: str) -> str:
    """The digest that an override of this core template carries. Raises KeyError for a template the core has not."""
    return sha256(_core_templates()[template].read_bytes()).hexdigest()[:12]


@cache
def _core_templates() -> dict[str, Path]:
    """Every template of the core by the name under which it is rendered."""
    return {path.relative_to(home).as_posix(): path for home in sorted(CORE.glob("*/templates"))
            for path in home.rglob("*") if path.is_file()}


def _written(path: Path) -> str:
    found = HEAD.search(path.read_text(encoding="utf-8")[:500])
    return found.group(1) if found else ""
