"""北京建工集团: its plugin and settings over HTTP (BJ-01 … BJ-16)."""
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from core.contract.values import EnrollmentFacts
from core.cycle.queries import enrollments_of
from core.extension import hooks
from core.identity import Person, person_facts, person_of
from core.organization import seed_posts
from core.registry.sheet import Holding
from core.tenancy import NOBODY, Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.course.conftest import ask_for_presence, enroll, seed_packages
from tests.identity.test_sign_in import attempt
from tests.people import Somebody, id_number, newest_code, phone, signed_in, trainee
from tests.registration.test_papers import card, send
from tests.registry.test_service import fill_with

Browsers = Callable[[Tenant], Browser]
IMPORTANT = ("登陆操作系统后，在个人管理后台“我的档案”菜单中，一定先核实手机号码是否正确，不正确的手机号码无法收到系统的提示信息，"
             "会影响审核。个人无法更正手机号码，请拨北京建工培训中心服务电话：13366510035，13366217296 进行手机号码更正。")
CENTRE = ("13366510035", "13366217296")


@pytest.fixture
def who(beijing: Tenant) -> Somebody:
    return trainee(beijing)


@pytest.fixture
def browser(beijing: Tenant, browser_of: Browsers, who: Somebody) -> Browser:
    return signed_in(browser_of(beijing), who)


def person(tenant: Tenant, who: Somebody) -> Person:
    with unit_of_work(tenant, NOBODY) as ctx:
        assert who.person_id is not None
        found = person_of(ctx, who.person_id)
        ctx.db.expunge(found)
        return found


@pytest.mark.parametrize("path", ["/", "/sign-in", "/home", "/record"])
def test_the_important_notice_stands_first(beijing: Tenant, browser_of: Browsers, browser: Browser,
                                           path: str) -> None:
    """BJ-01, BJ-02: 重要提示 to the letter before everything else of the page, both numbers to be dialled."""
    text = (browser if path in ("/home", "/record") else browser_of(beijing)).get(path).text
    main = text[text.index("<main"):]
    assert IMPORTANT in main
    assert main.index("重要提示：") < main.index("<h1") or path == "/record"
    assert "jx-important" in main
    assert all(f'href="tel:{number}"' in main for number in CENTRE)


def test_the_phone_is_read_only_for_the_trainee(beijing: Tenant, browser: Browser, who: Somebody) -> None:
    """BJ-02, X-08: nowhere a way to change it, everywhere the two numbers; a post is refused and nothing changed."""
    for path in ("/record", "/basics", "/record/phone"):
        text = browser.get(path).text
        assert all(number in text for number in CENTRE), path
    assert "更正手机号</a>" not in browser.get("/record").text
    assert 'href="/record/phone"' not in browser.get("/basics").text
    refused = browser.submit("/record/phone", {"phone": phone(8), "sms_code": "123456"})
    assert refused.status_code == 403 and "个人无法更正手机号码" in refused.text
    assert browser.submit("/record/phone", {"phone": phone(8), "send_code": "1"}).status_code == 403
    assert person(beijing, who).phone == phone(1)


def test_the_group_pays(beijing: Tenant, browser: Browser, who: Somebody) -> None:
    """X-10, A.7: no cart, no order, no price; what is chosen is open at once, and step three says who pays."""
    with unit_of_work(beijing, NOBODY) as ctx:
        seed_posts(ctx)
        fill_with(ctx, Holding("王小明", id_number(1), "资料员", "12110010001", "某委", "北京市", date(2016, 4, 19)))
        assert who.person_id is not None
        person_of(ctx, who.person_id).portal_opened_at = ctx.now
    browser.get("/certificates/pull")
    assert browser.submit("/certificates/pull").status_code == 303
    run_waiting(beijing)
    home = browser.get("/home").text
    assert "培训费用由集团统一缴纳，您不需要缴费。" in home
    assert "购物车" not in home and "我的订单" not in home
    choose = browser.get("/education/choose").text
    assert "¥" not in choose and "提交报名</button>" in choose
    value = choose.split('name="choice" value="')[1].split('"')[0]
    assert browser.submit("/education/choose", {"choice": value}).location == "/training"
    with unit_of_work(beijing, NOBODY) as ctx:
        assert who.person_id is not None
        (row,) = enrollments_of(ctx, who.person_id)
        assert row.state == "open" and row.order_id is None


