"""The contract: documented, typed alike everywhere, exercised by the test plugin, closed when a plugin fails."""
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date
from types import ModuleType, SimpleNamespace
from typing import Any, get_type_hints
from uuid import UUID

import pytest

from core.app import load_flow_parts
from core.base.config import ROOT
from core.base.errors import Unavailable
from core.contract.hooks import Hooks, hookimpl
from core.contract.values import CertificateFacts, Column, EnrollmentFacts, OrderFacts, PersonFacts, SensitiveAction
from core.extension import HookCalls, PluginError, build_manager, hooks
from core.tenancy import Ctx, Tenant, bound
from tests.contracts import everything

SPECS = {name: spec for name, spec in vars(Hooks).items() if hasattr(spec, "jianxue_spec")}
VERBS = ("resolve", "collect", "adjust", "check", "on")
NIL = UUID(int=0)
PERSON = PersonFacts(NIL, "张三", "professional", True, True, False, False, False)
CERTIFICATE = CertificateFacts(NIL, NIL, "机械员", "吉林省", "22117500001", "吉林省住房和城乡建设厅",
                               date(2016, 4, 19), False, "正常", "", 0, ())
ENROLLMENT = EnrollmentFacts(NIL, NIL, NIL, "机械员", 2026, "正常周期", 10, 22, 0, 32, True)
ORDER = OrderFacts(NIL, "20261120120000000001", NIL, "paid", 9600, ())
ARGUMENTS: dict[str, dict[str, Any]] = {
    "collect_steps": {"person": PERSON}, "collect_enrollment_actions": {"enrollment": ENROLLMENT},
    "collect_case_sections": {"person": PERSON}, "collect_person_classes": {},
    "resolve_order_path": {"enrollment": ENROLLMENT}, "resolve_course_choice": {"enrollment": ENROLLMENT},
    "resolve_exam_required": {"enrollment": ENROLLMENT},
    "resolve_exam_admission": {"enrollment": ENROLLMENT}, "resolve_invoice_policy": {},
    "resolve_phone_correction": {"person": PERSON},
    "collect_record_notes": {"person": PERSON},
    "check_sensitive_action": {"person": PERSON, "action": SensitiveAction.RESET_PASSWORD},
    "adjust_certificate_columns": {"columns": (Column("number", "证书编号"),)},
    "check_ready_to_study": {"person": PERSON, "enrollment": ENROLLMENT},
    "check_eligibility": {"certificate": CERTIFICATE, "year": 2026},
    "check_refund": {"order": ORDER}, "collect_order_notes": {"order": ORDER, "leaving": True},
    "check_replacement": {"certificate": CERTIFICATE}, "on_hours_passed": {"enrollment": ENROLLMENT},
    "resolve_deadline": {"certificate": CERTIFICATE},
}


@pytest.fixture
def with_plugin(national: Tenant) -> Iterator[Callable[[Any], Ctx]]:
    """A context whose tenant has one plugin and no core defaults."""
    with bound(national):
        made: list[Ctx] = []

        def make(plugin: Any) -> Ctx:
            national.plugins = build_manager("national", ["test"], [], {"test": plugin})
            made.append(Ctx(national))
            return made[-1]

        yield make
        for ctx in made:
            ctx.rollback()
            ctx.close()


@pytest.mark.parametrize("name", SPECS)
def test_hook(name: str, with_plugin: Callable[[Any], Ctx]) -> None:
    """Each hook reaches the plugin through the typed call, and its answer comes out."""
    calls = hooks(with_plugin(everything))
    answer = getattr(calls, name)(**ARGUMENTS[name])
    direct = getattr(everything, name)(with_plugin(everything), **ARGUMENTS[name])
    assert answer == direct
    assert name.startswith("on_") or answer not in (None, [], ())


