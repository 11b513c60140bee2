"""Routes, pages, tables and jobs of a plugin are there at the tenants that have it on, and nowhere else."""
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from uuid import uuid4

import pytest
from alembic import command
from redis import Redis
from sqlalchemy import Table, func, inspect, select

from core import migrating
from core.admin import console_of
from core.app import create_app
from core.base.config import Config
from core.base.db import Base, writing
from core.checking import check_tenant
from core.extension import PluginError, tables_of
from core.migrating import alembic_config, plugins_of, remove_plugin, upgrade_tenant
from core.tenancy import Actor, Directory, Role, Tenant, bound, unit_of_work
from core.web import JianxueFlask, current_ctx
from core.work import Relay, perform
from tests.browse import Browser
from tests.extension.conftest import PACKAGE, give

CHIEF = Actor(account_id=uuid4(), person_id=None, name="甲", roles=frozenset({Role.ADMINISTRATOR}), session_id="x")


@pytest.fixture
def served(config: Config, with_parcel: Directory) -> JianxueFlask:
    app = create_app(config, with_parcel)
    app.test_client_class = Browser
    for tenant in with_parcel:
        if "parcel" in tenant.file.plugins:
            Base.metadata.tables["parcel"].create(tenant.engine)
    return app


def at(app: JianxueFlask, tenant: Tenant) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.tenant = tenant
    return browser


def test_a_page_is_served_where_the_plugin_is_on(served: JianxueFlask, jilin: Tenant, national: Tenant) -> None:
    """With its own template and static file; elsewhere as if there were no such address, whatever is asked."""
    path = f"/parcel/{uuid4()}"
    assert "包裹已寄出" in at(served, jilin).get(path).text
    assert at(served, jilin).get("/parcel/static/parcel.css").status_code == 200
    for method, address in (("GET", path), ("POST", path), ("GET", path + "/"), ("GET", "/parcel/static/parcel.css")):
        answer = at(served, national).open(address, method=method)
        assert answer.status_code == 404, (method, address)
    assert "包裹" not in at(served, national).get(path).text


def test_its_words_are_its_tenants_own(served: JianxueFlask, jilin: Tenant, national: Tenant) -> None:
    """A catalogue of its own, which may also say a word of the core differently, there and nowhere else."""
    for tenant, sign_in in ((jilin, "Come in"), (national, "Sign in"), (jilin, "Come in")):
        browser = at(served, tenant)
        browser.get("/")
        browser.submit("/preferences", {"locale": "en"})
        assert sign_in in browser.get("/").text
        if tenant is jilin:
            assert "The parcel is on its way" in browser.get(f"/parcel/{uuid4()}").text
        else:
            assert "Come in" not in browser.get("/").text


def test_the_back_office_shows_its_pages_where_the_plugin_is_on(
        served: JianxueFlask, jilin: Tenant, national: Tenant) -> None:
    """An administrator elsewhere finds neither page nor entry; the answer comes before who asks is looked at."""
    served.load_actor = lambda *_args: CHIEF
    assert at(served, jilin).get("/admin/parcels/").status_code == 200
    assert "/admin/parcels/" in at(served, jilin).get("/admin/").text
    assert "/admin/parcels/" not in at(served, national).get("/admin/").text
    served.load_actor = lambda *_args: pytest.fail("asked who it is")
    assert at(served, national).get("/admin/parcels/").status_code == 404
    assert at(served, national).post("/admin/parcels/export/csv/").status_code == 404


def test_a_number_in_the_menu_that_fails_leaves_the_menu(
        served: JianxueFlask, jilin: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """O14: the back office stays open."""
    served.load_actor = lambda *_args: CHIEF
    broken = [replace(entry, count=lambda ctx: 1 // 0) if entry.plugin else entry
              for entry in console_of(served).entries]
    monkeypatch.setattr(console_of(served), "entries", broken)
    assert "/admin/parcels/" in at(served, jilin).get("/admin/").text
    assert "of plugin parcel failed at tenant jilin" in caplog.text


def test_its_templates_are_unseen_elsewhere(served: JianxueFlask) -> None:
    assert served.ownership.owner("parcel.show") == "parcel"
    base = served._base_environment().loader
    assert base is not None and not [name for name in base.list_templates() if name.startswith("parcel/")]
    assert console_of(served).plugin == ""


def test_its_jobs_run_where_the_plugin_is_on(
        served: JianxueFlask, jilin: Tenant, national: Tenant, with_parcel: Directory) -> None:
    """The daily kind is begun there alone, and a row that stands elsewhere does nothing and says why."""
    Relay(with_parcel, Redis()).begin_periods()
    parcels: Table = Base.metadata.tables["parcel"]
    outbox = Base.metadata.tables["outbox"]
    for tenant, wanted in ((jilin, 1), (national, 0)):
        with unit_of_work(tenant) as ctx:
            rows = ctx.db.scalars(select(outbox.c.id).where(outbox.c.kind == "parcel.send")).all()
        assert len(rows) == wanted
    assert perform(jilin, rows_of(jilin)[0]) == "done"
    with unit_of_work(jilin) as ctx:
        assert ctx.db.scalar(select(func.count()).select_from(parcels)) == 1
    with unit_of_work(national) as ctx:
        stray = ctx.enqueue("parcel.send", {}).id
    perform(national, stray)
    with unit_of_work(national) as ctx:
        state, error = ctx.db.execute(select(outbox.c.state, outbox.c.last_error).where(outbox.c.id == stray)).one()
    assert state == "waiting" and "没有启用的插件" in error


def rows_of(tenant: Tenant) -> list[object]:
    outbox = Base.metadata.tables["outbox"]
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(outbox.c.id).where(outbox.c.kind == "parcel.send")))


