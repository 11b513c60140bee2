"""Templates of a tenant: its plugins' first, in the tenant's order, then the core's; `core:x.html` names the
core's own, so that an override can extend what it replaces."""
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
