"""R2, R6, T1: the same ids stand in both tenants with a canary in every text; no byte of B is seen at A."""
import contextlib
import uuid
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from werkzeug.routing import Rule

from core.access import allows, policy_of
from core.admin import console_of
from core.app import load_flow_parts
from core.base.clock import FixedClock
from core.base.db import Base
from core.base.outbox import job_kind, job_kinds
from core.cli import main
from core.tenancy import Actor, Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser
from tests.conftest import MASTER_KEY
from tests.contracts.canary import canary, fill, identity
from tests.data import TENANTS

ONLY_B = 7
"""The number of the rows that stand in B alone."""

PLUGIN_ROLES = frozenset({Role.HOTLINE, Role.ADMINISTRATOR})
"""Those that have pages of a plugin; beside them nobody, who has none."""

SAME_FOR_ALL = ("/password/forgotten/",)
"""Pages that by design look the same for ids that exist and ids that do not (R27)."""


@pytest.fixture
def filled(national: Tenant, jilin: Tenant) -> tuple[Tenant, Tenant]:
    """A and B with the same ids; B with some more."""
    load_flow_parts()
    fill(national)
    fill(jilin)
    fill(jilin, first=ONLY_B, rows=1)
    return national, jilin


def table_of(argument: str, rule: Rule) -> list[str]:
    """The tables whose ids an argument of a route may name."""
    names = [table.name for table in Base.metadata.sorted_tables]
    stem = argument.removesuffix("_id")
    return [name for name in names if name == stem or name.endswith("_" + stem)] or names


def back_office_table(app: JianxueFlask, rule: Rule) -> set[str]:
    """The one table whose rows a list of the back office shows; empty for any other route."""
    views = {view.endpoint: view for view in console_of(app).admin._views}
    view = views.get(rule.endpoint.rpartition(".")[0])
    model = getattr(view, "model", None)
    return {model.__tablename__} if model is not None and rule.arguments else set()


def addresses(app: JianxueFlask, number: int, actor: Actor) -> list[tuple[str, str]]:
    """Every route with every id of every table that its arguments may name: (method, path). Where the actor is turned
    away before the view, one id says as much as eighty: it has not been looked at yet."""
    adapter = app.url_map.bind("national.localhost")
    found: set[tuple[str, str]] = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static") or "filename" in rule.arguments:
            continue
        tables = back_office_table(app, rule) or {
            name for argument in rule.arguments for name in table_of(argument, rule)} or {""}
        declared = policy_of(app.view_functions[rule.endpoint])
        admitted = declared is not None and allows(declared, actor)
        for table in sorted(tables)[:None if admitted else 1]:
            values = {}
            for argument, converter in rule._converters.items():
                kind = type(converter).__name__
                values[argument] = (identity(table, number) if kind == "UUIDConverter"
                                    else number + 1 if kind == "IntegerConverter" else str(identity(table, number)))
            for method in (rule.methods or set()) & {"GET", "POST"}:
                found.add((method, adapter.build(rule.endpoint, values)))
    return sorted(found)


def roles() -> list[Actor]:
    person = identity("person", 0)
    account = identity("account", 0)
    return [Actor(), *(Actor(account, person, "甲", frozenset({role}), session_id="x") for role in Role)]


@pytest.mark.parametrize("actor", roles(), ids=lambda actor: ",".join(actor.roles) or "nobody")
def test_no_byte_of_another_tenant_is_seen(
        app: JianxueFlask, filled: tuple[Tenant, Tenant], browser_of: Callable[[Tenant], Browser],
        actor: Actor, clock: FixedClock) -> None:
    ours, theirs = filled
    app.load_actor = lambda *_args: actor
    for number in (0, ONLY_B):
        look(app, browser_of(ours), theirs, addresses(app, number, actor), clock, absent=number == ONLY_B)


@pytest.mark.parametrize("actor", [actor for actor in roles() if actor.roles <= PLUGIN_ROLES],
                         ids=lambda actor: ",".join(actor.roles) or "nobody")
