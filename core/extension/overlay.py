"""Templates of a tenant: its plugins' first, in the tenant's order, then the core's; `core:x.html` names the
core's own, so that an override can extend what it replaces.

An override says in its head which core template it was written against: `{# core-digest: 0123456789ab #}`. When the
core's changes, whoever owns the override is told, and looks at it again.
"""
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)

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


def templates_of(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """(plugin, template) for each template that the tenant's plugins bring."""
    for name in tenant.file.plugins:
        for loader in _plugin_loaders_of(tenant, name):
            yield from ((name, template) for template in loader.list_templates())


def check_overrides(tenants: Iterable[Tenant], environment: Environment) -> None:
    """Every template of a plugin replaces one of the core, or lies in a folder named after the plugin; it can be read,
    and fills blocks that there are.

    Raises PluginError with tenant, plugin and template: an override that replaces nothing, or a block that nobody
    shows, is a typing slip.
    """
    core = environment.loader
    assert core is not None
    known: set[str] = set()
    seen: set[tuple[int, ...]] = {()}
    for tenant in tenants:
        stack = tuple(id(tenant.plugins.get_plugin(name)) for name in tenant.file.plugins)
        if stack in seen:  # 30 tenants may share one province's plugin
            continue
        seen.add(stack)
        known = known or set(core.list_templates())
        own = environment.overlay(loader=overlay_loader(tenant, core))
        for name in tenant.file.plugins:
            for template in [template for loader in _plugin_loaders_of(tenant, name)
                             for template in loader.list_templates()]:
                if problem := _problem(name, template, template in known, own):
                    raise PluginError(f"{tenant.slug}：插件 {name} 的模板 {template} {problem}")


def _problem(plugin: str, template: str, replaces: bool, environment: Environment) -> str:
    if not replaces and not template.startswith(f"{plugin}/"):
        return f"没有可替换的核心模板；插件自己的模板应放在 {plugin}/ 下"
    try:
        outline = _outline(environment, template)
        above = frozenset[str]().union(*(_blocks(environment, parent) for parent in outline.parents))
    except TemplateNotFound as error:
        return f"所继承的 {error.name} 不存在"
    except (TemplateSyntaxError, UnicodeDecodeError) as error:
        return f"读不出来：{error}"
    unknown = [name for name in outline.filled if name not in above] if outline.parents else []
    return f"填写的 {'、'.join(unknown)} 在所继承的模板里没有，不会显示" if unknown else ""


@dataclass(frozen=True)
class Outline:
    """What a template extends, the blocks it fills at its top, and all that it has."""

    parents: tuple[str, ...]
    filled: tuple[str, ...]
    blocks: frozenset[str]


def _outline(environment: Environment, template: str) -> Outline:
    assert environment.loader is not None
    return _read(environment.loader.get_source(environment, template)[0], tuple(environment.extensions))


@lru_cache(maxsize=500)
def _read(source: str, extensions: tuple[str, ...]) -> Outline:
    """By its text, so that each is parsed once in a process, whatever apps and tenants there are."""
    parsed = Environment(extensions=extensions).parse(source)
    return Outline(
        tuple(node.template.value for node in parsed.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)),
        tuple(node.name for node in parsed.body if isinstance(node, nodes.Block)),
        frozenset(node.name for node in parsed.find_all(nodes.Block)))


def _blocks(environment: Environment, template: str) -> frozenset[str]:
    """The blocks of a template and of all that it extends."""
    outline = _outline(environment, template)
    return outline.blocks.union(*(_blocks(environment, parent) for parent in outline.parents))


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
            if template in core_templates()]


def digest_of(template: str) -> str:
    """The digest that an override of this core template carries. Raises KeyError for a template the core has not."""
    return sha256(core_templates()[template].read_bytes()).hexdigest()[:12]


@cache
def core_templates() -> dict[str, Path]:
    """Every template of the core by the name under which it is rendered."""
    return {path.relative_to(home).as_posix(): path for home in sorted(CORE.glob("*/templates"))
            for path in home.rglob("*") if path.is_file()}


def blocks_of(template: str) -> list[str]:
    """The blocks of a core template and of what it extends, its own first. Raises KeyError as `digest_of`."""
    text = core_templates()[template].read_text(encoding="utf-8")
    own = re.findall(r"\{%-?\s*block\s+(\w+)", text)
    above = [name for parent in re.findall(r"\{%-?\s*extends\s+\"([^\"]+)\"", text) for name in blocks_of(parent)]
    return list(dict.fromkeys(own + above))


def _written(path: Path) -> str:
    found = HEAD.search(path.read_text(encoding="utf-8")[:500])
    return found.group(1) if found else ""
