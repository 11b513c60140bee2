"""Sign-in from a new device, and each change of password, by SMS code (GD-05), over HTTP in Guangdong."""
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock
from core.identity import person_of, set_phone
from core.identity.models import KnownDevice, LoginSession
from core.identity.rules import code_wanted
from core.tenancy import NOBODY, Tenant, unit_of_work
from tests.browse import Browser
from tests.identity.test_sign_in import attempt, enters
from tests.people import PASSWORD, Somebody, newest_code, phone, signed_in, staff, trainee
from tests.registration.test_register import ME, register

Browsers = Callable[[Tenant], Browser]
NEW = "Tower-crane9x"


def ask(browser: Browser, path: str, who: Somebody, **typed: str) -> str:
    """Press 获取验证码 and read the SMS."""
    browser.get(path)
    assert browser.submit(path, {**typed, "send_code": "1"}).status_code == 200
    return newest_code(browser.tenant, who.phone)


def leave(browser: Browser) -> None:
    browser.get("/sessions")
    assert browser.submit("/sign-out").status_code == 303


def arrive(tenant: Tenant, browser_of: Browsers, who: Somebody, clock: FixedClock) -> Browser:
    """A browser that has proven the phone; the pause between two SMS is over."""
    browser = browser_of(tenant)
    assert attempt(browser, who.id_number, PASSWORD).location == "/sign-in/code"
    done = browser.submit("/sign-in/code", {"sms_code": ask(browser, "/sign-in/code", who)})
    assert done.status_code == 303 and done.location == "/"
    clock.advance(minutes=2)
    return browser


@pytest.mark.parametrize("rule, of_trainee, of_staff", [
    ("none", False, False), ("trainee", True, False), ("all", True, True), ("tarinee", True, False)])
def test_of_whom_a_code_is_asked(rule: str, of_trainee: bool, of_staff: bool) -> None:
    """GD-05: a word that is none of the rule's asks the trainees rather than nobody."""
    assert code_wanted(rule, staff=False) is of_trainee and code_wanted(rule, staff=True) is of_staff


