"""A template that a plugin replaces names the core template it was written against, so that a change of the core's
is seen by whoever owns the override."""
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.extension.loading import installed_plugins
from core.extension.overlay import digest_of, override_digests, overrides_of
from core.tenancy import Directory


@pytest.mark.parametrize("name", sorted(installed_plugins()))
def test_each_override_was_written_against_todays_template(name: str) -> None:
    """`python scripts/template_digest.py --accept <plugin>` once it was compared."""
    assert not [override.problem for override in overrides_of(name, installed_plugins()[name].load())
                if override.problem]


def test_a_changed_core_template_is_named(tmp_path: Path) -> None:
    """With plugin, template and the digest to write; the plugin's own pages are no overrides."""
    templates = tmp_path / "templates"
    (templates / "errors").mkdir(parents=True)
    (templates / "bad").mkdir()
    (templates / "bad" / "own.html").write_text("<p></p>", encoding="utf-8")
    file, wanted = templates / "errors" / "error.html", digest_of("errors/error.html")
    plugin = SimpleNamespace(__file__=str(tmp_path / "hooks.py"))
    for head, words in (("", "没有写明"), ("{# core-digest: 000000000000 #}", "变了"),
                        (f"{{# core-digest: {wanted} #}}", "")):
        file.write_text(head + '{% extends "core:errors/error.html" %}', encoding="utf-8")
        [override] = overrides_of("bad", plugin)
        assert words in override.problem and bool(words) is (wanted in override.problem)
        assert not words or "插件 bad 的模板 errors/error.html" in override.problem


def test_a_tenant_knows_its_overrides(directory: Directory) -> None:
    for tenant in directory:
        assert {override.plugin for override in override_digests(tenant)} <= set(tenant.file.plugins)
