"""The words of a page in the reader's language: the core's catalogue, then those of the tenant's plugins, which may
say a thing differently for that tenant and for no other."""
from typing import Any
from weakref import WeakKeyDictionary

from flask import g
from flask_babel import Domain

from core.extension.parts import folder
from core.tenancy import Tenant, bound_tenant


class TenantWords(Domain):  # type: ignore[misc]
    """Flask-Babel's domain with catalogues by tenant; tenants with the same ones share what was read."""

    def __init__(self, core: str) -> None:
        super().__init__()
        self._core = core
        self._by_folders: dict[tuple[str, ...], dict[Any, Any]] = {}
        self._folders: WeakKeyDictionary[Tenant, tuple[str, ...]] = WeakKeyDictionary()

    @property
    def translation_directories(self) -> tuple[str, ...]:
        """Where the catalogues of the bound tenant lie; the later ones win."""
        tenant = bound_tenant()
        if tenant is None:
            return (self._core,)
        if tenant not in self._folders:
            self._folders[tenant] = (self._core, *plugin_folders(tenant))
        return self._folders[tenant]

    def get_translations(self) -> Any:
        """Found once a request: a page asks some seventy times."""
        if not g:
            return super().get_translations()
        if "jx_words" not in g:
            g.jx_words = super().get_translations()
        return g.jx_words

    def get_translations_cache(self, _ctx: object) -> dict[Any, Any]:
        return self._by_folders.setdefault(self.translation_directories, {})


def plugin_folders(tenant: Tenant) -> list[str]:
    """The folders `translations` of a tenant's plugins, the first plugin's last, since it is asked first."""
    found = [folder(tenant.plugins.get_plugin(name), "translations") for name in reversed(tenant.file.plugins)]
    return [str(path) for path in found if path is not None]
