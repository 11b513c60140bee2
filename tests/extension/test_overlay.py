"""Templates: an override serves its own tenant only, may extend what it replaces, and must replace something."""
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import render_template

from core.app import create_app, load_flow_parts
from core.base.config import Config
from core.extension import PluginError, build_manager
from core.tenancy import Directory, Tenant, bound
from core.web import JianxueFlask
from tests.browse import Browser

OVERRIDE = '{% extends "core:errors/error.html" %}{% block title %}本省的错误页{% endblock %}'


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[ModuleType]:
    """A plugin with one override."""
    folder = tmp_path / "testplugin"
    (folder / "templates" / "errors").mkdir(parents=True)
    (folder / "templates" / "errors" / "error.html").write_text(OVERRIDE, encoding="utf-8")
    (folder / "__init__.py").write_text("", encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        yield __import__("testplugin")
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["testplugin"]


def with_plugin(tenant: Tenant, plugin: ModuleType) -> None:
    object.__setattr__(tenant.file, "plugins", ("testplugin",))
    tenant.plugins = build_manager(tenant.slug, ("testplugin",), load_flow_parts(), {"testplugin": plugin})


def test_an_override_serves_its_own_tenant_only(
        config: Config, directory: Directory, jilin: Tenant, national: Tenant, plugin: ModuleType) -> None:
    """One environment per tenant: whichever comes first, neither gets the other's page."""
    with_plugin(jilin, plugin)
    app = create_app(config, directory)
    for tenant, expected in ((jilin, True), (national, False), (jilin, True), (national, False)):
        browser = Browser(app)
        browser.tenant = tenant
        assert ("本省的错误页" in browser.get("/no-such-page").text) is expected


def test_an_override_that_replaces_nothing_is_refused_by_name(
        config: Config, directory: Directory, jilin: Tenant, plugin: ModuleType) -> None:
    assert plugin.__file__
    stray = Path(plugin.__file__).parent / "templates" / "errors" / "eror.html"
    stray.write_text(OVERRIDE, encoding="utf-8")
    with_plugin(jilin, plugin)
    with pytest.raises(PluginError, match=r"jilin：插件 testplugin 的模板 errors/eror\.html 没有可替换的核心模板"):
        create_app(config, directory)


@pytest.mark.parametrize(("text", "words"), [
    ('{% extends "core:errors/error.html" %}{% block tilte %}x{% endblock %}', "填写的 tilte 在所继承的模板里没有"),
    ('{% extends "core:errors/gone.html" %}', "所继承的 core:errors/gone.html 不存在|errors/gone.html 不存在"),
    ("{% block title %}", "读不出来"),
])
def test_an_override_that_cannot_work_is_refused_by_name(
        config: Config, directory: Directory, jilin: Tenant, plugin: ModuleType, text: str, words: str) -> None:
    """A block that the core's template has not would never be shown, and nobody would notice."""
    assert plugin.__file__
    (Path(plugin.__file__).parent / "templates" / "errors" / "error.html").write_text(text, encoding="utf-8")
    with_plugin(jilin, plugin)
    with pytest.raises(PluginError, match=rf"jilin：插件 testplugin 的模板 errors/error\.html.*({words})"):
        create_app(config, directory)


def test_filters_added_later_reach_each_overlay(
        app: JianxueFlask, national: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    browser_of(national).get("/")
    app.jinja_env.globals["later"] = "ok"
    with bound(national), app.test_request_context():
        assert "later" in app.jinja_env.globals
        assert render_template("errors/error.html", status=404, code="x", sentence="s", hint="")
