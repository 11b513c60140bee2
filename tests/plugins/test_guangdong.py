"""Guangdong beside its manual (seed 002): values, texts, whom it takes, what stands before the study, its pages.

The deadline (GD-01) is in `tests/deadline`, the counter (GD-04, GD-06, GD-08) in `tests/cycle/test_counter.py`, the
SMS codes (GD-05) in `tests/identity`, the texts against the manual in `tests/contracts/test_manual_texts.py`.
"""
import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from core.audit.states import GROUND_TEXTS
from core.base.config import ROOT
from core.base.db import Id
from core.contract.values import CertificateFacts
from core.cycle import Enrollment
from core.cycle.defaults import check_eligibility
from core.identity import Side, person_of
from core.identity.models import Account, IdScan
from core.notification import publish_notice
from core.organization import POSTS
from core.tenancy import Rules, Tenant, unit_of_work
from plugins.guangdong.rules import WHERE_TO_ENROLL
from tests.browse import Browser
from tests.certificate.holders import photo
from tests.course.conftest import ask_for_presence
from tests.people import Somebody, signed_in, trainee
from tests.plugins.counters import ASSOCIATION, a_clerk, admit, an_institution, held_at_the_ministry

Browsers = Callable[[Tenant], Browser]
THE_13 = ("土建施工员、装饰装修施工员、设备安装施工员、市政工程施工员、土建质量员、装饰装修质量员、设备安装质量员、市政工程质量员、"
          "材料员、机械员、资料员、劳务员、标准员").split("、")
NIL = UUID(int=0)


@pytest.fixture
def rules(guangdong: Tenant) -> Rules:
    return guangdong.rules(guangdong.clock.now())


def held(post: str = "资料员", issuer: str = ASSOCIATION, issued_on: date = date(2016, 4, 19),
         electronic: bool = False) -> CertificateFacts:
    return CertificateFacts(NIL, NIL, post, "广东省", "44161140000101", issuer, issued_on, electronic, "正常", "", 0, ())


CASES: list[tuple[CertificateFacts, list[str]]] = [
    (held(), []),
    (held(issued_on=date(2014, 12, 31)), ["not_accepted_issued_on"]),
    (held(issued_on=date(2015, 1, 1)), []),
    (held(issued_on=date(2018, 12, 31)), []),
    (held(issued_on=date(2019, 1, 1)), ["not_accepted_issued_on"]),
    (held(issuer="示例市建设培训中心"), ["not_accepted_issuer"]),
    (held(post="安全员"), ["not_accepted_post"]),
    (held(issuer="住房和城乡建设部", issued_on=date(2020, 6, 1), electronic=True), []),
    *((held(post=post), []) for post in THE_13),
]


def test_whom_it_takes(guangdong: Tenant) -> None:
    """GD-02, GD-03, X-18: issuer, 2015~2018 to the day, the 13 posts; who replaced the certificate goes on."""
    with unit_of_work(guangdong) as ctx:
        for certificate, codes in CASES:
            problems = check_eligibility(ctx, certificate, 2020)
            assert [problem.code for problem in problems] == codes, certificate
            assert all(problem.sentence and problem.hint for problem in problems)


def test_the_13_posts_are_the_manuals(rules: Rules) -> None:
    """GD-03: 13, and 安全员 is not among them."""
    assert list(rules.eligibility.posts) == THE_13 and len(THE_13) == 13
    assert {post.name for post in POSTS} - set(THE_13) == {"安全员"}


def test_its_values(rules: Rules) -> None:
    """GD-07 address, GD-08 first password, GD-10 hours by the server's clock, GD-11 camera, GD-16 exam, GD-24 banner,
    GD-27 neither hotline nor invoice."""
    assert rules.portal.library_url == "http://rcpx.cabp.com.cn"
    assert (rules.account.initial_password, rules.account.origin) == ("111111", "institution")
    assert (rules.presence.required, rules.presence.action_seconds) == (True, 3)
    assert (rules.exam.questions, rules.exam.full_score, rules.exam.pass_score, rules.exam.retakes) == (50, 100, 60, 0)
    assert "、".join(rules.portal.pilot_provinces) == (
        "浙江省、湖北省、河北省、上海市、河南省、甘肃省、安徽、西藏、湖南省、宁夏、山西省、福建省")
    assert (rules.portal.hotlines, rules.payment.invoice) == ((), "none")


