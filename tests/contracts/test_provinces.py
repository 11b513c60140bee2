"""What is promised of a province: short, readable beside its manual, and no hook without one that needs it."""
import ast
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.base.config import ROOT
from tests.contracts.test_hooks import SPECS

PROVINCES = {"jilin": ("JL", 18), "guangdong": ("GD", 27), "beijing": ("BJ", 16), "zhejiang": ("ZJ", 37)}
ROOMS = {"zhejiang"}
"""Provinces whose flow has steps of its own: a room for each, read one at a time."""
NOT_YET: dict[str, str] = {}
"""Hooks that wait for a province still to come, with the row that needs them."""


def modules(plugin: str) -> list[Path]:
    return sorted((ROOT / "plugins" / plugin).rglob("*.py"))


def lines_in(paths: Iterable[Path]) -> int:
    return sum(path.read_text(encoding="utf-8").count("\n") for path in paths)


@pytest.mark.parametrize("plugin", sorted(PROVINCES.keys() - ROOMS))
def test_a_province_is_read_at_one_sitting(plugin: str) -> None:
    assert lines_in(modules(plugin)) < 300


@pytest.mark.parametrize("plugin", sorted(ROOMS))
def test_what_holds_the_rooms_together_is_read_at_one_sitting(plugin: str) -> None:
    """The answers to the contract, who acts, what may be set."""
    assert lines_in((ROOT / "plugins" / plugin).glob("*.py")) < 600


def rooms(plugin: str) -> list[str]:
    return sorted(path.name for path in (ROOT / "plugins" / plugin).iterdir() if (path / "__init__.py").exists())


@pytest.mark.parametrize(("plugin", "room"), [(plugin, room) for plugin in sorted(ROOMS) for room in rooms(plugin)])
def test_a_room_is_named_beside_its_rows_and_knows_only_those_before_it(plugin: str, room: str) -> None:
    """The order of the README is the order of the manual, and the way imports run."""
    page = (ROOT / "plugins" / plugin / "README.md").read_text(encoding="utf-8")
    order = re.findall(r"^\| `(\w+)/` \|", page, re.M)
    later = "|".join(order[order.index(room) + 1:])
    for path in (ROOT / "plugins" / plugin / room).rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not later or not re.search(rf"from plugins\.{plugin}\.({later})\b", source), path


@pytest.mark.parametrize("plugin", PROVINCES)
def test_the_readme_names_every_row_of_the_manual(plugin: str) -> None:
    group, last = PROVINCES[plugin]
    page = (ROOT / "plugins" / plugin / "README.md").read_text(encoding="utf-8")
    spans = [range(int(first), int(end) + 1)
             for first, end in re.findall(rf"\b{group}-(\d\d) ?… ?(?:{group}-)?(\d\d)\b", page)]
    named = {int(number) for number in re.findall(rf"\b{group}-(\d\d)\b", page)}.union(*spans)
    assert named >= set(range(1, last + 1))


def answered(folder: Path) -> set[str]:
    return {node.name for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
            and any("hookimpl" in ast.unparse(decorator) for decorator in node.decorator_list)}


def places(folder: str) -> Counter[str]:
    """In how many packages of a folder each hook is answered."""
    return Counter(hook for path in (ROOT / folder).iterdir() if path.is_dir() for hook in answered(path))


@pytest.mark.parametrize("hook", SPECS)
def test_a_hook_exists_because_a_province_needs_it(hook: str) -> None:
    """About 25 in all, and none for what a setting can say. What several flows answer lets a lower one ask higher
    ones."""
    needed = bool(places("plugins")[hook]) or places("core")[hook] > 1
    assert needed != (hook in NOT_YET)