def test_no_byte_of_another_tenant_is_seen_on_a_plugins_pages(
        app: JianxueFlask, beijing: Tenant, jilin: Tenant, national: Tenant, browser_of: Callable[[Tenant], Browser],
        actor: Actor, clock: FixedClock) -> None:
    """The same where the plugins with pages of their own are on."""
    fill(beijing)
    fill(jilin)
    fill(jilin, first=ONLY_B, rows=1)
    app.load_actor = lambda *_args: actor
    for number in (0, ONLY_B):
        theirs = [(method, path) for method, path in addresses(app, number, actor)
                  if app.ownership.hidden(national, path) and not app.ownership.hidden(beijing, path)]
        assert theirs
        look(app, browser_of(beijing), jilin, theirs, clock, absent=number == ONLY_B)


IN_SHORT = {"Accept": "application/json"}
"""Nine of ten answers refuse: the sentence is enough, drawing the page of it each time took minutes."""


def look(app: JianxueFlask, browser: Browser, theirs: Tenant, paths: list[tuple[str, str]], clock: FixedClock, *,
         absent: bool) -> None:
    """Open each address; `absent`: its ids stand at the other tenant alone."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    mark = canary(theirs.slug).encode()
    for method, path in paths:
        clock.advance(minutes=2)  # no limit on lookups is reached
        answer = browser.open(path, method=method, headers=IN_SHORT)
        if app.ownership.hidden(browser.tenant, path):
            assert answer.status_code == 404, (method, path)
        assert mark not in answer.data, (method, path)
        # 503 says that a part is down (here: no provider to pay at), nothing broke
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text[-600:])
        if absent and method == "GET" and (named := uuid_in(path)) is not None:
            nowhere = browser.open(path.replace(str(named), str(uuid.uuid4())), method=method, headers=IN_SHORT)
            assert answer.status_code == nowhere.status_code, (method, path)
            if not path.startswith(SAME_FOR_ALL):
                assert answer.status_code in (302, 303, 401, 403, 404), (method, path, answer.status_code)


def uuid_in(path: str) -> uuid.UUID | None:
    for part in path.split("/"):
        try:
            return uuid.UUID(part)
        except ValueError:
            continue
    return None


class AnyId(dict[str, str]):
    """A job's payload in which every key names a row that B alone has."""

    def __missing__(self, key: str) -> str:
        return str(identity(key, ONLY_B))

    def get(self, key: str, default: object = None) -> str:  # type: ignore[override]
        return self[key]


def everything_in(tenant: Tenant) -> str:
    """All that a tenant's database and files say, sealed columns opened."""
    said = []
    with unit_of_work(tenant) as ctx:
        for table in Base.metadata.sorted_tables:
            said += [str(row) for row in ctx.db.execute(table.select())]
    files = [path.read_bytes().decode("latin-1") for path in tenant.config.tenant_var(tenant.slug).rglob("*")
             if path.is_file() and "sqlite" not in path.name]
    return "".join(said + files)


load_flow_parts()


@pytest.mark.parametrize("kind", sorted(job_kinds()))
def test_a_job_of_one_tenant_with_ids_of_another_does_nothing(
        filled: tuple[Tenant, Tenant], kind: str) -> None:
    """T5: whatever a payload names, the job sees its own tenant's database and files only."""
    ours, theirs = filled
    with contextlib.suppress(Exception), unit_of_work(ours) as ctx:
        job_kind(kind).handler(ctx, AnyId())
    assert canary(theirs.slug) not in everything_in(ours)
    assert canary(theirs.slug) in everything_in(theirs)
    assert canary(ours.slug) not in everything_in(theirs)


def test_a_command_for_one_tenant_leaves_the_other_alone(
        filled: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    """An id of B named to a command for A is not found there."""
    ours, theirs = filled
    config = ours.config
    for name, value in {"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(config.var),
                        "JIANXUE_TENANTS": str(TENANTS), "JIANXUE_REDIS_URL": "redis://127.0.0.1:1/0"}.items():
        monkeypatch.setenv(name, value)
    before = everything_in(theirs)
    result = CliRunner().invoke(main, ["jobs", "retry", ours.slug, str(identity("outbox", ONLY_B))])
    assert result.exit_code == 1 and ours.slug in result.output
    listed = CliRunner().invoke(main, ["jobs", "list", "--tenant", ours.slug, "--state", "waiting"])
    assert listed.exit_code == 0 and canary(theirs.slug) not in listed.output
    assert everything_in(theirs) == before
