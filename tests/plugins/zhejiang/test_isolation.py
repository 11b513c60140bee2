"""R3: each route of Zhejiang × each role that reaches it × ids of another enterprise, institution or city: 403 or 404.

The routes are read from the app, the rows of both worlds are made from the tables: a new route is covered as soon as
it is there, and one whose argument stands for no known table fails here.
"""
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule

from core.access import PERMISSIONS, policy_of
from core.admin import console_of
from core.app import load_flow_parts
from core.identity import Account
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser
from tests.contracts.canary import fill, identity
from tests.people import Somebody, signed_in, staff, trainee

BrowserOf = Callable[[Tenant], Browser]
OWN, FOREIGN = 0, 7
CITIES = {OWN: "杭州市", FOREIGN: "宁波市"}

TABLES: Mapping[tuple[str, str], str] = {
    # (how the address begins, the argument): whose id it is. The longest beginning counts.
    ("/zj/", "enterprise_id"): "zj_enterprise", ("/zj/", "batch_id"): "zj_batch",
    ("/zj/", "candidate_id"): "zj_candidate",
    ("/zj/", "institution_id"): "organization", ("/zj/enterprise/", "clerk_id"): "account",
    ("/zj/enterprise/", "change_id"): "zj_enterprise_change", ("/zj/batch/", "sheet_id"): "zj_batch_sheet",
    ("/zj/documents/", "upload_id"): "zj_upload", ("/zj/documents/", "offer_id"): "zj_offer",
    ("/zj/order/", "order_id"): "zj_order", ("/zj/order/", "picture_id"): "zj_order_picture",
    ("/zj/order/", "attempt_id"): "payment_attempt", ("/zj/review/", "case_id"): "zj_candidate",
    ("/zj/review/", "print_id"): "zj_form_print", ("/zj/review/", "sheet_id"): "zj_application_sheet",
    ("/zj/testing/", "plan_id"): "zj_test_plan", ("/zj/testing/", "seat_id"): "zj_test_seat",
    ("/zj/training/", "plan_id"): "zj_plan", ("/zj/training/", "session_id"): "zj_plan_session",
    ("/admin/zj_board/", "bundle_id"): "zj_bundle",
}
WORDS = {"kind": ("photo", "pdf", "xlsx"), "item": ("licence",), "action": ("leave",)}
"""Arguments that name no row."""

OPEN_TO_ALL_ROWS: Mapping[Role, str] = {
    # Who may see the rows of everybody, and where.
    Role.ADMINISTRATOR: "administrators see every enterprise (ZJ-04 lets them judge none)",
}
PUBLISHED = frozenset({"zj_order.new"})
"""An institution is chosen among all: its id is nobody's secret."""


@dataclass(frozen=True)
class Case:
    method: str
    rule: Rule
    path: str


def ids_of(app: JianxueFlask, rule: Rule) -> dict[str, str]:
    """Argument → table for the arguments that name a row; fails for one that nobody knows."""
    models = {view.endpoint: view.model.__tablename__
              for view in console_of(app).admin._views if hasattr(view, "model")}
    found = {}
    for argument in rule.arguments:
        if argument in WORDS:
            continue
        if argument == "id" and rule.endpoint.rpartition(".")[0] in models:
            found[argument] = models[rule.endpoint.rpartition(".")[0]]
            continue
        known = [(len(start), table) for (start, name), table in TABLES.items()
                 if name == argument and rule.rule.startswith(start)]
        assert known, f"{rule.rule}: say in TABLES whose id <{argument}> is, so that its isolation is tested"
        found[argument] = max(known)[1]
    return found


def is_ours(rule: Rule) -> bool:
    return rule.rule.startswith(("/zj/", "/admin/zj_")) and not rule.endpoint.endswith("static")


def cases(app: JianxueFlask) -> Iterator[Case]:
    """Every route with an id: all of them foreign, and where there are several the first one's own."""
    adapter = app.url_map.bind("zhejiang.localhost")
    for rule in app.url_map.iter_rules():
        if not is_ours(rule) or rule.endpoint in PUBLISHED:
            continue
        tables = ids_of(app, rule)
        in_order = [name for name in rule._converters if name in tables]
        for own in {0, max(len(in_order) - 1, 0)} if in_order else ():
            values: dict[str, object] = {name: words[0] for name, words in WORDS.items() if name in rule.arguments}
            for place, name in enumerate(in_order):
                values[name] = identity(tables[name], OWN if place < own else FOREIGN)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Case(method, rule, adapter.build(rule.endpoint, values))


