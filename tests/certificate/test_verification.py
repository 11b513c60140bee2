"""证书联网查询: by number, by QR code, by file; what it says, and what it keeps to itself."""
import io
import random
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from core.access import NOBODY
from core.base.clock import FixedClock
from core.certificate import settle
from core.certificate.models import CertificateIssue
from core.registry import Certificate, Kind, withdraw_hours
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.certificate.holders import certificate, holder, hours
from tests.people import Somebody, signed_in

BrowserOf = Callable[[Tenant], Browser]


@pytest.fixture
def issued(tenant: Tenant, browser_of: BrowserOf) -> tuple[Somebody, Certificate, str, bytes]:
    """A holder with an electronic certificate: who, which, its QR token, its file."""
    somebody = holder(tenant)
    old = certificate(tenant, somebody)
    hours(tenant, somebody, 2026)
    browser = signed_in(browser_of(tenant), somebody)
    browser.submit(f"/certificates/{old}/replace")
    with unit_of_work(tenant, NOBODY) as ctx:
        new = ctx.db.scalars(select(Certificate).where(Certificate.kind == Kind.ELECTRONIC)).one()
        token = ctx.db.scalars(select(CertificateIssue)).one().document.token
    return somebody, new, token, browser.get(f"/certificates/{new.id}/file").data


Issued = tuple[Somebody, Certificate, str, bytes]


def upload(browser: Browser, data: bytes) -> str:
    browser.get("/verify")
    return browser.submit("/verify/file", {"file": (io.BytesIO(data), "a.pdf")},
                          content_type="multipart/form-data").text


def test_by_number(tenant: Tenant, browser_of: BrowserOf, issued: Issued) -> None:
    """N-06, U3: masked name and ID, post, years, status, as-of date; no photo, since numbers can be counted up."""
    somebody, held, _token, _pdf = issued
    browser = browser_of(tenant)
    answer = browser.submit("/verify", {"number": f" {held.number[:4]}　{held.number[4:]} "})
    assert answer.status_code == 303 and answer.location.endswith(f"/verify/n/{held.number}")
    page = browser.get(answer.location).text
    for words in ("有效", "王**", somebody.id_number[:6] + "********" + somebody.id_number[-4:], "资料员", held.number,
                  "2026 年度，继续教育学时为 32 学时。", "以上为 2026年11月20日 12:00 的状态"):
        assert words in page, words
    assert "王小明" not in page and somebody.id_number not in page and "/photo" not in page


def test_by_qr_code(tenant: Tenant, browser_of: BrowserOf, issued: Issued) -> None:
    """N-53: the code on the paper leads to the same facts, with the photo to compare the face."""
    _somebody, held, token, _pdf = issued
    browser = browser_of(tenant)
    page = browser.get(f"/verify/q/{token}")
    assert page.status_code == 200 and held.number in page.text and f"/verify/q/{token}/photo" in page.text
    photo = browser.get(f"/verify/q/{token}/photo")
    assert photo.mimetype == "image/jpeg" and photo.data.startswith(b"\xff\xd8")
    assert browser.get("/verify/q/nobody").status_code == 404
    assert browser.get("/verify/q/nobody/photo").status_code == 404


def test_by_file(tenant: Tenant, browser_of: BrowserOf, issued: Issued) -> None:
    """R35: the file itself is ours; with any byte flipped, or a revision appended, it is not."""
    _somebody, held, _token, pdf = issued
    browser = browser_of(tenant)
    assert "有效" in upload(browser, pdf) and held.number in upload(browser, pdf)
    chance = random.Random(35)
    for _ in range(12):
        changed = bytearray(pdf)
        changed[chance.randrange(len(pdf))] ^= 1 << chance.randrange(8)
        assert "不是本平台签发的文件" in upload(browser, bytes(changed))
    assert "不是本平台签发的文件" in upload(browser, pdf + b"\n")
    assert "不是本平台签发的文件" in upload(browser, b"%PDF-1.4 somebody else's")


