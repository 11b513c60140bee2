"""证书管理 over HTTP, in two tenants: replace, refresh, refuse, download."""
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdf
import pytest
from sqlalchemy import select

from core.access import NOBODY
from core.base.clock import FixedClock
from core.certificate import settle
from core.certificate.models import CertificateIssue
from core.documents import Document
from core.identity import person_of
from core.registry import Certificate, Kind, Status, record_hours, status_of, withdraw_hours
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.certificate.holders import certificate, holder, hours
from tests.people import signed_in

BrowserOf = Callable[[Tenant], Browser]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def electronic(tenant: Tenant) -> Certificate:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.scalars(select(Certificate).where(Certificate.kind == Kind.ELECTRONIC)).one()


def test_the_table_of_the_manual(national: Tenant, browser_of: BrowserOf) -> None:
    """N-51, N-50, N-13: 证书编号, 岗位名称, 操作; 查看 for the electronic one, 证书更新 for the paper one; hours below."""
    somebody = holder(national)
    first = certificate(national, somebody, "资料员", number="12161140001")
    certificate(national, somebody, "土建质量员", number="12161140002")
    hours(national, somebody, 2026, post="资料员")
    hours(national, somebody, 2026, post="土建质量员")
    browser = signed_in(browser_of(national), somebody)
    browser.submit(f"/certificates/{first}/replace")
    page = browser.get("/certificates").text
    assert "在证书管理中可查询已经由建设行业行政主管部门上传的有效证书，完成继续教育后即可换发电子培训合格证。" in page
    heads = re.findall(r'role="columnheader" scope="col"[^>]*>([^<]+)<', page)
    assert heads[:3] == ["证书编号", "岗位名称", "操作"]
    assert heads[3:] == ["机构", "岗位", "已上传学时数", "总学时数", "上传日期"]
    rows = page.split('<tr role="row">')
    electronic_row = next(row for row in rows if electronic(national).number in row)
    paper_row = next(row for row in rows if "12161140002" in row)
    assert ">查看<" in electronic_row and "证书更新" not in electronic_row
    assert ">证书更新<" in paper_row and "查看" not in paper_row
    assert "2026-12-06" in page and "--" in page
    assert "请按照相关规定登录住房城乡建设行业从业人员教育培训资源库(http://rcpx.cabp.com.cn)" in page


def test_the_step_is_done_though_another_certificate_waits(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-03: who has replaced one certificate is not told that the step has not begun."""
    somebody = holder(tenant)
    first = certificate(tenant, somebody, "资料员", number="12161140001")
    certificate(tenant, somebody, "土建质量员", number="12161140002")
    hours(tenant, somebody, 2026, post="资料员")
    browser = signed_in(browser_of(tenant), somebody)
    browser.submit(f"/certificates/{first}/replace")
    assert "电子证书已生成。其他证书学完并通过审核后也可更新。" in browser.get("/home").text


def test_replacement_issues_and_voids_at_once(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-52, N-53, GD-26: the dialog, the new certificate in the layout of the ministry, the old one 作废."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody)
    hours(tenant, somebody, 2025)
    hours(tenant, somebody, 2026)
    browser = signed_in(browser_of(tenant), somebody)
    dialog = browser.get(f"/certificates/{old}/replace")
    assert "系统将自动生成电子证书，同时原证书作废。" in dialog.text and "确定" in dialog.text
    answer = browser.submit(f"/certificates/{old}/replace")
    assert answer.status_code == 303
    new = electronic(tenant)
    assert new.replaces_id == old and new.number == "222026000001"
    with unit_of_work(tenant, NOBODY) as ctx:
        before = ctx.db.get_one(Certificate, old)
        assert status_of(before) is Status.VOID and new.number in before.entries[-1].remark
    shown = browser.get(answer.location).text
    assert new.number in shown and "2025 年度，继续教育学时为 32 学时。" in shown
    pdf = browser.get(f"/certificates/{new.id}/file")
    assert pdf.mimetype == "application/pdf" and pdf.headers["Content-Disposition"].startswith("attachment")
    text = text_of(pdf.data)
    for words in ("住房和城乡建设领域施工现场专业人员职业培训合格证", "王小明", "资料员", new.number, "继续教育记录",
                  "参加住房和城乡建设领域施工现场专业人员职业培训，测试成绩合格。",
                  "2025 年度，继续教育学时为 32 学时。", "2026 年度，继续教育学时为 32 学时。",
                  tenant.file.hosts[0]):
        assert words in text, words
    assert browser.get(f"/certificates/{new.id}/file").data == pdf.data


def test_a_second_time_is_told_so(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-52, O7: one certificate becomes one; a repeat of the same form gets the first answer."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody)
    hours(tenant, somebody, 2026)
    browser = signed_in(browser_of(tenant), somebody)
    first = browser.submit(f"/certificates/{old}/replace", {"_once": "k1"})
    again = browser.submit(f"/certificates/{old}/replace", {"_once": "k1"})
    other = browser.submit(f"/certificates/{old}/replace", {"_once": "k2"})
    assert first.location == again.location and other.status_code == 409 and "已经更新过" in other.text
    assert electronic(tenant)


@pytest.mark.parametrize(("status", "remark", "year", "word"), [
    (Status.ABNORMAL, "未按要求完成继续教育", 2026, "未按要求完成继续教育"),
    (Status.NORMAL, "", 2024, "还没有2026年度的继续教育学时记录"),
    (Status.NORMAL, "", 0, "学满32学时并通过审核后"),
    (Status.CANCELLED, "列入黑名单", 2026, "注销"),
])
def test_refused_with_the_reason(tenant: Tenant, browser_of: BrowserOf, status: Status, remark: str, year: int,
                                 word: str) -> None:
    """N-54, JL-08, X-18: not offered and not done while abnormal or without hours; nothing half done."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody, status=status, remark=remark)
    if year:
        hours(tenant, somebody, year)
    browser = signed_in(browser_of(tenant), somebody)
    assert f'href="/certificates/{old}/replace"' not in browser.get("/certificates").text
    assert word in browser.get(f"/certificates/{old}/replace").text
    answer = browser.submit(f"/certificates/{old}/replace")
    assert answer.status_code in (409, 422) and word in answer.text
    with unit_of_work(tenant, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Certificate)).all()) == 1
        assert ctx.db.scalars(select(Document)).all() == []
        assert status_of(ctx.db.get_one(Certificate, old)) is status


