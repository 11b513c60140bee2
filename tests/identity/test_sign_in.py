"""Signing in over HTTP, in two tenants (N-05, N-17, U1-U7)."""
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.access import Role
from core.base.clock import FixedClock
from core.identity.models import Account, LoginSession
from core.tenancy import Tenant, bound
from tests.browse import Browser
from tests.people import PASSWORD, Somebody, cookie, image_answer, signed_in, staff, trainee

Browsers = Callable[[Tenant], Browser]


def attempt(browser: Browser, name: str, password: str, tab: str = "person", **more: str) -> TestResponse:
    page = browser.get(f"/sign-in?tab={tab}")
    return browser.submit("/sign-in", {"tab": tab, "name": name, "password": password,
                                       **image_answer(browser.tenant, page.text), **more})


def enters(browser: Browser, path: str = "/sessions") -> bool:
    return browser.get(path).status_code == 200


def test_the_page_shows_the_three_tabs(tenant: Tenant, browser_of: Browsers) -> None:
    """N-05: 管理账号 | 机构账号 | 个人用户; 身份证号, 密码, 验证码; 登录; 忘记密码?."""
    text = browser_of(tenant).get("/sign-in").text
    assert text.index("管理账号") < text.index("机构账号") < text.index("个人用户")
    for words in ("身份证号", "密码", "验证码", ">登录</button>", "忘记密码?"):
        assert words in text


def test_a_trainee_signs_in_and_out(tenant: Tenant, browser_of: Browsers) -> None:
    """N-05."""
    person, browser = trainee(tenant), browser_of(tenant)
    answer = attempt(browser, person.id_number.lower(), PASSWORD)
    assert answer.status_code == 303 and answer.location == "/"
    assert enters(browser)
    browser.submit("/sign-out")
    assert browser.get("/sessions").status_code == 302


def test_a_link_that_leads_elsewhere_is_not_followed(tenant: Tenant, browser_of: Browsers) -> None:
    """U9."""
    person = trainee(tenant)
    assert attempt(browser_of(tenant), person.id_number, PASSWORD, next="//evil.example").location == "/"
    assert attempt(browser_of(tenant), person.id_number, PASSWORD, next="/sessions").location == "/sessions"


@pytest.mark.parametrize("role, tab", [
    (Role.ADMINISTRATOR, "management"), (Role.AUDITOR, "management"), (Role.REGULATOR, "management"),
    (Role.HOTLINE, "management"), (Role.APPROVER, "management"), (Role.WITNESS, "management"),
    (Role.INSTITUTION, "institution"), (Role.ENTERPRISE, "institution"), (Role.INVIGILATOR, "institution"),
])
def test_staff_sign_in_by_their_tab(national: Tenant, browser_of: Browsers, role: Role, tab: str) -> None:
    """N-05: each role by its tab; the other tab is named only to who knew the password."""
    clerk, browser = staff(national, role), browser_of(national)
    other = "institution" if tab == "management" else "management"
    assert "请从“" in attempt(browser, clerk.username, PASSWORD, other).text
    assert "不正确" in attempt(browser, clerk.username, "wrong", other).text
    assert attempt(browser, clerk.username.upper(), PASSWORD, tab).status_code == 303
    assert enters(browser)


def test_a_session_of_one_tenant_is_nothing_at_the_other(
        national: Tenant, jilin: Tenant, browser_of: Browsers) -> None:
    """T4: the token of A is unknown at B, the account too."""
    person = trainee(national)
    trainee(jilin, 2)
    assert attempt(browser_of(jilin), person.id_number, PASSWORD).status_code == 422
    browser = signed_in(browser_of(national), person)
    with cookie(browser) as session:
        token = session["sign_in"]
    elsewhere = browser_of(jilin)
    with cookie(elsewhere) as session:
        session["sign_in"] = token
    assert elsewhere.get("/sessions").status_code == 302


def test_known_and_unknown_get_the_same_page(tenant: Tenant, browser_of: Browsers) -> None:
    """R27: the same status and the same sentence."""
    person, browser = trainee(tenant, 1), browser_of(tenant)
    for number in (person.id_number, "110101199003070038"):
        answer = attempt(browser, number, "wrong-password")
        assert answer.status_code == 422
        assert "身份证号或密码不正确，请核对后重新输入。" in answer.text


def test_a_picture_code_is_good_once(tenant: Tenant, browser_of: Browsers) -> None:
    """N-08: used up by the first try, right or wrong; expired after five minutes."""
    person, browser = trainee(tenant), browser_of(tenant)
    code = image_answer(tenant, browser.get("/sign-in").text)
    typed = {"tab": "person", "name": person.id_number, "password": "wrong", **code}
    assert "身份证号或密码不正确" in browser.submit("/sign-in", typed).text
    assert "随机码不正确或已过期" in browser.submit("/sign-in", {**typed, "password": PASSWORD}).text