@dataclass(frozen=True)
class World:
    app: JianxueFlask
    people: Mapping[Role, Somebody]


@pytest.fixture
def world(app: JianxueFlask, zhejiang: Tenant) -> World:
    """Two enterprises, institutions, batches, orders, plans …, and who belongs to the first of each."""
    load_flow_parts()
    for number in (OWN, FOREIGN):
        fill(zhejiang, first=number, rows=1, words={
            "zj_enterprise.city": CITIES[number], "zj_enterprise.state": "approved", "account.disabled_at": None,
            "organization.city": CITIES[number], "organization.closed_at": None,
            "organization.kind": "institution", "zj_batch.closed_at": None, "zj_order_entry.kind": "opened"})
    own = identity("organization", OWN)
    people = {Role.TRAINEE: trainee(zhejiang, 77)}
    for role in sorted(set(Role) - {Role.TRAINEE}):
        limited = role in {Role.ENTERPRISE, Role.INSTITUTION, Role.INVIGILATOR}
        people[role] = staff(zhejiang, role, organization_id=own if limited else None,
                             city=CITIES[OWN] if role is Role.REGULATOR else None)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert ctx.db.get(Account, identity("account", FOREIGN)) is not None
    return World(app, people)


def reached_by(world: World, case: Case) -> set[Role]:
    declared = policy_of(world.app.view_functions[case.rule.endpoint])
    assert declared is not None
    roles = set(Role) if declared.permission is None else set(PERMISSIONS[declared.permission])
    return roles - set(OPEN_TO_ALL_ROWS)


def leaks(world: World, browser: Browser, role: Role, chosen: list[Case]) -> list[str]:
    """What a role got of another's."""
    signed_in(browser, world.people[role])
    browser.get("/admin/" if role is not Role.TRAINEE else "/home")
    found = []
    for case in chosen:
        answer = browser.get(case.path) if case.method == "GET" else browser.submit(case.path)
        if answer.status_code not in (403, 404):
            found.append(f"{role} {case.method} {case.rule.rule} [{case.path}]: {answer.status_code}")
    return found


def test_the_foreign_rows_are_there(world: World, zhejiang: Tenant) -> None:
    """A 404 for an id that nobody has would say nothing."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        for rule in world.app.url_map.iter_rules():
            for table in ids_of(world.app, rule).values() if is_ours(rule) else ():
                known = ctx.db.connection().exec_driver_sql(f"SELECT id FROM {table}").scalars().all()
                have = {uuid.UUID(str(one)) for one in known}
                assert {identity(table, OWN), identity(table, FOREIGN)} <= have, table


def test_nothing_of_anothers_is_reached(world: World, zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """R3: by who may open the page for rows of their own; a visitor is asked to sign in. One world for all of them,
    since making it costs more than asking."""
    found, asked = list(cases(world.app)), 0
    for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.REGULATOR, Role.INVIGILATOR, Role.TRAINEE):
        chosen = [case for case in found if role in reached_by(world, case)]
        asked += len(chosen)
        assert "\n".join(leaks(world, browser_of(zhejiang), role, chosen)) == ""
    assert asked >= len(found) - 6     # what only administrators open
    browser = browser_of(zhejiang)
    browser.get("/sign-in")
    for case in found:
        answer = browser.get(case.path) if case.method == "GET" else browser.submit(case.path)
        assert answer.status_code in (302, 303, 401, 403), f"{case.method} {case.path}: {answer.status_code}"
        assert "/sign-in" in answer.headers.get("Location", "/sign-in"), case.path


@pytest.mark.prove
def test_each_role_and_each_route(world: World, zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """R3, R7: also by those for whom the page is not there at all."""
    for role in sorted(set(Role) - set(OPEN_TO_ALL_ROWS)):
        assert "\n".join(leaks(world, browser_of(zhejiang), role, list(cases(world.app)))) == ""