def test_a_new_device_proves_the_phone_once(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-05: nothing is open before the code; the device is known afterwards, another one is not."""
    who = trainee(guangdong)
    browser = browser_of(guangdong)
    answer = attempt(browser, who.id_number, PASSWORD, next="/sessions")
    assert answer.location == "/sign-in/code?next=/sessions"
    for path in ("/sessions", "/record", "/password", "/home"):
        assert "/sign-in" in (browser.get(path).location or ""), path
    page = browser.get("/sign-in/code").text
    assert "138****0001" in page and who.phone not in page and "到为您报名的培训机构" in page
    code = ask(browser, "/sign-in/code", who)
    assert browser.submit("/sign-in/code", {"sms_code": "000000"}).status_code == 422
    done = browser.submit("/sign-in/code", {"sms_code": code, "next": "/sessions"})
    assert done.location == "/sessions" and enters(browser)
    cookie = next(one for one in done.headers.getlist("Set-Cookie") if one.startswith("jx-device-guangdong="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=15552000" in cookie
    with unit_of_work(guangdong, NOBODY) as ctx:
        stored = ctx.db.scalars(select(KnownDevice.token_digest)).one()
        assert stored not in cookie
    leave(browser)
    assert attempt(browser, who.id_number, PASSWORD).location == "/"
    assert attempt(browser_of(guangdong), who.id_number, PASSWORD).location == "/sign-in/code"


def test_a_device_is_one_accounts(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-05: the same browser asks again for another account, and knows both afterwards."""
    first, second = trainee(guangdong), trainee(guangdong, 2)
    browser = arrive(guangdong, browser_of, first, guangdong_clock)
    leave(browser)
    assert attempt(browser, second.id_number, PASSWORD).location == "/sign-in/code"
    browser.submit("/sign-in/code", {"sms_code": ask(browser, "/sign-in/code", second)})
    for who in (first, second):
        leave(browser)
        assert attempt(browser, who.id_number, PASSWORD).location == "/"


def test_wrong_codes_run_out_and_the_page_does_not_stay_open(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """N-08, U5: five tries of a code, one SMS a minute; after 15 minutes the sign-in begins again."""
    who = trainee(guangdong)
    browser = browser_of(guangdong)
    attempt(browser, who.id_number, PASSWORD)
    code = ask(browser, "/sign-in/code", who)
    again = browser.submit("/sign-in/code", {"send_code": "1"})
    assert again.status_code == 429 and "秒后再获取" in again.text
    for _try in range(5):
        assert browser.submit("/sign-in/code", {"sms_code": "000000"}).status_code == 422
    assert browser.submit("/sign-in/code", {"sms_code": code}).status_code == 422
    guangdong_clock.advance(minutes=16)
    assert browser.submit("/sign-in/code", {"sms_code": code}).location == "/sign-in"
    assert "请重新登录" in browser.get("/sign-in").text
    assert browser_of(guangdong).get("/sign-in/code").status_code == 303


def test_a_code_for_one_purpose_opens_nothing_else(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-05, U5: the code of the sign-in changes no password, the code of the password opens no sign-in."""
    who = trainee(guangdong)
    inside = arrive(guangdong, browser_of, who, guangdong_clock)
    outside = browser_of(guangdong)
    attempt(outside, who.id_number, PASSWORD)
    of_sign_in = ask(outside, "/sign-in/code", who)
    typed = {"current": PASSWORD, "new_password": NEW, "repeated": NEW}
    inside.get("/password")
    refused = inside.submit("/password", {**typed, "sms_code": of_sign_in})
    assert refused.status_code == 422 and "短信验证码不正确" in refused.text
    guangdong_clock.advance(minutes=2)
    of_password = ask(inside, "/password", who)
    assert outside.submit("/sign-in/code", {"sms_code": of_password}).status_code == 422
    assert inside.submit("/password", {**typed, "sms_code": of_password}).status_code == 303


def test_each_change_of_password_needs_both(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-05: 密码修改的短信验证; the old password and the code, each wrong one with its own sentence."""
    who = trainee(guangdong)
    browser = arrive(guangdong, browser_of, who, guangdong_clock)
    code = ask(browser, "/password", who)
    typed = {"new_password": NEW, "repeated": NEW}
    wrong = browser.submit("/password", {**typed, "current": "wrong", "sms_code": code})
    assert wrong.status_code == 422 and "当前密码不正确" in wrong.text
    assert browser.submit("/password", {**typed, "current": PASSWORD, "sms_code": ""}).status_code == 422
    assert browser.submit("/password", {**typed, "current": PASSWORD, "sms_code": code}).status_code == 303
    leave(browser)
    assert attempt(browser, who.id_number, NEW).location == "/"


def test_the_initial_password_reaches_only_the_change_page(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-08, A.7, X-05: 111111 and the SMS code there; no second code before it, and the device is known after it."""
    who = trainee(guangdong, initial=True)
    browser = browser_of(guangdong)
    assert attempt(browser, who.id_number, who.phone).status_code == 422
    assert attempt(browser, who.id_number, "111111").location == "/password"
    for path in ("/record", "/sessions", "/home"):
        assert browser.get(path).location == "/password"
    assert browser.get("/sign-in/code").location == "/sign-in"
    typed = {"new_password": NEW, "repeated": NEW}
    browser.get("/password")
    assert browser.submit("/password", {**typed, "sms_code": "000000"}).status_code == 422
    code = ask(browser, "/password", who)
    assert browser.submit("/password", {"new_password": "111111", "repeated": "111111",
                                        "sms_code": code}).status_code == 422
    assert browser.submit("/password", {**typed, "sms_code": code}).status_code == 303 and enters(browser)
    leave(browser)
    assert attempt(browser, who.id_number, NEW).location == "/"
    assert attempt(browser_of(guangdong), who.id_number, "111111").status_code == 422


def test_who_registers_is_known_at_once(
        guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-08: self-registration exists; its SMS code has proven the phone on this device."""
    browser = browser_of(guangdong)
    assert register(browser).location == "/basics"
    assert "本机" in browser.get("/sessions").text
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert ctx.db.scalars(select(KnownDevice)).one().revoked_at is None
    assert ME["phone"] not in browser.get("/sessions").text


def test_a_device_is_taken_away(guangdong: Tenant, browser_of: Browsers, guangdong_clock: FixedClock) -> None:
    """GD-05: 我的设备 with 移除, one's own only; another phone on file makes every device new."""
    who, other = trainee(guangdong), trainee(guangdong, 2)
    browser = arrive(guangdong, browser_of, who, guangdong_clock)
    page = browser.get("/sessions").text
    assert "我的设备" in page and "本机" in page
    path = page.split('action="/devices/')[1].split('"')[0]
    assert signed_in(browser_of(guangdong), other).submit(f"/devices/{path}").status_code == 404
    assert browser.submit(f"/devices/{path}").status_code == 303
    assert browser.submit(f"/devices/{path}").status_code == 404
    leave(browser)
    assert attempt(browser, who.id_number, PASSWORD).location == "/sign-in/code"
    browser.submit("/sign-in/code", {"sms_code": ask(browser, "/sign-in/code", who)})
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert who.person_id is not None
        set_phone(ctx, person_of(ctx, who.person_id), phone(9))
    leave(browser)
    assert attempt(browser, who.id_number, PASSWORD).location == "/sign-in/code"


def asks(tenant: Tenant, rule: str) -> None:
    """Set `account.new_device_code` of a test's tenant."""
    rule_set = tenant.file.rule_set
    account = replace(rule_set.rules.account, new_device_code=rule)
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=replace(rule_set.rules, account=account)))


def test_staff_only_where_the_rule_says_so(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-05 speaks of trainees; a tenant may ask its staff as well, those with a phone on file."""
    with_phone, without = staff(guangdong, Role.AUDITOR, phone=phone(5)), staff(guangdong, Role.HOTLINE)

    def lands(who: Somebody) -> Any:
        return attempt(browser_of(guangdong), who.username, PASSWORD, "management").location

    assert lands(with_phone) == "/"
    asks(guangdong, "all")
    assert lands(with_phone) == "/sign-in/code" and lands(without) == "/"


def test_elsewhere_no_device_is_kept(tenant: Tenant, browser_of: Browsers) -> None:
    """X-08: nationally and in Jilin the password is enough, and nothing is noted of devices."""
    who, browser = trainee(tenant), browser_of(tenant)
    answer = attempt(browser, who.id_number, PASSWORD)
    assert answer.location == "/" and "jx-device" not in str(answer.headers)
    assert "我的设备" not in browser.get("/sessions").text
    with unit_of_work(tenant, NOBODY) as ctx:
        assert ctx.db.scalars(select(KnownDevice)).all() == []
        assert ctx.db.scalars(select(LoginSession.stage)).all() == ["full"]
