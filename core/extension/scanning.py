"""What a plugin's source says that must not be: state kept between tenants, a hand on the core's own objects.

Read from the source and not from the running module, so that it is named at the start and not when it has happened.
"""
import ast
import logging
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger("jianxue.plugins")

MAKERS = frozenset({"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "ChainMap",
                    "WeakKeyDictionary", "WeakValueDictionary", "WeakSet", "local", "ContextVar", "Lock", "RLock",
                    "SimpleQueue", "Queue"})
CACHES = frozenset({"cache", "lru_cache"})
READ_ONLY = frozenset({"Mapping", "Sequence", "Collection", "Iterable", "Set", "AbstractSet", "Container"})
"""Annotated so, a container is a table to read, and mypy refuses to change it."""
HOLDERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
API = "core.api"


@cache
def source_problems(package: str) -> tuple[str, ...]:
    """All findings in a plugin's package as `file:line：what`, in order; its migrations and tests are left out."""
    spec = find_spec(package) if package else None
    places = spec.submodule_search_locations if spec is not None else None
    found: list[str] = []
    for place in places or ():
        for path in sorted(Path(place).rglob("*.py")):
            inner = path.relative_to(place)
            if {"migrations", "tests"}.isdisjoint(inner.parts):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found += [f"{inner}:{line}：{what}" for line, what in sorted(module_problems(tree))]
    return tuple(found)


def warn_of_source(plugin: str, package: str) -> None:
    """Name every finding in the log; `jianxue tenant check` refuses them."""
    for problem in source_problems(package):
        log.warning("plugin %s: %s", plugin, problem)


def module_problems(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, what) of each finding in one module."""
    yield from _kept(tree.body)
    names = _core_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {'、'.join(node.names)}：一个进程服务所有租户，不能把状态留在模块里"
        elif isinstance(node, ast.ClassDef):
            yield from _kept(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _cached(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _beyond_the_api(node)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete | ast.Call):
            yield from _changed(node, names)


def _kept(body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Containers that can change, held by a module or a class."""
    for node in body:
        if isinstance(node, ast.Assign):
            targets, value, read_only = node.targets, node.value, False
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
            read_only = not READ_ONLY.isdisjoint(_words(node.annotation))
        else:
            continue
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if read_only or not names or all(name.startswith("__") for name in names):
            continue
        if isinstance(value, HOLDERS) or (isinstance(value, ast.Call) and _last(value.func) in MAKERS):
            yield node.lineno, (f"{'、'.join(names)} 是可以改动的容器：用元组、frozenset，"
                                "或标注为 Mapping、Sequence 的只读表；要保存的东西放进自己的数据表")


def _cached(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    for decorator in node.decorator_list:
        if _last(decorator.func if isinstance(decorator, ast.Call) else decorator) in CACHES:
            yield node.lineno, f"{node.name} 的缓存会把一个租户的结果给另一个租户"


def _beyond_the_api(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        if module.split(".")[0] == "core" and module != API and not module.startswith((f"{API}.", "core.testing")):
            yield node.lineno, f"导入了 {module}：插件只能导入 {API}"


def _core_names(tree: ast.Module) -> set[str]:
    """The names under which a module knows the core's modules, classes and functions."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "core":
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names
                      if alias.name.split(".")[0] == "core"}
    return names


def _changed(node: ast.stmt | ast.Call, names: set[str]) -> Iterator[tuple[int, str]]:
    """Assignments to (and deletions of) attributes and members of what was imported from the core."""
    if isinstance(node, ast.Call):
        targets = node.args[:1] if _last(node.func) in ("setattr", "delattr") else []
        touched = [target for target in targets if _root(target) in names]
    elif isinstance(node, ast.Assign | ast.Delete):
        touched = [target for target in node.targets if _inner(target, names)]
    else:
        touched = [node.target] if _inner(node.target, names) else []  # type: ignore[attr-defined]
    for target in touched:
        yield node.lineno, f"改动了核心的 {ast.unparse(target)}：别的租户也会受影响"


def _inner(target: ast.expr, names: set[str]) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript) and _root(target) in names


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _words(node: ast.expr) -> set[str]:
    return {_last(part) for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name)}
