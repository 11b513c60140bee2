"""学时证明 over HTTP, in two tenants: from the button that explains to the file that never changes."""
import io
from collections.abc import Callable

import pypdf

from core.access import Role
from core.tenancy import Tenant
from tests.audit.cases import Audited, case_of, examined, finished, studied
from tests.audit.test_audit import CHEATED, decide
from tests.browse import Browser
from tests.people import signed_in, staff

BrowserOf = Callable[[Tenant], Browser]


def passed(tenant: Tenant, auditor: Browser, one: Audited) -> None:
    examined(tenant, one)
    finished(tenant, one)
    assert decide(auditor, tenant, one, "pass") == 303


def test_the_button_says_what_is_missing(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-49, N-32: 学时审核与考核全部通过后; before that each step is named, and a post does nothing."""
    one = studied(tenant)
    trainee = signed_in(browser_of(tenant), one.who)
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    assert "考核合格并通过审核后可打印" in trainee.get(f"/proofs/{one.enrollment}").text
    assert trainee.submit(f"/proofs/{one.enrollment}").status_code == 422
    examined(tenant, one)
    finished(tenant, one)
    assert "正在等待审核，通过后可打印" in trainee.get(f"/proofs/{one.enrollment}").text
    assert "正在等待审核，通过后可打印" in trainee.get("/training").text
    assert trainee.submit(f"/proofs/{one.enrollment}").status_code == 422
    assert decide(auditor, tenant, one, "pass") == 303
    assert f'action="/proofs/{one.enrollment}"' in trainee.get("/training").text


def test_drawn_once_and_the_same_ever_after(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-49: the PDF with name, post, year, hours, score, number, QR domain; frozen bytes at each download."""
    one = studied(tenant)
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    passed(tenant, auditor, one)
    trainee = signed_in(browser_of(tenant), one.who)
    answer = trainee.submit(f"/proofs/{one.enrollment}")
    assert answer.status_code == 303
    page = trainee.get(answer.location).text
    assert "XS2026000001" in page
    first = trainee.get(f"/proofs/{one.enrollment}/file")
    text = "".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(first.data)).pages)
    for words in ("学时证明", "王小明", "资料员", "2026年1月1日至2026年12月31日", "32 学时", "86 分", "XS2026000001",
                  "2026年11月20日", tenant.file.hosts[0]):
        assert words in text, words
    trainee.submit(f"/proofs/{one.enrollment}")
    assert trainee.get(f"/proofs/{one.enrollment}/file").data == first.data
    anybody = browser_of(tenant)
    assert "有效" in anybody.get("/verify/n/XS2026000001").text
    stranger = signed_in(browser_of(tenant), studied(tenant, 2).who)
    for path in ("", "/file"):
        assert stranger.get(f"/proofs/{one.enrollment}{path}").status_code == 404
    assert stranger.submit(f"/proofs/{one.enrollment}").status_code == 404


def test_clearing_withdraws_it(tenant: Tenant, browser_of: BrowserOf) -> None:
    """N-45: hours cleared after the proof was printed; whoever looks it up learns that it stands no longer."""
    one = studied(tenant)
    auditor = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    passed(tenant, auditor, one)
    trainee = signed_in(browser_of(tenant), one.who)
    trainee.submit(f"/proofs/{one.enrollment}")
    pdf = trainee.get(f"/proofs/{one.enrollment}/file").data
    assert decide(auditor, tenant, one, "clear", **CHEATED) == 303
    assert trainee.get(f"/proofs/{one.enrollment}/file").status_code == 404
    anybody = browser_of(tenant)
    assert "已撤回" in anybody.get("/verify/n/XS2026000001").text
    anybody.get("/verify")
    upload = {"file": (io.BytesIO(pdf), "a.pdf")}
    assert "已撤回" in anybody.submit("/verify/file", upload, content_type="multipart/form-data").text
    assert case_of(tenant, one).state == "cleared"