def test_a_picture_code_expires(tenant: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """N-08."""
    person, browser = trainee(tenant), browser_of(tenant)
    code = image_answer(tenant, browser.get("/sign-in").text)
    clock.advance(minutes=5)
    answer = browser.submit("/sign-in", {"tab": "person", "name": person.id_number, "password": PASSWORD, **code})
    assert answer.status_code == 422 and "随机码不正确或已过期" in answer.text


def test_the_picture_is_served_while_its_code_is_open(tenant: Tenant, browser_of: Browsers) -> None:
    browser = browser_of(tenant)
    code = image_answer(tenant, browser.get("/sign-in").text)
    assert browser.get(f"/codes/{code['image_id']}.png").data.startswith(b"\x89PNG")
    browser.submit("/sign-in", {"tab": "person", "name": "110101199003070038", "password": "x", **code})
    assert browser.get(f"/codes/{code['image_id']}.png").status_code == 404


def test_who_cannot_see_the_picture_gets_a_question(tenant: Tenant, browser_of: Browsers) -> None:
    """N-08: a sum in words that a screen reader says; what was typed stays, the password does not."""
    person, browser = trainee(tenant), browser_of(tenant)
    browser.get("/sign-in")
    page = browser.submit("/sign-in", {"tab": "person", "name": person.id_number, "renew": "spoken"}).text
    assert "等于多少？请写数字" in page and person.id_number in page
    typed = {"tab": "person", "name": person.id_number, "password": PASSWORD, **image_answer(tenant, page)}
    assert browser.submit("/sign-in", typed).status_code == 303


def test_a_new_picture_for_the_script(tenant: Tenant, browser_of: Browsers) -> None:
    browser = browser_of(tenant)
    browser.get("/sign-in")
    said = browser.submit("/codes", {"renew": "picture"}).json
    assert said is not None and browser.get(said["image"]["url"]).mimetype == "image/png"


def test_brute_force_is_slowed_and_never_locks(
        tenant: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """U2, R26: at most ten guesses in five minutes; the owner gets in when the wait is over."""
    person, browser = trainee(tenant), browser_of(tenant)
    verified = sum("身份证号或密码不正确" in attempt(browser, person.id_number, f"guess-{n}").text for n in range(14))
    assert verified == 5
    refused = attempt(browser, person.id_number, PASSWORD)
    assert refused.status_code == 429 and "分钟后再登录" in refused.text
    clock.advance(minutes=5)
    assert attempt(browser, person.id_number, PASSWORD).status_code == 303


def test_an_address_has_its_own_limit(national: Tenant, browser_of: Browsers) -> None:
    """U2: many accounts from one address; another address is not touched."""
    people = [trainee(national, n) for n in range(1, 22)]
    browser = browser_of(national)
    answers = [attempt(browser, person.id_number, "wrong") for person in people[:20] for _ in range(4)]
    allowed = national.rules(national.clock.now()).account.tries_per_address
    assert [answer.status_code for answer in answers].count(422) == allowed
    assert attempt(browser, people[20].id_number, PASSWORD).status_code == 429
    elsewhere = browser_of(national)
    elsewhere.address = "203.0.113.99"
    assert attempt(elsewhere, people[20].id_number, PASSWORD).status_code == 303


def test_fifty_at_once_are_not_fifty_guesses(national: Tenant, browser_of: Browsers) -> None:
    """U2: an attempt is counted before it is judged."""
    person = trainee(national)
    pages = []
    for _ in range(20):
        browser = browser_of(national)
        pages.append((browser, {"tab": "person", "name": person.id_number, "password": "wrong",
                                **image_answer(national, browser.get("/sign-in").text)}))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: pair[0].submit("/sign-in", pair[1]), pages))
    assert sum(answer.status_code == 422 for answer in answers) <= 5


def test_idle_and_absolute_ends(tenant: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """U6: half an hour without a click, or twelve hours in all."""
    person = trainee(tenant)
    browser = signed_in(browser_of(tenant), person)
    for _ in range(24):
        clock.advance(minutes=29)
        assert enters(browser)
    clock.advance(minutes=29)
    assert not enters(browser)
    browser = signed_in(browser_of(tenant), person)
    clock.advance(minutes=30)
    assert not enters(browser)


def test_a_disabled_account_is_out_at_once(tenant: Tenant, browser_of: Browsers) -> None:
    """U6."""
    person = trainee(tenant)
    browser = signed_in(browser_of(tenant), person)
    with bound(tenant), tenant.session(write=True) as db, db.begin():
        db.get_one(Account, person.account_id).disabled_at = tenant.clock.now()
    assert not enters(browser)
    assert attempt(browser_of(tenant), person.id_number, PASSWORD).status_code == 422


def test_every_sign_in_gets_a_session_of_its_own(tenant: Tenant, browser_of: Browsers) -> None:
    """U6: no fixation; the table keeps only the token's digest."""
    person, browser = trainee(tenant), browser_of(tenant)
    tokens = set()
    for _ in range(2):
        attempt(browser, person.id_number, PASSWORD)
        with cookie(browser) as session:
            tokens.add(session["sign_in"])
        assert enters(browser)
        browser.submit("/sign-out")
    assert len(tokens) == 2
    with bound(tenant), tenant.session(write=False) as db:
        assert not tokens & {row.token_digest for row in db.scalars(select(LoginSession))}


def test_one_ends_the_session_of_another_device(tenant: Tenant, browser_of: Browsers) -> None:
    """U6; somebody else's session is 404."""
    person, stranger = trainee(tenant, 1), trainee(tenant, 2)
    here, there, other = (signed_in(browser_of(tenant), who) for who in (person, person, stranger))
    listed = here.get("/sessions").text
    target = listed.split("/sessions/", 1)[1].split("/end", 1)[0]
    other.get("/sessions")
    assert other.submit(f"/sessions/{target}/end").status_code == 404
    assert enters(there)
    assert here.submit(f"/sessions/{target}/end").status_code == 303
    assert not enters(there) and enters(here)


def test_a_form_without_its_token_does_nothing(tenant: Tenant, browser_of: Browsers) -> None:
    """U7."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    assert browser.post("/sign-out").status_code == 400
    assert enters(browser)


def test_stored_secrets_do_not_fit_the_weak_list(tenant: Tenant) -> None:
    """R25: an account that still has its initial password keeps no hash at all."""
    person: Somebody = trainee(tenant, initial=True)
    with bound(tenant), tenant.session(write=False) as db:
        account = db.get_one(Account, person.account_id)
        assert account.password_hash is None and account.initial == "phone"
