"""O14: a plugin that raises, answers nonsense, hangs, breaks a statement or breaks the contract is named, grants
nothing, and leaves the other tenants alone."""
import ast
import logging
from collections.abc import Callable, Iterator
from importlib import import_module
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from core.api import (
    CertificateFacts,
    Column,
    Ctx,
    EnrollmentFacts,
    InvoicePolicy,
    OrderPath,
    PersonFacts,
    Problem,
    SensitiveAction,
    hookimpl,
)
from core.app import create_app, load_flow_parts
from core.base.config import Config
from core.base.errors import Unavailable
from core.extension import PluginError, asking, build_manager, hooks, seats
from core.extension.loading import installed_plugins
from core.extension.parts import package_of
from core.extension.scanning import module_problems, source_problems
from core.extension.seats import Seats
from core.tenancy import Directory, Tenant, bound
from tests.browse import Browser
from tests.contracts.test_hooks import CERTIFICATE, ENROLLMENT, PERSON

COLUMNS = (Column("number", "证书编号"),)


def plugin(**functions: Callable[..., Any]) -> Any:
    return SimpleNamespace(**{name: hookimpl(function) for name, function in functions.items()})


def turn_on(tenant: Tenant, bad: Any) -> None:
    object.__setattr__(tenant.file, "plugins", ("bad",))
    tenant.plugins = build_manager(tenant.slug, ("bad",), load_flow_parts(), {"bad": bad})


@pytest.fixture
def bad_at(jilin: Tenant) -> Iterator[Callable[..., Ctx]]:
    """`bad_at(write, hook=function, …)`: a context of a tenant with that plugin."""
    made: list[Ctx] = []
    with bound(jilin):

        def make(write: bool = True, **functions: Callable[..., Any]) -> Ctx:
            turn_on(jilin, plugin(**functions))
            made.append(Ctx(jilin, write=write))
            return made[-1]

        yield make
        for ctx in made:
            ctx.rollback()
            ctx.close()


def raising(ctx, columns):  # type: ignore[no-untyped-def]
    raise ValueError("broken plugin")


@pytest.mark.parametrize("function", [raising, lambda ctx, columns: None, lambda ctx, columns: 1 / 0,
                                      lambda ctx, columns: [*columns]])
def test_an_adjusting_hook_that_fails_leaves_the_value(
        bad_at: Callable[..., Ctx], caplog: pytest.LogCaptureFixture, function: Callable[..., Any]) -> None:
    assert hooks(bad_at(adjust_certificate_columns=function)).adjust_certificate_columns(COLUMNS) == COLUMNS
    assert "adjust_certificate_columns of bad" in caplog.text and "tenant jilin" in caplog.text


def test_an_answer_of_the_wrong_kind_is_a_failure(
        bad_at: Callable[..., Ctx], caplog: pytest.LogCaptureFixture) -> None:
    """A deciding hook that says True where an order path is asked for grants nothing."""
    ctx = bad_at(resolve_order_path=lambda ctx, enrollment: True, check_replacement=lambda ctx, certificate: None,
                 collect_steps=lambda ctx, person: ["一"])
    with pytest.raises(Unavailable):
        hooks(ctx).resolve_order_path(ENROLLMENT)
    assert "hook_failed" in [problem.code for problem in hooks(ctx).check_replacement(CERTIFICATE)]
    assert "resolve_order_path of bad gave an answer of the wrong kind at tenant jilin: True" in caplog.text


def test_a_plugin_cannot_end_the_thread(bad_at: Callable[..., Ctx]) -> None:
    def leave(ctx, enrollment):  # type: ignore[no-untyped-def]
        raise SystemExit
    with pytest.raises(Unavailable):
        hooks(bad_at(resolve_order_path=leave)).resolve_order_path(ENROLLMENT)


