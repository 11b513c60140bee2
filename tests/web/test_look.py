"""Values as people read them, pages of lists, the tenant's colours, the frame."""
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from core.tenancy import Tenant
from core.web import JianxueFlask, filters
from core.web.errorpages import ERRORS
from core.web.look import tenant_css
from core.web.paging import Page, asked, page_in
from tests.browse import Browser


@pytest.mark.parametrize(("said", "expected"), [
    (lambda: filters.day(datetime(2026, 11, 19, 16, 30, tzinfo=UTC)), "2026年11月20日"),
    (lambda: filters.day(date(2016, 4, 9)), "2016年4月9日"),
    (lambda: filters.daytime(datetime(2026, 11, 20, 1, 5, tzinfo=UTC)), "2026年11月20日 09:05"),
    (lambda: filters.isoday(datetime(2019, 12, 5, 20, 0, tzinfo=UTC)), "2019-12-06"),
    (lambda: filters.yuan(12800), "¥128.00"),
    (lambda: filters.yuan(128000005), "¥1,280,000.05"),
    (lambda: filters.yuan(-50), "-¥0.50"),
    (lambda: filters.masked_id("110101199003071234"), "110101********1234"),
    (lambda: filters.masked_phone("13800138000"), "138****8000"),
    (lambda: filters.grouped_id("11010119900307123X"), '<span class="jx-num">110101 19900307 123X</span>'),
    (lambda: filters.grouped_phone("13800138000"), '<span class="jx-num">138 0013 8000</span>'),
    (lambda: filters.grouped_phone("<b>"), "&lt;b&gt;"),
    (lambda: filters.clock(3593), "59分53秒"),
    (lambda: filters.clock(7325), "2小时2分5秒"),
], ids=["day", "date", "time", "N-50", "yuan", "much", "less", "id", "phone", "6-8-4", "3-4-4", "odd", "N-42", "2h"])
def test_values_as_people_read_them(app: JianxueFlask, said: Callable[[], str], expected: str) -> None:
    """N-42: 倒计时 59分53秒; N-50: 2019-12-06; look: ¥128.00, 6-8-4, 3-4-4."""
    with app.test_request_context():
        assert str(said()) == expected


@pytest.mark.parametrize(("args", "expected"), [
    ({}, (1, 10)), ({"page": "3", "size": "3"}, (3, 3)),
    ({"page": "-1"}, (1, 10)), ({"page": "x", "size": "7"}, (1, 10)),
    ({"page": "9" * 40}, (1, 10)), ({"page": "²"}, (1, 10)),
])
def test_nonsense_in_the_address_is_the_first_page(args: dict[str, str], expected: tuple[int, int]) -> None:
    assert asked(args) == expected


def test_past_the_end_is_the_last_page() -> None:
    """N-31: 3条/页."""
    page = page_in(list(range(7)), {"page": "99", "size": "3"})
    assert (page.items, page.number, page.pages, page.total) == ([6], 3, 3, 7)
    assert Page([], 0).pages == 1
    assert Page([], 100, 5, 10).near == [1, None, 4, 5, 6, None, 10]


def test_tenant_colours_are_a_stylesheet(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """The CSP allows no inline style, so the tenant's colours come as a file."""
    answer = browser_of(tenant).get("/tenant.css")
    rules = tenant.rules(tenant.clock.now()).portal
    assert answer.mimetype == "text/css"
    assert f"--brand:{rules.brand};" in answer.text
    assert tenant_css("#204060", "#ffffff") == (
        ":root{--brand:#204060;--brand-ink:#ffffff;--brand-dark:#183048;--brand-soft:#edf0f2}\n")


def test_error_pages_are_in_plain_words(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    answer = browser_of(tenant).get("/no-such-page")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text
    assert "请检查网址，或者从首页重新进入。" in answer.text
    assert tenant.rules(tenant.clock.now()).portal.managed_name in answer.text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_every_error_has_a_title_and_a_next_step(app: JianxueFlask, status: int) -> None:
    with app.test_request_context():
        assert str(ERRORS[status].title) and str(ERRORS[status].next_step).endswith("。")


def test_static_files_with_a_digest_are_kept(browser_of: Callable[[Tenant], Browser], national: Tenant) -> None:
    browser = browser_of(national)
    page = browser.get("/_styleguide/")
    assert page.status_code == 200
    addresses = [part.split('"')[0] for part in page.text.split('href="')[1:] if "?v=" in part.split('"')[0]]
    assert any("bootstrap.min.css" in address for address in addresses)
    for address in addresses:
        answer = browser.get(address.replace("&amp;", "&").split("#")[0])
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]


def test_no_page_names_another_origin_or_inline_code(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """CSP: script-src 'self', style-src 'self'."""
    browser = browser_of(tenant)
    for layout in ("portal", "public", "console"):
        text = browser.get(f"/_styleguide/?layout={layout}").text
        assert ' style="' not in text and "<style" not in text and " onclick=" not in text
        assert 'src="http' not in text and 'rel="stylesheet" href="http' not in text


def test_the_form_comes_back_with_its_errors(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    browser = browser_of(tenant)
    answer = browser.submit("/_styleguide/", {"name": "<李>", "id_number": "1", "password": "hidden-word"})
    assert answer.status_code == 422
    assert 'href="#f-id_number"' in answer.text and 'aria-invalid="true"' in answer.text
    assert 'value="&lt;李&gt;"' in answer.text
    assert "hidden-word" not in answer.text


def test_preferences_are_remembered(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    browser = browser_of(tenant)
    browser.get("/_styleguide/")
    answer = browser.submit("/preferences", {"locale": "en", "large": "1", "back": "/_styleguide/?page=2"})
    assert (answer.status_code, answer.location) == (303, "/_styleguide/?page=2")
    text = browser.get("/_styleguide/").text
    assert '<html lang="en" class="jx-large">' in text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_preferences_lead_nowhere_else(browser_of: Callable[[Tenant], Browser], national: Tenant, back: str) -> None:
    browser = browser_of(national)
    browser.get("/_styleguide/")
    assert browser.submit("/preferences", {"large": "1", "back": back}).location == "/"