def test_a_plugin_may_pass(with_plugin: Callable[[Any], Ctx]) -> None:
    """None from a plugin leaves the question to the next; nobody answering grants nothing."""
    other = ENROLLMENT.__class__(**{**vars(ENROLLMENT), "post": "资料员"})
    with pytest.raises(Unavailable):
        hooks(with_plugin(everything)).resolve_exam_required(other)


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith(("resolve_", "check_"))])
def test_a_deciding_hook_that_raises_grants_nothing(name: str, with_plugin: Callable[[Any], Ctx]) -> None:
    """O14: decision hooks fail closed."""
    calls = hooks(with_plugin(_raising(name)))
    if name.startswith("resolve_"):
        with pytest.raises(Unavailable):
            getattr(calls, name)(**ARGUMENTS[name])
    else:
        assert [problem.code for problem in getattr(calls, name)(**ARGUMENTS[name])] == ["hook_failed"]


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith(("collect_", "on_"))])
def test_a_gathering_hook_that_raises_is_left_out(name: str, with_plugin: Callable[[Any], Ctx]) -> None:
    """O14: the page stays, the failure is logged."""
    assert getattr(hooks(with_plugin(_raising(name))), name)(**ARGUMENTS[name]) in ([], None)


def _raising(name: str) -> Any:
    arguments = ", ".join(inspect.signature(getattr(everything, name)).parameters)
    space: dict[str, Any] = {}
    exec(f"def {name}({arguments}):\n    raise ValueError('broken plugin')", space)
    return SimpleNamespace(**{name: hookimpl(space[name]), "__name__": "raising"})


def test_a_plugin_that_names_a_wrong_hook_is_refused_by_name() -> None:
    @hookimpl
    def resolve_nothing(ctx: Ctx) -> None: ...

    plugin = SimpleNamespace(resolve_nothing=resolve_nothing, __name__="wrong")
    with pytest.raises(PluginError, match="wrong.*resolve_nothing"):
        build_manager("national", ["wrong"], [], {"wrong": plugin})


def test_the_tenants_order_is_the_calling_order() -> None:
    """P-27."""
    def adding(word: str) -> Any:
        @hookimpl
        def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
            return (*columns, Column(word, word))
        return SimpleNamespace(adjust_certificate_columns=adjust_certificate_columns, __name__=word)

    manager = build_manager("x", ["a", "b", "c"], [], {name: adding(name) for name in "cab"})
    ctx = SimpleNamespace(tenant=SimpleNamespace(plugins=manager, slug="x"))
    columns = HookCalls(ctx).adjust_certificate_columns(())  # type: ignore[arg-type]
    assert [column.key for column in columns] == ["a", "b", "c"]


@pytest.mark.parametrize("module", [everything, *load_flow_parts()], ids=lambda module: module.__name__)
def test_implementations_are_typed_as_the_contract_says(module: ModuleType) -> None:
    """pluggy compares names only."""
    for name, function in vars(module).items():
        if not isinstance(getattr(function, "jianxue_impl", None), dict):
            continue
        spec, impl = get_type_hints(SPECS[name]), get_type_hints(function)
        arguments = impl.keys() - {"return"}
        assert {key: impl[key] for key in arguments} == {key: spec[key] for key in arguments}
        # The core's own answer is never None, so its type is the spec's without it.
        assert {impl["return"], impl["return"] | None} & {spec["return"]}, name
        assert module is everything or function.jianxue_impl["trylast"], f"{module.__name__}.{name} needs trylast"


@pytest.mark.parametrize("name", SPECS)
def test_every_hook_is_documented_with_its_signature(name: str) -> None:
    spec = SPECS[name]
    assert name.split("_")[0] in VERBS
    assert spec.jianxue_spec["firstresult"] == name.startswith("resolve_")
    assert re.search(r"Rows? |Core:", inspect.getdoc(spec) or "")
    signature = ", ".join(list(inspect.signature(spec).parameters)[1:])
    page = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
    assert f"### `{name}({signature})`" in page
