"""Templates of a tenant: its plugins' first, in the tenant's order, then the core's; `core:x.html` names the
core's own, so that an override can extend what it replaces."""
from collections.abc import Sequence
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from core.tenancy import Tenant


def overlay_loader(tenant: Tenant, core: BaseLoader) -> BaseLoader:
    """The loader of the tenant's own environment; one environment per tenant, since a shared one would
    serve the first tenant's compiled template to all."""
    return ChoiceLoader([*_plugin_loaders(tenant), core, PrefixLoader({"core": core}, delimiter=":")])


def _plugin_loaders(tenant: Tenant) -> Sequence[BaseLoader]:
    loaders = []
    for name in tenant.file.plugins:
        module = tenant.plugins.get_plugin(name)
        file = getattr(module, "__file__", None)
        if file and (folder := Path(file).parent / "templates").is_dir():
            loaders.append(FileSystemLoader(folder))
    return loaders
