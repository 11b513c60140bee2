"""`jianxue plugin new`: a province's skeleton whose tests pass; refused names; nothing is overwritten (C-13)."""
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from core.base.config import ROOT
from core.extension.overlay import digest_of
from core.testing import skeleton
from core.testing.skeleton import BadName, write_override, write_skeleton

Cli = Callable[..., tuple[int, str]]


def test_a_new_province_passes_its_own_tests(tmp_path: Path) -> None:
    """C-13: written, and green at once, without being installed."""
    made = write_skeleton(tmp_path, "hubei", title="湖北省住房城乡建设人员培训平台", row="HB")
    assert made.registered and (tmp_path / "pyproject.toml") in made.files
    # All pages, and the other tenants beside, are tried in test_kit; here a process of its own must stay short.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not (beside or pages)", "tests"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "10 passed" in done.stdout


def test_in_this_repository_it_stands_beside_the_others(tmp_path: Path) -> None:
    """The entry point is added at its place, every other line of setup.cfg stays."""
    before = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    made = write_skeleton(tmp_path, "hubei")
    names = sorted(str(path.relative_to(tmp_path)) for path in made.files)
    assert names == ["plugins/hubei/README.md", "plugins/hubei/__init__.py", "plugins/hubei/hooks.py",
                     "plugins/hubei/rules.py", "tenants/hubei.toml", "tests/plugins/__init__.py",
                     "tests/plugins/test_hubei.py"]
    after = (tmp_path / "setup.cfg").read_text(encoding="utf-8")
    assert after.replace("    hubei = plugins.hubei.hooks\n", "") == before
    assert "    guangdong = plugins.guangdong.hooks\n    hubei = plugins.hubei.hooks\n" in after


def test_an_own_project_is_told_the_line(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'ours'\n", encoding="utf-8")
    status, output = cli("plugin", "new", "hubei", "--at", str(tmp_path))
    assert status == 0 and "加一行：hubei = jianxue_hubei.hooks" in output
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == "[project]\nname = 'ours'\n"


@pytest.mark.parametrize("name", ["9x", "Hubei", "hu-bei", "hu/bei", "..", "h", "class", "湖北", "core", "jilin"])
def test_a_bad_or_taken_name_is_a_sentence(name: str, tmp_path: Path, cli: Cli) -> None:
    status, output = cli("plugin", "new", name, "--at", str(tmp_path))
    assert status == 1 and output.startswith("Error: 插件名 ") and "Traceback" not in output
    assert not list(tmp_path.rglob("*.py"))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "tenants" / "hubei.toml"
    kept.parent.mkdir()
    kept.write_text("kept", encoding="utf-8")
    with pytest.raises(BadName, match=r"hubei 已被使用：tenants/hubei\.toml 已经存在"):
        write_skeleton(tmp_path, "hubei")
    assert kept.read_text(encoding="utf-8") == "kept" and not (tmp_path / "jianxue_hubei").exists()


@pytest.mark.parametrize("facts", [{"row": "hb"}, {"row": "HB-1"}, {"title": 'a"b'}, {"title": "a\nb"}])
def test_words_that_would_break_a_file_are_refused(facts: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadName):
        write_skeleton(tmp_path, "hubei", **facts)


def test_an_override_is_written_against_the_cores_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It extends, carries the digest and names the blocks; a second time, or a template that is none, is refused."""
    (tmp_path / "hooks.py").write_text("", encoding="utf-8")
    module = ModuleType("hooks")
    module.__file__ = str(tmp_path / "hooks.py")
    monkeypatch.setattr(skeleton, "installed_plugins", lambda: {"hubei": SimpleNamespace(load=lambda: module)})
    path = write_override("hubei", "cycle/education.html")
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "templates" / "cycle" / "education.html"
    assert text.startswith(f"{{# core-digest: {digest_of('cycle/education.html')} #}}\n")
    assert '{% extends "core:cycle/education.html" %}' in text and "where" in text
    for name, template, said in (("hubei", "cycle/education.html", "已经存在"), ("henan", "x.html", "没有安装插件 henan"),
                                 ("hubei", "cycle/educatoin.html", "相近的有：cycle/education.html")):
        with pytest.raises(BadName, match=said):
            write_override(name, template)
