"""Templates are compiled once a process, and an override never meets the template that it replaces."""
from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemLoader

from core.web.compiled import CompiledTemplates


def test_two_environments_share_what_they_compile_and_not_what_differs(tmp_path: Path) -> None:
    compiled = CompiledTemplates()
    for folder, text in (("core", "core"), ("province", "province")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.html").write_text(text, encoding="utf-8")
    drawn = [Environment(loader=FileSystemLoader(tmp_path / folder), bytecode_cache=compiled)
             .get_template("page.html").render() for folder in ("core", "province", "core")]
    assert drawn == ["core", "province", "core"]


def test_a_changed_source_is_compiled_again() -> None:
    compiled = CompiledTemplates()
    drawn = [Environment(loader=DictLoader({"page.html": text}), bytecode_cache=compiled)
             .get_template("page.html").render() for text in ("one", "two")]
    assert drawn == ["one", "two"]
