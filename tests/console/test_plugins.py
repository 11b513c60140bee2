"""插件检查: what makes a tenant differ, and the kit's result behind a request (C-13)."""
import json
import sys
from collections.abc import Callable, Sequence

import pytest

from core.access import NOBODY, Role
from core.base.clock import FixedClock
from core.base.config import ROOT
from core.console import plugins
from core.console.admin import changed_rules
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import signed_in, staff

PAGE = "/admin/plugins/"
REPORT = {"tenant": "guangdong", "passed": False, "checks": [
    {"key": "hooks", "title": "钩子守约", "looked_at": 3, "passed": False,
     "findings": [{"where": "guangdong：check_eligibility", "wrong": "句子“no”", "right": "一句完整的中文"}]}]}


@pytest.fixture
def chief(guangdong: Tenant, browser_of: Callable[[Tenant], Browser]) -> Browser:
    return signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))


def saying(monkeypatch: pytest.MonkeyPatch, output: str) -> list[Sequence[str]]:
    """The child process prints this; the commands that were asked for."""
    asked: list[Sequence[str]] = []
    real = plugins._report

    def report(command: Sequence[str]) -> object:
        asked.append(command)
        told = f"import os; assert 'JIANXUE_MASTER_KEY' not in os.environ; print({output!r})"
        return real([sys.executable, "-c", told])

    monkeypatch.setattr(plugins, "_report", report)
    return asked


def test_the_page_says_what_the_tenant_changes(chief: Browser) -> None:
    """Hooks with rows, changed rules with the national value and the source, what is installed and not on."""
    page = chief.get(PAGE).text
    assert "resolve_order_path" in page and "由谁缴费" in page and "GD-04" in page
    assert "account.initial_password" in page and "GD-08" in page
    assert "启用前检查" in page and "desk" in page and "还没有检查过" in page


def test_a_check_runs_behind_the_request_and_its_findings_are_shown(
        chief: Browser, guangdong: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANXUE_MASTER_KEY", "00" * 32)
    asked = saying(monkeypatch, json.dumps(REPORT))
    assert chief.submit(PAGE + "check/").status_code == 303
    assert "正在检查" in chief.get(PAGE).text
    assert chief.submit(PAGE + "check/").status_code == 409
    run_waiting(guangdong)
    page = chief.get(PAGE).text
    assert "有不符之处" in page and "句子“no”" in page and "一句完整的中文" in page
    assert list(asked[0][1:]) == ["-m", "core.testing", "guangdong", str(guangdong.config.tenants)]


def test_a_plugin_can_be_checked_before_it_is_on(
        chief: Browser, guangdong: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = saying(monkeypatch, json.dumps({**REPORT, "passed": True, "checks": []}))
    assert chief.submit(PAGE + "check/", {"plugin": "nowhere"}).status_code == 404
    chief.submit(PAGE + "check/", {"plugin": "desk"})
    run_waiting(guangdong)
    page = chief.get(PAGE).text
    assert asked[0][-2:] == ["--with", "desk"] and "全部通过" in page and "尚未启用的插件 desk" in page


def test_a_check_that_breaks_off_says_so(
        chief: Browser, guangdong: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, "no report")
    chief.submit(PAGE + "check/")
    run_waiting(guangdong)
    assert "检查没有做完" in chief.get(PAGE).text


def test_a_check_whose_worker_was_lost_is_given_up(
        chief: Browser, guangdong_clock: FixedClock) -> None:
    chief.submit(PAGE + "check/")
    guangdong_clock.advance(minutes=29)
    assert "正在检查" in chief.get(PAGE).text
    guangdong_clock.advance(minutes=1)
    assert "检查中途停止了" in chief.get(PAGE).text
    assert chief.submit(PAGE + "check/").status_code == 303


def test_the_real_process_reports(guangdong: Tenant) -> None:
    """Without keys, database or address of the installation; with a plugin that is not on yet."""
    with unit_of_work(guangdong, NOBODY) as ctx:
        row = plugins.ask_check(ctx, "desk")
        plugins.run_check(ctx, row.id, ["--only", "opening"])
        assert (row.problem, row.report["passed"]) == ("", True)
        assert row.report["checks"][0]["looked_at"] == 3


def test_only_an_administrator_sees_it(guangdong: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    auditor = signed_in(browser_of(guangdong), staff(guangdong, Role.AUDITOR))
    assert auditor.get(PAGE).status_code == 403


def test_what_differs_is_compared_with_the_national_values(national: Tenant) -> None:
    with unit_of_work(national, NOBODY) as ctx:
        assert changed_rules(ctx) == []
    assert (ROOT / "tenants" / "_base.toml").exists()
