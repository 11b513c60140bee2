"""The conformance kit: it is green at the shipped tenants, and names what is wrong with a wrong plugin (C-13)."""
import importlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.api import CertificateFacts, Column, Ctx, EnrollmentFacts, Problem, hookimpl
from core.contract.hooks import Hooks
from core.cycle import defaults
from core.testing import CHECKS, Kit, Report, Source, is_sentence, scratch
from core.testing.contract import SPECS
from core.testing.findings import table
from core.testing.samples import fits, samples_of
from core.testing.suite import Conformance
from tests.contracts import everything
from tests.data import TENANTS

Cli = Callable[..., tuple[int, str]]
TENANT = '[tenant]\nname = "湖北"\nhosts = ["hubei.localhost"]\nplugins = ["wrong"]\n'


class TestGuangdong(Conformance):
    """The tenant with most rules of its own, and all shipped tenants beside it."""

    slug = "guangdong"


@pytest.mark.parametrize("slug", ["beijing", "jilin"])
def test_the_shipped_tenants_conform(slug: str) -> None:
    """X-01, X-05, X-08 … X-11, X-13 … X-15, X-17, X-18, X-20, X-22; pages and "beside" stand in TestGuangdong."""
    report = Kit(slug, Source(TENANTS)).run([check for check in CHECKS if check not in ("pages", "beside")])
    assert report.passed, table(report)


def found(report: Report, check: str = "hooks") -> str:
    [result] = [result for result in report.results if result.key == check]
    return "\n".join(str(finding) for finding in result.findings)


def plugin(**hooks: Any) -> SimpleNamespace:
    return SimpleNamespace(__name__="wrong", **{name: hookimpl(function) for name, function in hooks.items()})


def checked(tmp_path: Path, module: Any, only: str = "hooks", texts: str = "") -> Report:
    """The report of a tenant `hubei` with this one plugin."""
    file = tmp_path / "hubei.toml"
    file.write_text(TENANT + texts, encoding="utf-8")
    return Kit("hubei", Source(TENANTS, (file,), {"wrong": module})).run([only])


def test_a_plugin_that_answers_every_hook_conforms(tmp_path: Path) -> None:
    """Every hook of the contract has samples, also one that is added tomorrow."""
    report = checked(tmp_path, everything)
    assert "没有样例值" not in found(report)
    [hooks] = report.results
    assert hooks.looked_at == len(SPECS)
    assert not [finding for finding in hooks.findings if "句子" not in finding.wrong]


