"""非正常 set and lifted by administrators: singly and by sheet, each with its reason, at every tenant (JL-08)."""
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from core.access import NOBODY, Role
from core.base.db import Id
from core.base.sheets import write_csv, write_sheet
from core.registry import Certificate, RegistryHolding, Status, status_of
from core.registry.holdings import fill
from core.registry.models import StatusSheet
from core.registry.sheet import CertificateSheet, Holding
from core.registry.statuses import COLUMNS, FORGET, forget
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.certificate.holders import certificate, holder
from tests.people import id_number, signed_in, staff

REASON = "未按要求完成继续教育"
PAGE = "/admin/certificate-states"


@pytest.fixture
def browser(tenant: Tenant, browser_of: Callable[[Tenant], Browser]) -> Browser:
    return signed_in(browser_of(tenant), staff(tenant, Role.ADMINISTRATOR))


def history(tenant: Tenant, held: Id) -> list[tuple[str, str]]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return [(entry.status, entry.remark) for entry in ctx.db.get_one(Certificate, held).entries]


def upload(browser: Browser, data: bytes, name: str = "状态.xlsx") -> str:
    answer = browser.submit(f"{PAGE}/import/", {"sheet": (BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_set_and_lift_one(tenant: Tenant, browser: Browser) -> None:
    """JL-08: without a reason nothing happens; what is not offered is refused; both stand in the history."""
    held = certificate(tenant, holder(tenant))
    assert browser.submit(f"{PAGE}/{held}/do/abnormal/", {"note": " "}).status_code == 422
    assert browser.submit(f"{PAGE}/{held}/do/lift/", {"note": "已补学"}).status_code == 409
    assert browser.submit(f"{PAGE}/{held}/do/abnormal/", {"note": REASON}).status_code == 303
    assert REASON in browser.get(f"{PAGE}/").text
    assert browser.submit(f"{PAGE}/{held}/do/lift/", {"note": "学时已核实"}).status_code == 303
    assert history(tenant, held) == [("normal", ""), ("abnormal", REASON), ("normal", "学时已核实")]


def test_only_administrators(tenant: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    held = certificate(tenant, holder(tenant))
    clerk = signed_in(browser_of(tenant), staff(tenant, Role.HOTLINE))
    assert clerk.get(f"{PAGE}/").status_code == clerk.get(f"{PAGE}/import/").status_code == 403
    assert clerk.submit(f"{PAGE}/{held}/do/abnormal/", {"note": REASON}).status_code == 403
    assert history(tenant, held) == [("normal", "")]


def test_by_sheet(tenant: Tenant, browser: Browser) -> None:
    """JL-08: findings by row, a sheet to be mended, nothing before the confirmation, the same sheet again changes
    nothing; who has not signed in yet finds the status at the pull."""
    somebody = holder(tenant)
    held = certificate(tenant, somebody, number="22117500001")
    gone = certificate(tenant, somebody, "土建质量员", number="22117500002", status=Status.VOID)
    with unit_of_work(tenant, NOBODY) as ctx:
        fill(ctx, CertificateSheet((Holding("李四", id_number(9), "资料员", "22117500009", "甲", "吉林省",
                                            date(2016, 4, 19)),), ()))
    rows = [["22117500001", "王小明", "非正常", REASON], ["22117500009", "李四", "非正常", REASON],
            ["22117500002", "王小明", "非正常", REASON], ["22117500001", "王大明", "非正常", REASON],
            ["99999999", "王小明", "非正常", REASON], ["22117500003", "王小明", "作废", ""]]
    report = upload(browser, write_sheet(COLUMNS, rows))
    page = browser.get(report).text
    for words in ("现在是“作废”", "没有登记", "不在可选范围内", "C4", "写入 2 本证书的状态"):
        assert words in page, words
    assert history(tenant, held) == [("normal", "")]
    mend = openpyxl.load_workbook(BytesIO(browser.submit(f"{report}mend/").data)).active
    assert [cell.value for cell in mend["A"]][1:] == ["22117500002", "22117500001", "99999999", "22117500003"]
    assert browser.submit(f"{report}write/").status_code == 303
    assert browser.submit(f"{report}write/").status_code == 409
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.now += timedelta(days=2)
        [key] = forget(ctx)
        ctx.enqueue(FORGET, {"key": key})
    run_waiting(tenant)
    assert browser.submit(f"{report}mend/").status_code == 404
    again = upload(browser, write_csv([column.title for column in COLUMNS], rows[:2]), "状态.csv")
    assert "没有状态需要改变" in browser.get(again).text
    assert history(tenant, held) == [("normal", ""), ("abnormal", REASON)] and len(history(tenant, gone)) == 1
    with unit_of_work(tenant, NOBODY) as ctx:
        holding = ctx.db.scalars(select(RegistryHolding)).one()
        assert (holding.status, holding.remark) == ("abnormal", REASON)


def test_what_moved_between_check_and_confirmation_is_left(tenant: Tenant, browser: Browser) -> None:
    """JL-08: counted and said, not forced."""
    held = certificate(tenant, holder(tenant), number="22117500001")
    report = upload(browser, write_sheet(COLUMNS, [["22117500001", "王小明", "非正常", REASON]]))
    browser.submit(f"{PAGE}/{held}/do/abnormal/", {"note": "信息有误"})
    browser.submit(f"{report}write/")
    assert "1 本的状态在确认前已被改动" in browser.get(report).text
    with unit_of_work(tenant, NOBODY) as ctx:
        assert ctx.db.scalars(select(StatusSheet)).one().changed == 0
        assert status_of(ctx.db.get_one(Certificate, held)) is Status.ABNORMAL


def test_a_file_that_is_no_sheet_and_a_report_that_is_none(browser: Browser) -> None:
    assert browser.submit(f"{PAGE}/import/", {"sheet": (BytesIO(b"<html>"), "a.csv")}).status_code == 422
    for path in ("x", "00000000-0000-0000-0000-000000000000"):
        assert browser.get(f"{PAGE}/import/{path}/").status_code == 404
    assert browser.submit(f"{PAGE}/template/").data[:2] == b"PK"