def test_its_messages(guangdong: Tenant, rules: Rules) -> None:
    """GD-12, GD-14 (the pop-up goes out as an SMS too), GD-15, GD-18 with the year as a variable, X-29 no prefix."""
    texts = rules.texts
    assert texts.face_tips[2] == "3、听到动作提示语后在3秒钟内匀速完成指定动作；"
    assert texts.completion_popup == texts.completion_sms and "大约需要几个工作日" in texts.completion_popup
    assert texts.audit_passed_sms == "尊敬的学员，恭喜您的继续教育学时已通过审核。"
    with unit_of_work(guangdong) as ctx:
        said = ctx.text("cheating_sms", name="王小明", post="资料员", year=2021)
    assert said == ("尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2021年度学时将被清除，"
                    "请重新学习。")
    assert not any("【温馨提示】" in str(text) for text in vars(texts).values())


@pytest.fixture
def enrolled(guangdong: Tenant, browser_of: Browsers) -> tuple[Somebody, Id]:
    """A trainee with the initial password whom an institution has enrolled, fee received."""
    who = trainee(guangdong, initial=True)
    held_at_the_ministry(guangdong, who.name, who.id_number, "资料员")
    clerk = signed_in(browser_of(guangdong), a_clerk(guangdong, an_institution(guangdong)))
    place = admit(clerk, who.name, who.id_number, who.phone)
    choice = re.findall(r'name="choice" value="([^"]+:2020)"', clerk.get(place).text)
    assert clerk.submit(f"{clerk.submit(place, {'choice': choice}).location}do/receive/").status_code == 303
    with unit_of_work(guangdong) as ctx:
        return who, ctx.db.scalars(select(Enrollment.id)).one()


def test_what_stands_before_the_study(guangdong: Tenant, browser_of: Browsers, enrolled: tuple[Somebody, Id]) -> None:
    """GD-09, X-09: password, head photo and ID pictures, all named at once, each with the way to it; then the face."""
    who, enrollment = enrolled
    browser = signed_in(browser_of(guangdong), who)
    answer = browser.get(f"/study/{enrollment}", follow_redirects=True)
    for sentence in ("您还在使用初始密码", "还没有上传身份证正反面", "还没有上传照片"):
        assert sentence in answer.text
    assert "请及时修改密码、完善本人头像及身份证件照片后方可开始学习" in answer.text
    needs = answer.text[answer.text.index("jx-needs"):answer.text.index("</section>")]
    assert re.findall(r'href="([^"]+)"', needs) == ["/password", "/record/scans", "/basics"]
    assert browser.send(f"/study/{enrollment}/lease").status_code == 422
    ready(guangdong, who)
    assert "/presence/" in browser.get(f"/study/{enrollment}").location


def ready(tenant: Tenant, who: Somebody) -> None:
    """All of GD-09 put in order."""
    with unit_of_work(tenant) as ctx:
        account, person = ctx.db.get_one(Account, who.account_id), person_of(ctx, who.person_id or NIL)
        account.initial, account.password_hash = None, "x"
        person.photo_key, person.photo_at = ctx.blobs.put(photo(), "photo"), ctx.now
        ctx.db.add_all(IdScan(person_id=person.id, side=side, scan_key=ctx.blobs.put(photo(), "scan"),
                              uploaded_at=ctx.now) for side in Side)


def test_its_screens(guangdong: Tenant, browser_of: Browsers, enrolled: tuple[Somebody, Id]) -> None:
    """GD-13: 图1 … 图6 open for who is enrolled; 图7 … 图10 (exam, proof: GD-20) are walked in `tests/flows`."""
    who, enrollment = enrolled
    browser = signed_in(browser_of(guangdong), who)
    screens = {"/record/scans": "身份证", "/basics": "头像", "/training": "开始学习"}
    for path, words in screens.items():
        answer = browser.get(path)
        assert answer.status_code == 200 and words in answer.text, path
    ready(guangdong, who)
    check = browser.get(f"/study/{enrollment}", follow_redirects=True)
    assert check.status_code == 200 and "人脸" in check.text
    ask_for_presence(guangdong, False)
    player = browser.get(f"/study/{enrollment}")
    assert player.status_code == 200 and "课件不支持快进或后退，全部课程学完可重播观看" in player.text


def test_why_hours_are_cleared() -> None:
    """GD-17: the three grounds; GD-19: the exam is kept, as the page of a cleared audit says."""
    assert [str(text) for text in GROUND_TEXTS.values()] == [
        "非本人学习的", "非正常途径学习的（挂机代刷学时）", "学习过程中无本人抓拍照片的"]
    page = (ROOT / "core/audit/templates/audit/waiting.html").read_text(encoding="utf-8")
    assert "不影响在线考核成绩，只需重新学习补齐学时" in page