def check_eligibility(problem: Any) -> Callable[..., Any]:
    def check_eligibility(ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
        return problem() if callable(problem) else [problem]
    return check_eligibility


@pytest.mark.parametrize(("problem", "wrong"), [
    (Problem("Bad-Code", "不受理。"), "代号 'Bad-Code'"),
    (Problem("late", "not accepted"), "句子“not accepted”"),
    (Problem("late", "不受理"), "句子“不受理”"),
    (Problem("late", "不受理。", hint="去别处"), "提示“去别处”"),
    (lambda: "不受理。", "返回了 str"),
    (lambda: None, "返回了 NoneType"),
    (lambda: 1 // 0, "调用出错 ZeroDivisionError"),
    (lambda: time.sleep(0.6) or [], "一次调用用了 0.6 秒"),
])
def test_what_is_wrong_with_an_answer_is_named(problem: Any, wrong: str, tmp_path: Path) -> None:
    report = checked(tmp_path, plugin(check_eligibility=check_eligibility(problem)))
    assert not report.passed
    assert f"wrong：check_eligibility：{wrong}" in found(report)


def test_annotations_are_those_of_the_contract(tmp_path: Path) -> None:
    """A wrong one keeps the tenant closed, one that is left out is named."""
    def resolve_exam_required(ctx: Ctx, enrollment: CertificateFacts) -> bool | None:
        return None

    def check_replacement(ctx: Ctx, certificate):  # type: ignore[no-untyped-def]
        return []

    wrong = checked(tmp_path, plugin(resolve_exam_required=resolve_exam_required))
    assert "resolve_exam_required 与契约不符：enrollment 应为" in found(wrong, "opening")
    missing = checked(tmp_path, plugin(check_replacement=check_replacement))
    assert "check_replacement：return 没有类型注解。应为：return: list[Problem]" in found(missing)


def test_what_a_plugin_keeps_in_its_modules_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No module-level state, and nothing of the core but `core.api`."""
    package = tmp_path / "leaky"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "hooks.py").write_text("from core.cycle import rules\n\nseen: list[str] = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    said = found(checked(tmp_path, importlib.import_module("leaky.hooks"), "state"), "state")
    assert "hooks.py:1" in said and "hooks.py:3" in said


def test_a_memory_between_two_calls_is_noticed(tmp_path: Path) -> None:
    """No module-level state: the same question gets the same answer."""
    asked: list[object] = []

    def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
        asked.append(enrollment)
        return len(asked) % 2 == 0

    assert "同样的参数两次答复不同" in found(checked(tmp_path, plugin(resolve_exam_required=resolve_exam_required)))


def test_an_adjustment_adds_each_column_once(tmp_path: Path) -> None:
    def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return (*columns, Column("number", "编号"))

    report = checked(tmp_path, plugin(adjust_certificate_columns=adjust_certificate_columns))
    assert "有重复的项：number、post、actions、number" in found(report)


@pytest.mark.parametrize(("texts", "wrong"), [
    ('audit_passed_sms = { value = "恭喜您已通过审核。", source = "HB-1" }', "开头不一致"),
    ('cheating_sms = { value = "您的学时将被清除。", source = "HB-1" }', "没有用到变量 name、post、year"),
    ('exam_failed = { value = "可继续“测试。", source = "HB-1" }', "“ 与 ” 不成对"),
])
def test_what_is_wrong_with_a_text_is_named(texts: str, wrong: str, tmp_path: Path) -> None:
    """X-29 and the variables."""
    report = checked(tmp_path, ModuleType("wrong"), "texts", f"[texts]\n{texts}\n")
    assert wrong in found(report, "texts")


@pytest.mark.parametrize(("texts", "wrong"), [
    ('cheating_sms = { value = "{who}您好。", source = "HB-1" }', "未知的变量 who"), ("[photos]", "photos"),
])
def test_a_tenant_that_cannot_be_opened_says_why(texts: str, wrong: str, tmp_path: Path) -> None:
    report = checked(tmp_path, ModuleType("wrong"), "texts", f"[texts]\n{texts}\n")
    assert not report.passed and wrong in found(report, "opening")


def test_a_plugin_that_disturbs_another_tenant_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak that reaches beyond the tenant: here every certificate of the core ends up refused everywhere."""
    for name in ("_base.toml", "_demo.toml", "national.toml", "demo/_default.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(TENANTS / name, tmp_path / name)
    monkeypatch.setattr(defaults, "ENDED", defaults.ENDED)

    def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
        defaults.ENDED = tuple(defaults.Status)  # type: ignore[assignment]
        return None

    (tmp_path / "hubei.toml").write_text(TENANT, encoding="utf-8")
    report = Kit("hubei", Source(tmp_path, modules={"wrong": plugin(
        resolve_exam_required=resolve_exam_required)})).run(["beside"])
    assert "并存时为" in found(report, "beside")


@pytest.mark.parametrize("listed", ["", "plugins = []\n", 'plugins = [\n  "wrong",\n]\n'])
def test_a_plugin_is_checked_before_it_is_listed(listed: str, tmp_path: Path) -> None:
    """`--with`: as the administrator would write it, whatever stands in the file."""
    file = tmp_path / "hubei.toml"
    file.write_text(f'# A comment.\n[tenant]\nname = "湖北"\nhosts = ["hubei.localhost"]\n{listed}[portal]\n',
                    encoding="utf-8")
    source = Source(TENANTS, (file,), {"wrong": ModuleType("wrong"), "other": ModuleType("other")},
                    {"hubei": ("wrong", "other")})
    with scratch(source, ["hubei"]) as here:
        assert here.directory.by_slug("hubei").file.plugins == ("wrong", "other")
    assert listed in file.read_text(encoding="utf-8")


def test_sentences() -> None:
    assert all(map(is_sentence, ("请重新上传。", "是否继续？", "（见说明。）")))
    assert not any(map(is_sentence, ("请重新上传", "Please.", " 请重新上传。", "")))


@pytest.mark.parametrize("name", SPECS)
def test_every_argument_has_samples_of_its_type(name: str) -> None:
    hints = {key: kind for key, kind in getattr(Hooks, name).__annotations__.items() if key not in ("return", "ctx")}
    for kind in hints.values():
        values = samples_of(kind, {})
        assert values and all(fits(value, kind) for value in values)


def test_the_command_prints_a_table_and_fails(cli: Cli) -> None:
    """`jianxue tenant check <slug>`: status 1 on a finding, and what would be right."""
    assert cli("db", "upgrade", "--tenant", "national")[0] == 0
    status, output = cli("tenant", "check", "national", "--only", "texts", "--only", "hooks")
    assert status == 0 and "钩子守约" in output and output.endswith("没有问题\n")
    status, output = cli("tenant", "check", "jilin", "--json", "--only", "texts")
    assert status == 1
    document = json.loads(output)
    assert [one["key"] for one in document["checks"]] == ["texts"] and document["checks"][0]["passed"]
    assert not document["passed"] and "jianxue db upgrade --tenant jilin" in document["installation"][0]
