"""One plugin manager per tenant: the core's defaults, then the tenant's plugins in the order of its file."""
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy

from core.contract.hooks import Hooks
from core.extension.parts import PluginError

GROUP = "jianxue.plugins"


@cache
def installed_plugins() -> Mapping[str, EntryPoint]:
    """Plugins by entry point name, not yet loaded; looked up once, since it reads every distribution's metadata."""
    return MappingProxyType({point.name: point for point in entry_points(group=GROUP)})


def build_manager(slug: str, plugins: Sequence[str], defaults: Sequence[ModuleType],
                  available: Mapping[str, Any]) -> pluggy.PluginManager:
    """The tenant's manager. A missing plugin, or one that names an unknown hook, is refused by name."""
    manager = pluggy.PluginManager("jianxue")
    manager.add_hookspecs(Hooks)
    for module in defaults:
        manager.register(module, name=module.__name__)
    # pluggy calls the last registered first: reversed, so that the tenant's order is the calling order.
    for name in reversed(plugins):
        if name not in available:
            known = "、".join(sorted(available)) or "无"
            raise PluginError(f"{slug}.toml：tenant.plugins 中的 {name} 没有安装，已安装：{known}")
        try:
            point = available[name]
            manager.register(point.load() if hasattr(point, "load") else point, name=name)
        except Exception as error:
            raise PluginError(f"{slug}.toml：插件 {name} 不能载入：{error}") from error
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"{slug}.toml：插件 {getattr(error.plugin, '__name__', error.plugin)} "
                          f"实现了契约里没有的钩子：{error}") from error
    return manager