def test_one_thing_missing_leads_right_to_it(guangdong: Tenant, browser_of: Browsers,
                                             enrolled: tuple[Somebody, Id]) -> None:
    """GD-09."""
    who, enrollment = enrolled
    with unit_of_work(guangdong) as ctx:
        account, person = ctx.db.get_one(Account, who.account_id), person_of(ctx, who.person_id or NIL)
        account.initial, account.password_hash = None, "x"
        person.photo_key, person.photo_at = ctx.blobs.put(photo(), "photo"), ctx.now
    assert signed_in(browser_of(guangdong), who).get(f"/study/{enrollment}").location == "/record/scans"


def test_the_trainee_sees_no_order_and_no_payment(guangdong: Tenant, browser_of: Browsers,
                                                  enrolled: tuple[Somebody, Id]) -> None:
    """GD-04, GD-06, X-10: the counter's order is not the trainee's to pay or refund; the institution is named."""
    who, _enrollment = enrolled
    browser = signed_in(browser_of(guangdong), who)
    page = browser.get("/education").text
    menu = page[page.index('id="menu"'):page.index("<main")]
    assert "购物车" not in menu and "我的订单" not in menu
    assert "示例培训机构一" in page and "已报名" in page and "选择培训周期" not in page
    with unit_of_work(guangdong) as ctx:
        order = ctx.db.scalars(select(Enrollment)).one().order_id
    for path in (f"/orders/{order}", f"/orders/{order}/pay", f"/orders/{order}/refund"):
        assert browser.get(path).status_code == 404
    assert "还没有" in browser.get("/orders").text
    home = browser.get("/home").text
    assert "在线缴费" not in home and "缴费" in home


def test_who_is_not_enrolled_is_told_where_to_go(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-04: in person at an announced institution; the trainee cannot enroll alone."""
    who = trainee(guangdong)
    browser = signed_in(browser_of(guangdong), who)
    page = browser.get("/education").text
    assert WHERE_TO_ENROLL in page and "/institutions" in page
    home = browser.get("/home").text
    assert WHERE_TO_ENROLL in home and "报名时在培训机构缴纳" in home and "在线缴费" not in home
    assert browser.get("/education/choose").location == "/institutions"
    assert browser.get("/education/cart").location == "/education"
    held_at_the_ministry(guangdong, who.name, who.id_number, "资料员")
    clerk = signed_in(browser_of(guangdong), a_clerk(guangdong, an_institution(guangdong)))
    place = admit(clerk, who.name, who.id_number, who.phone)
    choice = re.findall(r'name="choice" value="([^"]+:2020)"', clerk.get(place).text)
    browser.get("/home")
    refused = browser.submit("/education/choose", {"choice": choice})
    assert refused.status_code == 422 and WHERE_TO_ENROLL in refused.text


def test_its_first_page(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-22 忘记密码? and 通知公告, GD-23 the four queries, GD-24 the banner, GD-27 no hotline."""
    with unit_of_work(guangdong) as ctx:
        publish_notice(ctx, "施工现场专业人员继续教育推荐大纲公布", "……")
    page = browser_of(guangdong).get("/").text
    for words in ("忘记密码?", "施工现场专业人员继续教育推荐大纲公布", "证书联网查询", "施工现场专业人员培训机构查询",
                  "行业鉴定信息查询", "建设行业专家库", "人员培训试点方面已上报的省份：浙江省、湖北省"):
        assert words in page
    assert "4009999355" not in page


def test_its_flowchart_and_help(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-04 … GD-06, GD-08, GD-09 as the first three steps; GD-16, GD-20, GD-21 in the others; GD-27 the notices."""
    page = browser_of(guangdong).get("/flow").text
    for words in ("携有效证件（本人身份证件及岗位证书）", "按培训机构公示的收费标准缴纳继续教育培训费及教材费", "初始密码为111111",
                  "必须为学员本人常用的手机号码", "考核未通过的，可继续参加测试", "【打印证书】", "【证书更新】",
                  "审核时间大约需要几个工作日", "个人信息务必保证真实"):
        assert words in page
    assert "微信" not in page and "几个工作日" in browser_of(guangdong).get("/help").text


def test_the_hint_on_continuing_education(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-25."""
    page = signed_in(browser_of(guangdong), trainee(guangdong)).get("/education").text
    assert "教育培训资源库 (http://rcpx.cabp.com.cn/) 或者经住房和城乡建设行政主管部门认可的培训机构参加继续教育。" in page


def test_the_certificate(rules: Rules) -> None:
    """GD-26: title, text, one line a year."""
    certificate = rules.certificate
    assert certificate.title == "住房和城乡建设领域施工现场专业人员职业培训合格证"
    assert certificate.statement == "参加住房和城乡建设领域施工现场专业人员职业培训，测试成绩合格。"
    assert certificate.year_line.format(year=2019, hours=32) == "2019 年度，继续教育学时为 32 学时。"
