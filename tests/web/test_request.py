"""One request: committed below 400, else nothing is kept; a trail row either way; done once; a cookie per tenant."""
from collections.abc import Callable, Iterator

import pytest
from flask import Blueprint, redirect, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select, text

from core.access import PUBLIC, Permission, policy
from core.app import create_app
from core.base.config import Config, Mode
from core.base.db import new_id
from core.base.errors import Refused
from core.base.trail import TrailRow
from core.tenancy import Actor, Directory, Role, Tenant, unit_of_work
from core.web import JianxueFlask, current_ctx, once
from tests.browse import Browser

bp = Blueprint("probe", __name__)


@bp.get("/probe/token")
@policy(PUBLIC)
def token() -> ResponseReturnValue:
    session["note"] = current_ctx().tenant.slug
    return f'<meta name="csrf-token" content="{generate_csrf()}">{session["note"]}'


@bp.get("/probe/note")
@policy(PUBLIC)
def note() -> ResponseReturnValue:
    return str(session.get("note", "nothing"))


@bp.post("/probe/<outcome>")
@once
@policy(PUBLIC)
def act(outcome: str) -> ResponseReturnValue:
    current_ctx().record("probe.done", outcome)
    if outcome == "refused":
        raise Refused("no", "不行，因为这是测试。")
    if outcome == "broken":
        raise RuntimeError("broken")
    return redirect("/probe/note", 303)


@bp.get("/probe/own")
@policy(Permission.STUDY)
def own() -> ResponseReturnValue:
    return current_ctx().actor.name


@pytest.fixture
def app(config: Config, directory: Directory) -> JianxueFlask:
    """An app of its own, since these tests give it more routes."""
    return create_app(config, directory)


@pytest.fixture
def probe(app: JianxueFlask, browser_of: Callable[[Tenant], Browser]) -> Iterator[Callable[[Tenant], Browser]]:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_blueprint(bp)
    app.check_policies()

    def make(tenant: Tenant) -> Browser:
        browser = browser_of(tenant)
        browser.get("/probe/token")
        return browser

    yield make


def trail_of(tenant: Tenant) -> list[tuple[str, str]]:
    with unit_of_work(tenant) as ctx:
        return [(row.action, row.result) for row in ctx.db.scalars(select(TrailRow).order_by(TrailRow.seq))]


@pytest.mark.parametrize(("outcome", "status", "trail"), [
    ("well", 303, [("probe.done", "ok"), ("route.probe.act", "ok")]),
    ("refused", 422, [("route.probe.act", "refused")]),
    ("broken", 500, [("route.probe.act", "refused")]),
])
def test_a_request_is_all_or_nothing(probe: Callable[[Tenant], Browser], tenant: Tenant, outcome: str, status: int,
                                     trail: list[tuple[str, str]]) -> None:
    """R8, O2: the work is kept below 400, nothing of it above; each mutating route leaves its row."""
    answer = probe(tenant).submit(f"/probe/{outcome}")
    assert answer.status_code == status
    assert trail_of(tenant) == trail
    assert "Traceback" not in answer.text


def test_a_refusal_is_a_sentence_for_people_and_json_for_scripts(
        probe: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    browser = probe(tenant)
    assert "不行，因为这是测试。" in browser.submit("/probe/refused").text
    assert browser.send("/probe/refused").get_json() == {"code": "no", "sentence": "不行，因为这是测试。", "hint": ""}


def test_a_post_without_a_token_does_nothing(probe: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """R28."""
    answer = probe(tenant).post("/probe/well")
    assert answer.status_code == 400
    assert ("probe.done", "ok") not in trail_of(tenant)


def test_a_repeated_post_gets_the_first_answer(probe: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """O2, O7: Idempotency-Key."""
    browser = probe(tenant)
    answers = [browser.submit("/probe/well", {"_once": "k1"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert [action for action, _ in trail_of(tenant)].count("probe.done") == 1
    browser.submit("/probe/well", {"_once": "k2"})
    assert [action for action, _ in trail_of(tenant)].count("probe.done") == 2


def test_a_cookie_of_one_tenant_is_nothing_at_another(
        probe: Callable[[Tenant], Browser], national: Tenant, jilin: Tenant) -> None:
    """U6: replayed under its own name and under the other's."""
    browser = probe(national)
    assert browser.get("/probe/note").text == "national"
    cookie = browser.get_cookie("jx-national", domain="national.localhost")
    assert cookie is not None
    other = probe(jilin)
    other.delete_cookie("jx-jilin", domain="jilin.localhost")
    for name in ("jx-national", "jx-jilin"):
        other.set_cookie(name, cookie.value, domain="jilin.localhost")
    assert other.get("/probe/note").text == "nothing"


def test_a_role_without_the_permission_is_turned_away(
        app: JianxueFlask, probe: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """T3: signed out → sign-in page, another role → 403, a restricted account → its password page."""
    browser = probe(tenant)
    account = new_id()
    app.change_password_endpoint = "probe.note"
    answers = {
        "trainee": Actor(account, name="张三", roles=frozenset({Role.TRAINEE})),
        "auditor": Actor(account, name="李四", roles=frozenset({Role.AUDITOR})),
        "restricted": Actor(account, name="王五", roles=frozenset({Role.TRAINEE}), restricted=True),
    }
    got = {}
    for name, actor in answers.items():
        app.load_actor = lambda *_args, actor=actor: actor
        got[name] = browser.get("/probe/own").status_code
    assert got == {"trainee": 200, "auditor": 403, "restricted": 302}


def test_the_path_prefix_leads_to_a_tenant_in_development_only(
        app: JianxueFlask, config: Config, directory: Directory) -> None:
    app.register_blueprint(bp)
    client = app.test_client()
    assert client.get("/national/probe/note", base_url="http://localhost").status_code == 200
    assert client.get("/nowhere/probe/note", base_url="http://localhost").status_code == 404
    object.__setattr__(config, "mode", Mode.PRODUCTION)
    assert client.get("/national/probe/note", base_url="http://localhost").status_code == 404


def test_an_aside_survives_the_rollback_and_never_blocks(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        with ctx.aside() as session_:
            session_.execute(text("select 1"))
        ctx.record("x", "y")
        ctx.db.flush()
        with pytest.raises(RuntimeError, match="aside"), ctx.aside():
            pass
