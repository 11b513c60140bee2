"""Writes the skeleton of a new province: a plugin, its tenant's file and its tests. Never overwrites."""
import keyword
import re
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from string import Template

from core.extension.loading import GROUP, installed_plugins
from core.extension.overlay import blocks_of, core_templates, digest_of

TEMPLATES = Path(__file__).parent / "templates" / "plugin"
NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
ROW = re.compile(r"[A-Z]{1,4}")
RESERVED = frozenset({"core", "plugins", "tests", "tenants", "jianxue", "base", "demo", "operator", "static", "admin"})
EARLIEST = 2000
ENTRY_POINTS = "options.entry_points"


class BadName(ValueError):
    """The plugin cannot be called so; the sentence says why and what would be right."""


@dataclass(frozen=True)
class Skeleton:
    """What was written, and whether the entry point is among it or left to do by hand."""

    files: tuple[Path, ...]
    entry_point: str
    registered: bool


def write_skeleton(folder: Path, name: str, *, title: str = "", row: str = "") -> Skeleton:
    """The files below `folder`: beside the shipped provinces in this repository, elsewhere a distribution of its own.

    BadName refuses before anything is written.
    """
    _check_name(name)
    row = row or name[:2].upper()
    if not ROW.fullmatch(row):
        raise BadName(f"行号前缀 {row} 不能用：应为一到四个大写字母，例如 HB")
    if re.search(r'["\\\n]', title):
        raise BadName("平台名称里不能有引号、反斜线或换行，请去掉")
    inside = _is_this_repository(folder / "setup.cfg")
    home, tests = (f"plugins/{name}", "tests/plugins") if inside else (f"jianxue_{name}", "tests")
    package = home.replace("/", ".")
    words = {"name": name, "class_name": name.capitalize(), "title": title or f"{name} 培训平台", "row": row,
             "earliest": str(EARLIEST), "before": str(EARLIEST - 1), "package": package, "tests": tests,
             "up": "2" if inside else "1"}
    planned = {folder / path: _filled(template, words) for path, template in _plan(name, home, tests).items()}
    taken = [path for path in planned if path.exists()]
    if taken:
        raise BadName(f"{name} 已被使用：{'、'.join(str(path.relative_to(folder)) for path in taken)} 已经存在，请换一个名字")
    project = folder / "pyproject.toml"
    alone = not inside and not project.exists()
    if alone:
        planned[project] = _filled("pyproject.toml.txt", words)
    if inside and not (folder / tests / "__init__.py").exists():
        planned[folder / tests / "__init__.py"] = ""
    for path, text in planned.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    line = f"{name} = {package}.hooks"
    if inside:
        _register(folder / "setup.cfg", line)
    return Skeleton(tuple(planned), line, inside or alone)


def write_override(name: str, template: str) -> Path:
    """A template of an installed plugin that extends the core's of the same path, and shows its own blocks to fill.

    BadName for an unknown plugin or template, and for one that the plugin has already.
    """
    plugins = installed_plugins()
    if name not in plugins:
        raise BadName(f"没有安装插件 {name}，已安装：{'、'.join(sorted(plugins))}")
    try:
        digest = digest_of(template)
    except KeyError:
        near = "、".join(get_close_matches(template, core_templates(), 3)) or "certificate/list.html"
        raise BadName(f"核心没有模板 {template}，相近的有：{near}") from None
    module = plugins[name].load()
    target = Path(str(module.__file__)).parent / "templates" / template
    if target.exists():
        raise BadName(f"{target} 已经存在，请直接修改它")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f'{{# core-digest: {digest} #}}\n{{% extends "core:{template}" %}}\n'
                      f"{{# 可填的块：{'、'.join(blocks_of(template))}。只写不同的；{{{{ super() }}}} 保留核心原来的内容。 #}}\n",
                      encoding="utf-8")
    return target


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise BadName(f"插件名 {name!r} 不能用：应以小写字母开头，只含小写字母和数字，2 到 30 个字符，例如 hubei")
    if name in RESERVED:
        raise BadName(f"插件名 {name} 已留作他用，请换一个，例如省份的拼音")
    if name in installed_plugins():
        raise BadName(f"插件名 {name} 已被使用：已安装同名的插件，请换一个名字")


def _plan(name: str, home: str, tests: str) -> Mapping[str, str]:
    """Path below the folder → template."""
    return {
        f"{home}/__init__.py": "init.py.txt", f"{home}/hooks.py": "hooks.py.txt", f"{home}/rules.py": "rules.py.txt",
        f"{home}/README.md": "README.md.txt", f"tenants/{name}.toml": "tenant.toml.txt",
        f"{tests}/test_{name}.py": "test.py.txt",
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def _is_this_repository(setup: Path) -> bool:
    known = ConfigParser(interpolation=None)
    known.read(setup, encoding="utf-8")
    return known.get("metadata", "name", fallback="") == "jianxue" and known.has_option(ENTRY_POINTS, GROUP)


def _register(setup: Path, line: str) -> None:
    """Add the entry point at its place in the alphabet; every other line stays as it is."""
    before, head, after = setup.read_text(encoding="utf-8").partition(f"{GROUP} =\n")
    lines = after.splitlines(keepends=True)
    count = next((place for place, one in enumerate(lines) if not one.startswith("    ")), len(lines))
    entries = sorted([*lines[:count], f"    {line}\n"])
    setup.write_text(before + head + "".join(entries + lines[count:]), encoding="utf-8")
