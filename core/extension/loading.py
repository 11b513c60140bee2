"""One plugin manager per tenant: the core's defaults, then the tenant's plugins in the order of its file."""
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Any, get_args, get_type_hints

from core.contract.hooks import Hooks
from core.extension.asking import Plugins
from core.extension.parts import PluginError

GROUP = "jianxue.plugins"


@cache
def installed_plugins() -> Mapping[str, EntryPoint]:
    """Plugins by entry point name, not yet loaded; looked up once, since it reads every distribution's metadata."""
    return MappingProxyType({point.name: point for point in entry_points(group=GROUP)})


def build_manager(slug: str, plugins: Sequence[str], defaults: Sequence[ModuleType],
                  available: Mapping[str, Any], *, seats: int = 8) -> Plugins:
    """The tenant's plugins. One that is missing, cannot be loaded, or does not keep the contract is refused by name.

    `seats`: how many threads of a process may be in them at once.
    """
    manager = Plugins(seats)
    manager.add_hookspecs(Hooks)
    for module in defaults:
        manager.register(module, name=module.__name__)
    for name in plugins:
        if name not in available:
            known = "、".join(sorted(available)) or "无"
            raise PluginError(f"{slug}.toml：tenant.plugins 中的 {name} 没有安装，已安装：{known}")
        try:
            point = available[name]
            manager.register(point.load() if hasattr(point, "load") else point, name=name)
        except Exception as error:
            raise PluginError(f"{slug}.toml：插件 {name} 不能载入：{error}") from error
        if broken := contract_problems(name, manager.get_plugin(name)):
            raise PluginError(f"{slug}.toml：{'；'.join(broken)}")
    manager.arrange(plugins)
    return manager


def contract_problems(name: str, plugin: Any) -> list[str]:
    """Where a plugin's implementations do not keep the contract: pluggy compares names of arguments only."""
    problems = []
    for hook, function in implemented(plugin):
        spec = getattr(Hooks, hook, None)
        if not hasattr(spec, "jianxue_spec"):
            known = get_close_matches(hook, [known for known in vars(Hooks) if "_" in known.strip("_")], 1)
            problems.append(f"插件 {name} 实现了契约里没有的钩子 {hook}" + (f"，是不是 {known[0]}" if known else ""))
            continue
        if any(function.jianxue_impl[option] for option in ("wrapper", "hookwrapper", "tryfirst", "trylast")):
            problems.append(f"插件 {name} 的 {hook} 用了 @hookimpl 的选项：次序由租户文件决定，不接受任何选项")
        try:
            wanted, given = get_type_hints(spec), get_type_hints(function)
        except Exception as error:
            problems.append(f"插件 {name} 的 {hook} 的类型标注读不出来：{error}")
            continue
        problems += [f"插件 {name} 的 {hook} 与契约不符：{argument} 应为 {wanted[argument]}，写的是 {kind}"
                     for argument, kind in given.items() if not _agrees(argument, kind, wanted.get(argument))]
    return problems


def implemented(plugin: Any) -> list[tuple[str, Any]]:
    """(hook, function) for each hook that a plugin implements, by name."""
    found = [(name, getattr(plugin, name)) for name in dir(plugin)]
    return [(name, value) for name, value in found if isinstance(getattr(value, "jianxue_impl", None), dict)]


def _agrees(argument: str, kind: Any, wanted: Any) -> bool:
    """Equal; an answer may be one of those that the contract allows (`OrderPath` where it says `OrderPath | None`)."""
    return kind == wanted or (argument == "return" and kind in get_args(wanted))