def test_accounts_are_made_by_the_centre(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-05, BJ-14, X-06: nobody registers; who comes to the page learns how to sign in and whom to call."""
    somebody = browser_of(beijing)
    for path in ("/", "/sign-in"):
        text = somebody.get(path).text
        assert 'href="/register"' not in text[text.index("<main"):], path
    assert "密码：默认为 111111" in somebody.get("/sign-in").text
    closed = somebody.get("/register")
    assert closed.status_code == 200 and "账号由培训中心统一开设" in closed.text and CENTRE[0] in closed.text
    assert somebody.submit("/register", {"phone": phone(3), "send_code": "1"}).status_code == 403


ENROLLMENT = EnrollmentFacts(id=None, person_id=None, certificate_id=None, post="", year=2026,  # type: ignore[arg-type]
                             kind="正常周期", general_due=10, professional_due=22, hours_done=0, hours_total=32,
                             paid=True)


@pytest.mark.parametrize("post, wanted", [
    ("土建施工员", True), ("市政工程质量员", True), ("资料员", False), ("机械员", False)])
def test_some_posts_take_the_exam(beijing: Tenant, post: str, wanted: bool) -> None:
    """BJ-11: 部分岗位需要在线考核; which ones is the tenant's data (our reading)."""
    with unit_of_work(beijing, NOBODY) as ctx:
        assert hooks(ctx).resolve_exam_required(replace(ENROLLMENT, post=post)) is wanted


def test_what_is_asked_for_before_the_first_study(beijing: Tenant, who: Somebody) -> None:
    """BJ-06: both ID sides, head picture, 手机号正确; each missing one has a sentence and a next step."""
    with unit_of_work(beijing, NOBODY) as ctx:
        assert who.person_id is not None
        facts = person_facts(ctx, person_of(ctx, who.person_id))
        found = hooks(ctx).check_ready_to_study(facts, ENROLLMENT)
        assert [one.code for one in found] == ["id_scans_missing", "photo_missing", "phone_unconfirmed"]
        assert all(one.hint for one in found)
        ready = replace(facts, has_id_scans=True, has_photo=True, phone_confirmed=True)
        assert hooks(ctx).check_ready_to_study(ready, ENROLLMENT) == []


def test_from_111111_to_the_first_lesson(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-05, BJ-06, X-04, X-09: what is missing leads to where it is done; once study begins, papers stay."""
    ask_for_presence(beijing, False)
    with unit_of_work(beijing, NOBODY) as ctx:
        seed_packages(ctx)
    learner = trainee(beijing, initial=True)
    browser = browser_of(beijing)
    assert attempt(browser, learner.id_number, "111111").location == "/password"
    page = browser.get("/password").text
    assert "个人无法更正手机号码" in page and all(number in page for number in CENTRE), "A.7"
    browser.submit("/password", {"send_code": "1"})
    typed = {"new_password": "Tower-crane9x", "repeated": "Tower-crane9x"}
    assert browser.submit("/password", {**typed, "sms_code": newest_code(beijing, learner.phone)}).status_code == 303
    player = f"/study/{enroll(beijing, learner)}"
    assert browser.get(player).location == "/record"
    todo = browser.get("/record").text
    assert "还没有上传身份证正反面" in todo and "还没有核对手机号" in todo and 'href="/record/scans">去完成' in todo
    browser.get("/record/scans")
    assert send(browser, portrait=card(90), emblem=card()).location == "/basics"
    with unit_of_work(beijing, NOBODY) as ctx:
        assert learner.person_id is not None
        person_of(ctx, learner.person_id).photo_key = ctx.blobs.put(b"a photo", "photo")
    assert browser.get(player).location == "/record"
    browser.get("/record")
    assert browser.submit("/record/phone/confirm", {"right": "1"}).location == "/training"
    assert browser.get(player).status_code == 200
    assert browser.send(f"{player}/lease", {}).status_code == 200
    refused = send(browser, emblem=card(120))
    assert refused.status_code == 409 and "不能再更换" in refused.text
    assert "开始学习前请完成" not in browser.get("/record").text


def test_whom_to_ask_and_what_to_mind(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-15, BJ-16, BJ-03: two help lines, the three closing notices, both addresses of the library."""
    somebody = browser_of(beijing)
    for path in ("/help", "/flow"):
        text = somebody.get(path).text
        for words in ("北京建工培训中心咨询老师", *CENTRE, "网络平台客服中心", "4009999355",
                      "广大学员及用人单位请勿借助非法途径进行学习", "个人信息务必保证真实", "学习过程中如遇有关问题请联系"):
            assert words in text, (path, words)
    landing = somebody.get("/").text
    assert "http://rcpx.cabp.com.cn" in landing and "http://zyk.etledu.com" in landing


def test_the_texts_of_the_manual(beijing: Tenant) -> None:
    """BJ-05, BJ-07, BJ-08, BJ-09, BJ-10, BJ-12: to the letter; test_manual_texts compares with the manual itself."""
    with unit_of_work(beijing, NOBODY) as ctx:
        texts = ctx.rules().texts
        assert "听到动作提示语后在3秒钟内匀速完成指定动作" in texts.face_tips[2] and "如听到" not in texts.face_tips[2]
        assert ctx.text("cheating_sms", name="王小明", post="资料员", year=2020) == (
            "尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2020年度学时将被清除，"
            "请重新学习（教育培训网）")
        assert texts.audit_passed_sms == (
            "【温馨提示】“尊敬的学员，恭喜您的继续教育学时已通过审核，可登录管理系统查看学时记录获取最新电子证书。”")
        assert "3到5个工作日" in texts.completion_popup
        assert ctx.rules().account.initial_password == "111111"
