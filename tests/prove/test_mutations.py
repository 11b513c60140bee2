"""Citing is not enough: twenty values or texts of `_base.toml`, changed one at a time at random, each turn a test
red that cites the value's row."""
import os
import random
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import copytree

import pytest

from tests.data import ROOT, TENANTS

SEED = int(os.environ.get("JIANXUE_SEED", "20261120"))
COUNT = 20


def keys() -> list[tuple[str, str, str, object]]:
    document = tomllib.loads((TENANTS / "_base.toml").read_text(encoding="utf-8"))
    return [(group, key, entry["source"], entry["value"])
            for group, table in document.items() for key, entry in table.items()]


def mutated(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + "改" if value else "改"
    assert isinstance(value, list)
    return [*value[:-1], mutated(value[-1])]


def literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def citing(row: str) -> list[str]:
    """Test files that cite the row and need no browser."""
    return [str(path) for path in sorted((ROOT / "tests").rglob("test_*.py"))
            if re.search(re.escape(row) + r"(?!\d)", text := path.read_text(encoding="utf-8"))
            and "pytest.mark.walk" not in text and "playwright" not in text and path.parent.name != "prove"]


@pytest.mark.prove
@pytest.mark.parametrize(("group", "key", "row", "value"), random.Random(SEED).sample(keys(), COUNT))
def test_a_changed_value_turns_a_citing_test_red(tmp_path: Path, group: str, key: str, row: str, value: object) -> None:
    folder = copytree(TENANTS, tmp_path / "tenants")
    path = folder / "_base.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"\n[{group}]\n")
    head, body = text[:start], text[start:]
    pattern = re.compile(rf"^{re.escape(key)} = {{ value = .*, source = .* }}$", re.M)
    line = f'{key} = {{ value = {literal(mutated(value))}, source = "{row}" }}'
    path.write_text(head + pattern.sub(lambda _: line, body, count=1), encoding="utf-8")
    files = citing(row)
    assert files, f"no test cites {row}"
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", *files], cwd=ROOT, capture_output=True,
                         text=True, env=os.environ | {"JIANXUE_TENANTS": str(folder)}, timeout=600)
    assert run.returncode == 1, run.stdout[-2000:]  # 1: tests ran and some failed