def test_what_became_of_it(tenant: Tenant, browser_of: BrowserOf, issued: Issued, clock: FixedClock) -> None:
    """N-52, N-57: the old paper one 已作废, an earlier version 已有新版, a suspended one 已暂停."""
    somebody, held, token, pdf = issued
    anybody = browser_of(tenant)
    assert "已作废" in anybody.get("/verify/n/12161140001").text
    clock.advance(days=365)
    hours(tenant, somebody, 2027)
    signed_in(browser_of(tenant), somebody).submit(f"/certificates/{held.id}/refresh")
    assert "已有新版" in anybody.get(f"/verify/q/{token}").text
    assert "已有新版" in upload(anybody, pdf)
    newest = anybody.get(f"/verify/n/{held.number}").text
    assert "有效" in newest and "2027 年度，继续教育学时为 32 学时。" in newest
    with unit_of_work(tenant, NOBODY) as ctx:
        assert somebody.person_id
        withdraw_hours(ctx, f"test:{somebody.person_id}:资料员:2026", date(2027, 11, 21))
        settle(ctx, somebody.person_id, held.post_id)
    for path in (f"/verify/q/{token}", f"/verify/n/{held.number}"):
        assert "已暂停" in anybody.get(path).text


def test_nothing_found_is_a_plain_answer(tenant: Tenant, browser_of: BrowserOf) -> None:
    answer = browser_of(tenant).get("/verify/n/999")
    assert answer.status_code == 404 and "没有查到" in answer.text


def test_an_id_number_never_gets_into_an_address(tenant: Tenant, browser_of: BrowserOf, issued: Issued) -> None:
    """U3, F13: typed into the wrong box it is sent back in words; in an address it leads nowhere."""
    somebody = issued[0]
    browser = browser_of(tenant)
    answer = browser.submit("/verify", {"number": somebody.id_number})
    assert answer.status_code == 422 and "这是身份证号" in answer.text
    assert browser.get(f"/verify/n/{somebody.id_number}").status_code == 302


def test_other_tenants_know_nothing(national: Tenant, jilin: Tenant, browser_of: BrowserOf) -> None:
    """T1: number, QR code and file of one tenant are unknown in another."""
    somebody = holder(national)
    old = certificate(national, somebody)
    hours(national, somebody, 2026)
    browser = signed_in(browser_of(national), somebody)
    shown = browser.get(browser.submit(f"/certificates/{old}/replace").location).text
    token = re.findall(r"/verify/q/([\w-]+)", shown)[0]
    held = re.findall(r"/certificates/([0-9a-f-]{36})/file", shown)[0]
    pdf = browser.get(f"/certificates/{held}/file").data
    other = browser_of(jilin)
    assert other.get(f"/verify/q/{token}").status_code == 404
    assert other.get("/verify/n/222026000001").status_code == 404
    assert "不是本平台签发的文件" in upload(other, pdf)


def test_lookups_are_limited(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """R27, U3: a hundred an hour from one address, then 429 with the time to wait; others go on."""
    browser = browser_of(tenant)
    statuses = [browser.get(f"/verify/n/{number}").status_code for number in range(101)]
    assert statuses[:100] == [404] * 100 and statuses[100] == 429
    elsewhere = browser_of(tenant)
    elsewhere.address = "203.0.113.99"
    assert elsewhere.get("/verify/n/1").status_code == 404
    clock.advance(minutes=61)
    assert browser.get("/verify/n/1").status_code == 404


def test_bad_uploads(tenant: Tenant, browser_of: BrowserOf) -> None:
    browser = browser_of(tenant)
    browser.get("/verify")
    assert browser.submit("/verify/file", {}).status_code == 422
    assert browser.submit("/verify", {"number": "  "}).status_code == 422
    answer = browser.submit("/verify/file", {"file": (io.BytesIO(b"x" * 5_000_001), "a.pdf")},
                            content_type="multipart/form-data")
    assert answer.status_code == 422 and "5 MB" in answer.text
