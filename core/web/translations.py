"""The words of a page in the reader's language: the core's catalogue, then those of the tenant's plugins, which may
say a thing differently for that tenant and for no other."""
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from flask import g
from flask_babel import Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

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
        try:
            words = g.get("jx_words")  # once and no `if g`: each look at `g` costs as much as a text
        except RuntimeError:
            return super().get_translations()
        if words is None:
            words = g.jx_words = super().get_translations()
        return words

    @pass_eval_context
    def said(self, how: EvalContext, text: str, /, **variables: Any) -> str:
        """`_` of the templates: what is put into a text is escaped where the template escapes."""
        words = self.get_translations()
        if not how.autoescape:
            return str(words.ugettext(text)) % variables
        return Markup(words.ugettext(text)) % variables if variables else _ready(words, text)

    def get_translations_cache(self, _ctx: object) -> dict[Any, Any]:
        return self._by_folders.setdefault(self.translation_directories, {})


@lru_cache(maxsize=10_000)
def _ready(words: Any, text: str) -> Markup:
    return Markup(words.ugettext(text)) % {}


def plugin_folders(tenant: Tenant) -> list[str]:
    """The folders `translations` of a tenant's plugins, the first plugin's last, since it is asked first."""
    found = [folder(tenant.plugins.get_plugin(name), "translations") for name in reversed(tenant.file.plugins)]
    return [str(path) for path in found if path is not None]