def test_its_tables_come_and_go_with_it(with_parcel: Directory, jilin: Tenant, national: Tenant) -> None:
    """A branch in its own package: up after the core's, down alone, up again; no other tenant gets its tables."""
    assert tables_of("parcel") == {"parcel"} and "parcel" not in tables_of()
    for tenant in (jilin, national):
        forget_database(tenant)
    for _again in range(2):
        upgrade_tenant(jilin)
        assert {"parcel", "trail"} <= set(inspect(jilin.engine).get_table_names())
        remove_plugin(jilin, "parcel")
        left = set(inspect(jilin.engine).get_table_names())
        assert "parcel" not in left and "trail" in left
    upgrade_tenant(jilin)
    upgrade_tenant(jilin)
    upgrade_tenant(national)
    assert "parcel" not in inspect(national.engine).get_table_names()


def test_a_newer_core_comes_below_a_plugins_tables(with_parcel: Directory, jilin: Tenant) -> None:
    """The plugin's branch rests on the core as it was when it was written; the core goes on alone."""
    forget_database(jilin)
    with bound(jilin), writing(jilin.engine).begin() as connection:
        command.upgrade(alembic_config(connection, plugins_of(jilin)), "parcel@head")
    assert {"parcel"} <= set(inspect(jilin.engine).get_table_names())
    upgrade_tenant(jilin)
    assert check_schema(jilin) == []


def test_a_plugin_turned_off_leaves_its_tables_until_they_are_removed(
        with_parcel: Directory, jilin: Tenant, parcel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core's migrations go on beside them."""
    forget_database(jilin)
    upgrade_tenant(jilin)
    object.__setattr__(jilin.file, "plugins", ())
    monkeypatch.setattr(migrating, "installed_plugins", lambda: {"parcel": SimpleNamespace(load=lambda: parcel)})
    upgrade_tenant(jilin)
    assert check_schema(jilin) == []
    assert "parcel" in inspect(jilin.engine).get_table_names()
    remove_plugin(jilin, "parcel")
    assert "parcel" not in inspect(jilin.engine).get_table_names()


def check_schema(tenant: Tenant) -> list[str]:
    return [problem for problem in check_tenant(tenant) if "数据库" in problem]


def forget_database(tenant: Tenant) -> None:
    """An empty database instead of the one with all tables."""
    if tenant.engine.dialect.name == "postgresql":
        with tenant.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    else:
        tenant.close()
        (tenant.config.tenant_var(tenant.slug) / "jianxue.sqlite").unlink()


Install = Callable[[JianxueFlask], None]


def adds_route(rule: str) -> Install:
    return lambda app: app.add_url_rule(rule, "stray", lambda: "")


def speaks_for_all(app: JianxueFlask) -> None:
    app.before_request(lambda: current_ctx().record("seen", "-"))


def names_everything(app: JianxueFlask) -> None:
    app.jinja_env.globals["hotline"] = "110"


@pytest.mark.parametrize(("install", "words"), [
    (adds_route("/education/special"), "/education/special"), (adds_route("/<path:any>"), "/<path:any>"),
    (adds_route("/admin/notices/all"), "/admin/notices/all"), (speaks_for_all, "before_request"),
    (names_everything, "jinja_env"), (lambda app: 1 / 0, "division"),  # type: ignore[misc]
])
def test_what_would_reach_other_tenants_stops_the_start(
        config: Config, directory: Directory, jilin: Tenant, parcel: ModuleType, monkeypatch: pytest.MonkeyPatch,
        install: Install, words: str) -> None:
    """Named with the plugin: a route among the core's, a handler for every request, a global of every template."""
    give(jilin, "parcel", parcel)
    monkeypatch.setattr("core.app.plugin_part", lambda package, name: SimpleNamespace(install=install)
                        if (package, name) == (PACKAGE, "routes") else None)
    with pytest.raises(PluginError, match="parcel") as error:
        create_app(config, directory)
    assert words in str(error.value)


def test_the_command_removes_a_plugins_tables_only_where_it_is_off(cli: Callable[..., tuple[int, str]]) -> None:
    for slug, plugin, words in (("beijing", "desk", "还在使用 desk"), ("national", "nothing", "没有安装")):
        status, said = cli("db", "remove-plugin", slug, plugin, "--yes")
        assert status == 1 and words in said
    assert cli("db", "upgrade", "--tenant", "national")[0] == 0
    assert cli("db", "remove-plugin", "national", "desk", "--yes") == (0, "national：desk 的数据表已删除\n")
