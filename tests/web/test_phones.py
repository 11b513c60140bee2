"""A phone for study only (BJ-04, X-25), over HTTP."""
from collections.abc import Callable

import pytest

from core.access import Role
from core.tenancy import Tenant
from tests.browse import Browser
from tests.people import signed_in, staff, trainee

Browsers = Callable[[Tenant], Browser]
PHONE = ("Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
         "Safari/537.36")
TABLET = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
SENTENCE = "手机仅用于在线学习，其他业务请用电脑办理。"
OPEN = ("/training", "/record", "/basics", "/record/scans", "/record/phone", "/password", "/sessions", "/help", "/flow")
CLOSED = ("/education", "/education/choose", "/certificates", "/employment", "/tests", "/messages", "/orders")


def on(browser: Browser, agent: str, **hints: str) -> Browser:
    browser.environ_base["HTTP_USER_AGENT"] = agent
    browser.environ_base.update({f"HTTP_{name.upper()}": value for name, value in hints.items()})
    return browser


@pytest.fixture
def phone(beijing: Tenant, browser_of: Browsers) -> Browser:
    return on(signed_in(browser_of(beijing), trainee(beijing)), PHONE)


def test_what_is_needed_for_study_is_open(phone: Browser) -> None:
    """BJ-04, BJ-06: the trainings, the file, photo, ID card, phone, password; home leads to 我的培训."""
    for path in OPEN:
        assert phone.get(path).status_code == 200, path
    assert phone.get("/").location == "/home" and phone.get("/home").location == "/training"


def test_everything_else_says_where_to_go(phone: Browser) -> None:
    """BJ-04: 小程序仅用于在线学习; a page with the sentence, the address for the computer and a way on."""
    for path in CLOSED:
        answer = phone.get(path)
        assert answer.status_code == 403, path
        for words in (SENTENCE, "http://beijing.localhost", 'href="/home"', "电脑版"):
            assert words in answer.text
    asked = phone.get("/education", headers={"Accept": "application/json"})
    assert asked.status_code == 403 and asked.json is not None and asked.json["code"] == "phone_study_only"
    phone.get("/training")
    assert phone.submit("/education/choose", {"choice": "x"}).status_code == 403


def test_the_menu_is_reduced(phone: Browser, beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-04: 我的培训 and one's file; on a computer all of it."""
    menu = phone.get("/training").text
    assert SENTENCE in menu
    for words in ("继续教育</a>", "证书管理</a>", "办到哪一步</a>"):
        assert words not in menu
    computer = on(signed_in(browser_of(beijing), trainee(beijing, 2)), COMPUTER).get("/training").text
    assert SENTENCE not in computer and "继续教育</a>" in computer and "电脑版" not in computer


def test_the_switch_opens_the_rest_and_closes_it_again(phone: Browser) -> None:
    """BJ-04: 电脑版 for who is taken for a phone wrongly."""
    assert ">电脑版</button>" in phone.get("/training").text
    assert phone.submit("/preferences", {"desktop": "1", "back": "/education"}).location == "/education"
    page = phone.get("/education")
    assert page.status_code == 200 and ">手机版</button>" in page.text
    phone.submit("/preferences", {"desktop": "0", "back": "/training"})
    assert phone.get("/education").status_code == 403


@pytest.mark.parametrize("agent, hints, closed", [
    (PHONE, {}, True), (TABLET, {}, False), (COMPUTER, {}, False),
    (PHONE, {"sec_ch_ua_mobile": "?0"}, True), (COMPUTER, {"sec_ch_ua_mobile": "?1"}, True)])
def test_what_a_browser_says_of_itself(beijing: Tenant, browser_of: Browsers, agent: str, hints: dict[str, str],
                                       closed: bool) -> None:
    """X-25: the client hint or the user agent; a tablet is no phone."""
    browser = on(signed_in(browser_of(beijing), trainee(beijing)), agent, **hints)
    assert (browser.get("/education").status_code == 403) is closed


def test_staff_and_other_tenants_are_not_concerned(beijing: Tenant, tenant: Tenant, browser_of: Browsers) -> None:
    """X-25: nationally and in Jilin a phone does all; so do a clerk's pages anywhere."""
    assert on(signed_in(browser_of(tenant), trainee(tenant)), PHONE).get("/education").status_code == 200
    clerk = on(signed_in(browser_of(beijing), staff(beijing, Role.ADMINISTRATOR)), PHONE)
    assert clerk.get("/admin/").status_code == 200