def test_a_statement_that_fails_does_not_poison_the_page(bad_at: Callable[..., Ctx]) -> None:
    """A reading request goes on; of a writing one nobody knows what is left, so all of it is refused."""
    def query(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        ctx.db.execute(text("select * from nowhere"))
        return columns
    reading = bad_at(False, adjust_certificate_columns=query)
    assert hooks(reading).adjust_certificate_columns(COLUMNS) == COLUMNS
    assert reading.db.scalar(text("select 1")) == 1
    with pytest.raises(Unavailable):
        hooks(bad_at(True, adjust_certificate_columns=query)).adjust_certificate_columns(COLUMNS)


def test_a_slow_call_is_named(bad_at: Callable[..., Ctx], caplog: pytest.LogCaptureFixture,
                              monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = bad_at(check_replacement=lambda ctx, certificate: [])
    hooks(ctx).check_replacement(CERTIFICATE)
    assert "took" not in caplog.text
    monkeypatch.setattr(asking, "SLOW_SECONDS", -1.0)
    hooks(ctx).check_replacement(CERTIFICATE)
    assert "check_replacement of plugin bad took 0.0 s at tenant jilin" in caplog.text


class Hanging:
    """A plugin whose calls do not come back until they are let go; `two()` threads are inside when it returns."""

    def __init__(self) -> None:
        self.go, self.came = Event(), [Event(), Event()]
        self._arrived = iter(self.came)

    def hang(self) -> None:
        arrived = next(self._arrived, None)
        if arrived is not None:
            arrived.set()
            assert self.go.wait(20)

    def two(self, ask: Callable[[], object]) -> list[Thread]:
        threads = [Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert all(came.wait(20) for came in self.came)
        return threads


def test_a_plugin_that_sleeps_holds_no_other_tenant_up(
        jilin: Tenant, national: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    """With all seats taken, deciding hooks say no at once and gathering ones are left out; the other tenant answers
    as ever, and so does this one once the sleepers are back."""
    hanging = Hanging()

    def check_sensitive_action(ctx: Ctx, person: PersonFacts, action: SensitiveAction) -> list[Problem]:
        hanging.hang()
        return []

    turn_on(jilin, plugin(check_sensitive_action=check_sensitive_action,
                          resolve_invoice_policy=lambda ctx: InvoicePolicy("none"),
                          adjust_certificate_columns=lambda ctx, columns: ()))
    jilin.plugins.seats = Seats(2, patience=0)  # type: ignore[attr-defined]
    ours, theirs = hooks(Ctx(jilin)), hooks(Ctx(national))
    threads = hanging.two(lambda: ours.check_sensitive_action(PERSON, SensitiveAction.CHANGE_PHONE))
    try:
        refused = ours.check_sensitive_action(PERSON, SensitiveAction.CHANGE_PHONE)
        assert "hook_failed" in [problem.code for problem in refused]
        with pytest.raises(Unavailable):
            ours.resolve_invoice_policy()
        assert ours.adjust_certificate_columns(COLUMNS) == COLUMNS
        assert "resolve_invoice_policy of bad refused: plugins hold all their threads at tenant jilin" in caplog.text
        assert theirs.resolve_invoice_policy()
        assert theirs.check_sensitive_action(PERSON, SensitiveAction.CHANGE_PHONE) == []
    finally:
        hanging.go.set()
        for thread in threads:
            thread.join(20)
    assert ours.resolve_invoice_policy() == InvoicePolicy("none")
    assert ours.adjust_certificate_columns(COLUMNS) == ()


def test_a_seat_given_back_goes_to_who_waits() -> None:
    """A plugin that is only busy refuses nobody; a thread that has a seat needs no second one."""
    room, inside, go, got = Seats(1, patience=20), Event(), Event(), []

    def sit() -> None:
        assert room.enter(seats.time.monotonic())
        inside.set()
        assert go.wait(20)
        room.leave()

    first = Thread(target=sit)
    first.start()
    assert inside.wait(20)

    def wait() -> None:
        got.append(room.enter(seats.time.monotonic()))
        got.append(room.enter(seats.time.monotonic()))
        room.leave()
        room.leave()

    second = Thread(target=wait)
    second.start()
    go.set()
    first.join(20)
    second.join(20)
    assert got == [True, True]
    assert room.enter(seats.time.monotonic())


def test_a_page_that_sleeps_holds_no_other_tenant_up(
        config: Config, with_parcel: Directory, jilin: Tenant, national: Tenant,
        monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the seconds to wait for who comes third; the core's pages and the other tenant's come."""
    app = create_app(config, with_parcel)
    jilin.plugins.seats = Seats(2, patience=0)  # type: ignore[attr-defined]
    hanging = Hanging()
    routes = import_module("tests.extension.parcel.routes")

    def slowly(template: str, **words: object) -> object:
        hanging.hang()
        return "late"

    monkeypatch.setattr(routes, "page", slowly)

    def visit(tenant: Tenant, path: str) -> tuple[int, str | None]:
        browser = Browser(app)
        browser.tenant = tenant
        answer = browser.get(path)
        return answer.status_code, answer.headers.get("Retry-After")

    parcel = "/parcel/00000000-0000-0000-0000-000000000000"
    threads = hanging.two(lambda: visit(jilin, parcel))
    try:
        assert visit(jilin, parcel) == (503, "5")
        assert visit(national, "/") == visit(jilin, "/") == (200, None)
    finally:
        hanging.go.set()
        for thread in threads:
            thread.join(20)
    assert visit(jilin, parcel) == (200, None)


@hookimpl
def resolve_order_path(ctx: Ctx, enrollment: CertificateFacts) -> OrderPath:
    raise AssertionError


@hookimpl
def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> str:
    raise AssertionError


@hookimpl(tryfirst=True)
def resolve_invoice_policy(ctx: Ctx) -> InvoicePolicy | None:
    return None


@hookimpl
def check_replacements(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    return []


@hookimpl
def check_refund(ctx: Ctx, orders: list[object]) -> list[Problem]:
    return []


@hookimpl
def check_eligibility(ctx: "Nowhere", year: int) -> list[Problem]:  # type: ignore[name-defined]  # noqa: F821
    return []


@pytest.mark.parametrize(("hook", "words"), [
    ("resolve_order_path", "enrollment 应为.*EnrollmentFacts.*写的是.*CertificateFacts"),
    ("resolve_exam_required", "return 应为.*bool.*写的是.*str"),
    ("resolve_invoice_policy", "不接受任何选项"),
    ("check_replacements", "契约里没有的钩子 check_replacements，是不是 check_replacement"),
    ("check_refund", "orders"),
    ("check_eligibility", "类型标注读不出来"),
])
def test_what_breaks_the_contract_stops_the_start(hook: str, words: str) -> None:
    """Tenant, plugin, hook and what would be right; pluggy alone compares names of arguments only."""
    with pytest.raises(PluginError, match=rf"(?s)jilin\.toml：.*bad.*{words}"):
        build_manager("jilin", ["bad"], [], {"bad": SimpleNamespace(**{hook: globals()[hook]})})


def test_a_plugin_that_cannot_be_imported_is_named_at_the_start() -> None:
    def load() -> object:
        raise ImportError("no module named gone")
    with pytest.raises(PluginError, match=r"jilin\.toml：插件 bad 不能载入：no module named gone"):
        build_manager("jilin", ["bad"], [], {"bad": SimpleNamespace(load=load)})


@pytest.mark.parametrize(("source", "words"), [
    ("seen = []", "seen"), ("SEEN: dict[str, int] = {}", "SEEN"), ("from collections import deque\nq = deque()", "q"),
    ("class A:\n    known = {x for x in ()}", "known"), ("def f():\n    global n\n    n = 1", "global n"),
    ("@lru_cache(maxsize=9)\ndef f(x): ...", "f 的缓存"), ("from core.web import page", "core.web"),
    ("import core.api as api\ndef f():\n    api.local = None", "api.local"),
    ("from core.api import Rules\nRules.photo = 1", "Rules.photo"),
    ("from core.api.store import Base\nsetattr(Base, 'x', 1)", "Base"),
    ("from core.api.store import Base\ndel Base.metadata.tables['x']", "Base.metadata"),
])
def test_state_and_reaching_into_the_core_are_seen_in_the_source(source: str, words: str) -> None:
    """P-27: one process serves all tenants."""
    [(_line, what)] = module_problems(ast.parse(source))
    assert words in what


def test_what_a_plugin_may_keep() -> None:
    source = ("from core.api import Column\nPOSTS = ('机械员',)\nA = frozenset({1})\nB: Mapping[str, str] = {'a': 'b'}\n"
              "C: Final[Sequence[int]] = [1]\n__all__ = ['A']\n"
              "def f(ctx):\n    found = []\n    ctx.x = 1\n    return found")
    assert not list(module_problems(ast.parse(source)))


def test_the_start_names_what_the_source_says(
        config: Config, with_parcel: Directory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
        ) -> None:
    monkeypatch.setattr("core.extension.scanning.source_problems", lambda package: ("hooks.py:1：seen",))
    with caplog.at_level(logging.WARNING):
        create_app(config, with_parcel)
    assert "plugin parcel: hooks.py:1：seen" in caplog.text


@pytest.mark.parametrize("name", sorted(installed_plugins()))
def test_the_plugins_of_the_house_keep_no_state(name: str) -> None:
    assert not source_problems(package_of(installed_plugins()[name]))
