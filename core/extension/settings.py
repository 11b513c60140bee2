"""A plugin's own rules: the tenant's file has a table named as the plugin, the plugin ships the values it starts from.

In the plugin's package `settings.py` says what there is (`RULES`, a frozen dataclass; `NAMES`, what an administrator
reads, with the title under ""), and `settings.toml` beside it the values, each with its source.
"""
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.base.config import ConfigError
from core.extension.parts import package_of, plugin_part
from core.tenancy.settings import RuleSet, read_toml, typed_group


@dataclass(frozen=True)
class PluginSettings:
    """What a plugin lets a tenant set."""

    kind: type
    names: Mapping[str, Any]
    file: Path


def settings_of(plugin: Any) -> PluginSettings | None:
    """None for a plugin that has nothing to set."""
    module = plugin_part(package_of(plugin), "settings")
    if module is None:
        return None
    return PluginSettings(module.RULES, module.NAMES, Path(module.__file__ or "").with_suffix(".toml"))


def with_plugin_rules(rule_set: RuleSet, plugins: Mapping[str, Any]) -> RuleSet:
    """The rules with each plugin's own. ConfigError names file and key, as for the core's."""
    sources, typed = dict(rule_set.sources), dict(rule_set.plugin_rules)
    for name, plugin in plugins.items():
        asked, found = rule_set.plugin_tables.get(name, ()), settings_of(plugin)
        if found is None:
            if asked:
                raise ConfigError(f"{asked[0][0]}：[{name}] 不是已知的规则组，插件 {name} 没有可设置的规则")
            continue
        shipped = (f"{name}/{found.file.name}", read_toml(found.file))
        typed[found.kind] = typed_group(name, found.kind, (shipped, *asked), sources, of=shipped[0])
    return replace(rule_set, sources=sources, plugin_rules=typed)