def test_what_cannot_be_drawn_is_not_issued(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-49, GD-26: without a photo, or with a character that the font lacks, nothing is voided either."""
    for serial, name, with_photo, word in ((1, "王小明", False, "头像"), (2, "王𠮷", True, "𠮷")):
        somebody = holder(tenant, serial, name=name, with_photo=with_photo)
        old = certificate(tenant, somebody, number=f"1216114000{serial}")
        hours(tenant, somebody, 2026)
        answer = signed_in(browser_of(tenant), somebody).submit(f"/certificates/{old}/replace")
        assert answer.status_code == 422 and word in answer.text
        with unit_of_work(tenant, NOBODY) as ctx:
            assert status_of(ctx.db.get_one(Certificate, old)) is Status.NORMAL


def test_somebody_elses_is_unknown(tenant: Tenant, browser_of: BrowserOf) -> None:
    """T2: neither seen, replaced, refreshed nor downloaded by another trainee."""
    owner, other = holder(tenant, 1), holder(tenant, 2)
    old = certificate(tenant, owner)
    hours(tenant, owner, 2026)
    browser = signed_in(browser_of(tenant), other)
    for path in ("", "/replace", "/file"):
        assert browser.get(f"/certificates/{old}{path}").status_code == 404
    for path in ("/replace", "/refresh"):
        assert browser.submit(f"/certificates/{old}{path}").status_code == 404


def test_yearly_refresh_keeps_the_number(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-57: one more line, new bytes, the earlier ones kept and readable as they were."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody)
    hours(tenant, somebody, 2026)
    browser = signed_in(browser_of(tenant), somebody)
    browser.submit(f"/certificates/{old}/replace")
    new = electronic(tenant)
    first = browser.get(f"/certificates/{new.id}/file").data
    assert "获取最新电子证书" not in browser.get("/certificates").text
    assert browser.submit(f"/certificates/{new.id}/refresh").status_code == 303
    assert browser.get(f"/certificates/{new.id}/file").data == first
    clock.advance(days=365)
    browser = signed_in(browser_of(tenant), somebody)
    hours(tenant, somebody, 2027)
    assert "获取最新电子证书" in browser.get("/certificates").text
    browser.submit(f"/certificates/{new.id}/refresh")
    second = browser.get(f"/certificates/{new.id}/file").data
    assert second != first and browser.get(f"/certificates/{new.id}/file?version=1").data == first
    assert "2027 年度，继续教育学时为 32 学时。" in text_of(second) and new.number in text_of(second)
    assert electronic(tenant).number == new.number
    assert browser.submit(f"/certificates/{old}/refresh").status_code == 422


def test_cleared_hours_suspend_what_was_issued(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-45, N-52: hours cleared after the issue suspend the certificate; studied again, it is 正常 again."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody)
    hours(tenant, somebody, 2026)
    browser = signed_in(browser_of(tenant), somebody)
    browser.submit(f"/certificates/{old}/replace")
    new = electronic(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert somebody.person_id
        withdraw_hours(ctx, f"test:{somebody.person_id}:资料员:2026", date(2026, 11, 21))
        settle(ctx, somebody.person_id, new.post_id)
    assert status_of(electronic(tenant)) is Status.SUSPENDED
    assert "2026年度学时已被清除" in browser.get(f"/certificates/{new.id}").text
    assert browser.submit(f"/certificates/{new.id}/refresh").status_code == 422
    with unit_of_work(tenant, NOBODY) as ctx:
        record_hours(ctx, person_of(ctx, somebody.person_id), ctx.db.get_one(Certificate, new.id).post, 2026, 32,
                     date(2026, 12, 1), source="test:again")
        settle(ctx, somebody.person_id, new.post_id)
    assert status_of(electronic(tenant)) is Status.NORMAL


def test_fifty_at_once_make_one(national: Tenant, browser_of: BrowserOf) -> None:
    """N-52, O7: fifty concurrent replacements of one certificate leave one electronic one, and one version of it."""
    somebody = holder(national)
    old = certificate(national, somebody)
    hours(national, somebody, 2026)
    browsers = [signed_in(browser_of(national), somebody) for _ in range(5)]
    for browser in browsers:
        browser.get(f"/certificates/{old}/replace")

    def attempts(browser: Browser) -> list[int]:
        return [browser.submit(f"/certificates/{old}/replace").status_code for _ in range(10)]

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = [status for statuses in pool.map(attempts, browsers) for status in statuses]
    assert answers.count(303) == 1 and set(answers) <= {303, 409, 503}
    with unit_of_work(national, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Certificate)).all()) == 2
        assert len(ctx.db.scalars(select(CertificateIssue)).all()) == 1
