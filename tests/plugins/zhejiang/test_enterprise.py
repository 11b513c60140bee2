"""企业注册 through its pages: registered, returned, mended, approved; who sees what; bad input (ZJ-01 … ZJ-08)."""
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.api import Conflict, DomainError, organization
from core.base.clock import FixedClock
from core.notification import inbox
from core.tenancy import NOBODY, Actor, Ctx, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.enterprise import service
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseReview
from plugins.zhejiang.enterprise.service import Contact, Facts, Opening
from plugins.zhejiang.enterprise.states import Kind, State
from tests.browse import Browser
from tests.people import Somebody, signed_in, staff
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.registering import (
    CODES,
    PASSWORD,
    PHONE,
    facts,
    hand_in,
    pdf,
    picture,
    register,
    upload,
)

BrowserOf = Callable[[Tenant], Browser]
CHECKS = ["local", "builder", "papers"]
HOME = "/zj/enterprise/"


def regulator(tenant: Tenant, city: str | None = "杭州市") -> Somebody:
    return staff(tenant, Role.REGULATOR, username=f"zhuguan{city}", city=city)


def only(tenant: Tenant) -> Enterprise:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.scalars(select(Enterprise)).one()


def review_of(tenant: Tenant) -> str:
    return f"/zj/enterprise/review/{only(tenant).id}"


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found.group(1).replace("&#43;", "+")


def judge(browser: Browser, path: str, verdict: str, ticked: list[str], **reasons: str) -> tuple[int, str]:
    page = browser.get(path).text
    answer = browser.submit(path, {"checks": ticked, "verdict": verdict, "seen": seen(page), **reasons})
    return answer.status_code, answer.text


def messages(tenant: Tenant, phone: str = PHONE) -> list[str]:
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        return [sms.text for sms in inbox(ctx) if sms.phone == phone and "验证码" not in sms.text]


def test_registered_returned_mended_approved(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-04, ZJ-06, ZJ-07: one enterprise from 注册 to the approval, with a return between."""
    clerk, judging = browser_of(zhejiang), signed_in(browser_of(zhejiang), regulator(zhejiang))
    assert register(clerk, zhejiang).status_code == 303
    assert "还缺少：营业执照、企业承诺书" in clerk.get(HOME).text
    refused = clerk.submit("/zj/enterprise/submit")
    assert refused.status_code == 422 and "还缺少：营业执照、企业承诺书" in refused.text
    assert "示例建筑有限公司" not in judging.get("/admin/zj_registrations/").text
    assert hand_in(clerk).status_code == 303
    assert "等待杭州市审" in clerk.get(HOME).text
    assert "示例建筑有限公司" in judging.get("/admin/zj_registrations/").text
    path = review_of(zhejiang)
    assert judge(judging, path, "approve", CHECKS[:2])[0] == 422
    assert judge(judging, path, "return", CHECKS[:2])[0] == 422          # no reason given
    assert judge(judging, path, "return", CHECKS[:2], letter="没有盖章")[0] == 303
    shown = clerk.get(HOME).text
    assert "退回原因：没有盖章" in shown and "不符合：三、上传资料是否规范" in shown
    assert "没有盖章" in messages(zhejiang)[0]
    assert upload(clerk, letter=picture("PNG", color="beige")).status_code == 303
    assert "退回原因：没有盖章" not in clerk.get(HOME).text
    assert clerk.submit("/zj/enterprise/submit").status_code == 303
    assert judge(judging, path, "approve", CHECKS)[0] == 303
    assert "审核通过，可以报名" in clerk.get(HOME).text and "审核通过" in messages(zhejiang)[0]
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert list(ctx.db.scalars(select(EnterpriseReview.deed).order_by(EnterpriseReview.at, EnterpriseReview.id))
                    ) == ["submit", "return", "submit", "approve"]


def test_before_the_approval_nothing_else_is_open(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-06: 注册成功并不代表可以登录进行报名."""
    clerk = browser_of(zhejiang)
    register(clerk, zhejiang)
    for path in ("/zj/enterprise/clerks", "/zj/enterprise/contact", "/zj/enterprise/change"):
        answer = clerk.get(path)
        assert answer.status_code == 403 and "还没有审核通过" in answer.text
    menu = clerk.get("/admin/").text
    assert not [path for path in ("/zj/enterprise/clerks", "/zj/batch/", "/zj/documents/", "/zj/review/",
                                  "/admin/zj_orders/", "/zj/training/of-us", "/admin/zj_board/") if f'"{path}"' in menu]


def test_an_approval_is_taken_back_with_a_reason(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-07: afterwards the enterprise mends, also its city, and submits again."""
    own = scene.firm(zhejiang)
    judging, clerk = signed_in(browser_of(zhejiang), regulator(zhejiang)), signed_in(browser_of(zhejiang), own.clerk)
    path = f"/zj/enterprise/review/{own.id}"
    assert judging.submit(f"{path}/revoke", {"reason": ""}).status_code == 422
    assert judging.submit(f"{path}/revoke", {"reason": "已迁往宁波市"}).status_code == 303
    assert only(zhejiang).state == State.RETURNED and "已迁往宁波市" in clerk.get(HOME).text
    asked = {key: value for key, value in facts(city="宁波市").items() if "pass" not in key and key != "repeated"}
    assert clerk.submit("/zj/enterprise/facts", asked).status_code == 303
    assert judging.get(path).status_code == 404 and only(zhejiang).city == "宁波市"


def test_what_was_withdrawn_and_handed_in_again_is_judged_anew(zhejiang: Tenant, browser_of: BrowserOf,
                                                               clock: FixedClock) -> None:
    """The regulator approves what was looked at, and nothing else."""
    clerk, judging = browser_of(zhejiang), signed_in(browser_of(zhejiang), regulator(zhejiang))
    register(clerk, zhejiang)
    hand_in(clerk)
    old = seen(judging.get(review_of(zhejiang)).text)
    assert clerk.submit("/zj/enterprise/withdraw").status_code == 303
    stale = judging.submit(review_of(zhejiang), {"checks": CHECKS, "verdict": "approve", "seen": old})
    assert stale.status_code == 409
    clock.advance(minutes=1)
    assert clerk.submit("/zj/enterprise/submit").status_code == 303
    stale = judging.submit(review_of(zhejiang), {"checks": CHECKS, "verdict": "approve", "seen": old})
    assert stale.status_code == 409 and "撤回并重新提交" in stale.text
    assert upload(clerk, letter=picture()).status_code == 409      # while it is being judged


def test_the_authority_and_its_institutions_are_shown(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-02, ZJ-04, ZJ-05: eleven authorities; at 杭州市审 the eight institutions of Hangzhou."""
    for number in "一二三四五六七八":
        scene.school(zhejiang, f"示例培训机构{number}")
    scene.school(zhejiang, "宁波一家机构", city="宁波市")
    visitor = browser_of(zhejiang)
    cities = visitor.get("/zj/enterprise/register").text
    assert all(f"{city}审" in cities for city in ("杭州市", "宁波市", "丽水市"))
    assert "分公司报名注册时上传分公司营业执照" in cities and "1366×768像素" in cities
    shown = visitor.get("/zj/enterprise/register?city=杭州市").text
    assert "杭州市审" in shown and "8 家杭州市属的培训机构" in shown and "示例培训机构八" in shown
    assert "宁波一家机构" not in shown
    assert "杭州市审" in visitor.get("/zj/enterprise/register?city=上海市").text     # chosen anew


@pytest.mark.parametrize(("field", "typed", "sentence"), [
    ("credit_code", "91310115MA1K3BTP2C", "校验位"), ("credit_code", "1.10101E+17", "18 位"),
    ("name", "某", "单位名称"), ("phone", "057187654321", "手机号"), ("office_phone", "abc", "办公电话"),
    ("username", "1a", "账号用字母开头"), ("new_password", "shili", "密码"), ("kind", "club", "单位类型"),
    ("sms_code", "000000", "短信验证码不正确"), ("repeated", "another-One1", "两次输入"),
])
def test_a_form_that_is_wrong_says_where(zhejiang: Tenant, browser_of: BrowserOf, field: str, typed: str,
                                         sentence: str) -> None:
    clerk = browser_of(zhejiang)
    path = "/zj/enterprise/register?city=杭州市"
    answer = clerk.submit(path, {**facts(), "sms_code": "123456", field: typed})
    assert answer.status_code == 422 and sentence in answer.text


def test_one_account_for_ever(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-08: the same credit code, name or username again is refused, and who helps is said."""
    register(browser_of(zhejiang), zhejiang, city="宁波市")
    for other in ({"name": "另一家建筑有限公司"}, {"credit_code": CODES[1]}):
        again = register(browser_of(zhejiang), zhejiang, phone="13800139002", username="another", **other)
        assert again.status_code == 409 and "宁波市主管部门" in again.text and "只能注册一次" in again.text
    taken = register(browser_of(zhejiang), zhejiang, phone="13800139003", name="第三家建筑有限公司",
                     credit_code=CODES[2])
    assert taken.status_code == 409 and "已被使用" in taken.text


def opening(ctx: Ctx, name: str, code: str, username: str) -> Enterprise:
    return service.open_approved(ctx, Facts(
        Kind.ENTERPRISE, name, code, "杭州市", Contact("周经办", PHONE, "", "示例路 1 号")), Opening(username, PASSWORD))


def test_two_tabs_register_one_enterprise(zhejiang: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """ZJ-08: what neither tab could see when it looked, the table decides; the second is told who to ask."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        opening(ctx, "示例建筑有限公司", CODES[0], "first")
    looked: list[int] = []
    honest = organization._refuse_known

    def blind_at_first(*asked: object) -> None:
        looked.append(1)
        if len(looked) > 1:
            honest(*asked)  # type: ignore[arg-type]
    monkeypatch.setattr(organization, "_refuse_known", blind_at_first)
    with pytest.raises(Conflict) as refused, unit_of_work(zhejiang, NOBODY) as ctx:
        opening(ctx, "示例建筑有限公司杭州分公司", CODES[0], "second")
    assert refused.value.code == "party_code" and "杭州市主管部门" in refused.value.hint
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Enterprise)).all()) == 1


@pytest.mark.parametrize(("name", "made", "sentence"), [
    ("text", lambda: b"not a picture, whatever it is called", "不是其中一种"),
    ("empty", lambda: b"", "还没有选择文件"),
    ("bmp", lambda: picture("BMP"), "不是其中一种"),
    ("truncated", lambda: picture()[:400], "打不开"),
    ("small", lambda: picture(size=(200, 300)), "照片太小"),
    ("bomb", lambda: picture("PNG", (6000, 6000)), "像素太多"),
    ("big", lambda: b"\xff\xd8\xff" + bytes(10_000_001), "超过 10 MB"),
    ("pdf broken", lambda: b"%PDF-1.7\n" + b"x" * 500, "打不开"),
    ("pdf locked", lambda: pdf(password="secret"), "设了密码"),
    ("pdf long", lambda: pdf(pages=21), "超过 20 页"),
])
def test_a_file_is_known_by_its_content(zhejiang: Tenant, browser_of: BrowserOf, name: str,
                                        made: Callable[[], bytes], sentence: str) -> None:
    """F5: refused with a sentence; the page and what was on file stay."""
    clerk = signed_in(browser_of(zhejiang), scene.firm(zhejiang, state=State.DRAFT).clerk)
    answer = upload(clerk, letter=made())
    assert answer.status_code == 422 and sentence in answer.text, name
    assert only(zhejiang).letter_key is None


def test_a_pdf_is_kept_without_what_acts(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """F5: the pages stay, the script goes."""
    own = scene.firm(zhejiang, state=State.DRAFT)
    clerk = signed_in(browser_of(zhejiang), own.clerk)
    assert b"/JavaScript" in pdf(script="app.alert(1)")
    assert upload(clerk, letter=pdf(2, script="app.alert(1)")).status_code == 303
    answer = clerk.get(f"/zj/enterprise/{own.id}/scans/letter")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert b"/JavaScript" not in answer.data and b"app.alert" not in answer.data
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in answer.headers["Cache-Control"]


def test_a_scan_is_shown_to_few(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """R3: the enterprise, its city's authority, administrators; for all others it is not there."""
    own, other = scene.firm(zhejiang, state=State.DRAFT), scene.firm(zhejiang, "另一家建筑有限公司")
    clerk = signed_in(browser_of(zhejiang), own.clerk)
    assert upload(clerk, licence=picture()).status_code == 303
    path = f"/zj/enterprise/{own.id}/scans/licence"
    admin = staff(zhejiang, Role.ADMINISTRATOR)
    for who, status in ((own.clerk, 200), (other.clerk, 404), (regulator(zhejiang), 200), (admin, 200),
                        (regulator(zhejiang, "宁波市"), 404), (scene.school(zhejiang).clerk, 404),
                        (regulator(zhejiang, None), 404)):
        assert signed_in(browser_of(zhejiang), who).get(path).status_code == status, who.username
    assert clerk.get(f"/zj/enterprise/{own.id}/scans/letter").status_code == 404
    assert clerk.get(f"/zj/enterprise/{own.id}/scans/contact_phone").status_code == 404


def test_another_citys_enterprise_is_not_there(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-04, R3: neither in the list, nor by its id; without a city nothing is, and why is said."""
    own = scene.firm(zhejiang)
    foreign = signed_in(browser_of(zhejiang), regulator(zhejiang, "宁波市"))
    path = f"/zj/enterprise/review/{own.id}"
    assert foreign.get(path).status_code == 404
    for deed in ("", "/revoke", "/recover"):
        assert foreign.submit(path + deed, {"verdict": "approve", "reason": "不该看到"}).status_code == 404
    assert "示例建筑有限公司" not in foreign.get("/admin/zj_registrations/").text
    nowhere = signed_in(browser_of(zhejiang), regulator(zhejiang, None))
    listed = nowhere.get("/admin/zj_registrations/").text
    assert "还没有指定城市" in listed and "示例建筑有限公司" not in listed
    assert nowhere.get(path).status_code == 403
    assert only(zhejiang).state == State.APPROVED


def test_an_administrator_gives_a_regulator_its_city(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-04: and nobody else does."""
    judging, admin = regulator(zhejiang, None), staff(zhejiang, Role.ADMINISTRATOR)
    asked = {"username": judging.username, "city": "温州市"}
    assert signed_in(browser_of(zhejiang), judging).submit("/zj/enterprise/regulators", asked).status_code == 403
    browser = signed_in(browser_of(zhejiang), admin)
    assert browser.submit("/zj/enterprise/regulators", {**asked, "username": "nobody"}).status_code == 422
    assert browser.submit("/zj/enterprise/regulators", {**asked, "city": "上海市"}).status_code == 422
    assert browser.submit("/zj/enterprise/regulators", asked).status_code == 303
    own = scene.firm(zhejiang, city="温州市")
    assert signed_in(browser_of(zhejiang), judging).get(f"/zj/enterprise/review/{own.id}").status_code == 200


def test_a_school_registers_with_a_letter_of_its_own(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """ZJ-33 note 2: 符合条件的在校、当年度毕业生，应由所在学校负责统一报名."""
    clerk = browser_of(zhejiang)
    assert register(clerk, zhejiang, kind="school", name="示例职业技术学院").status_code == 303
    shown = clerk.get(HOME).text
    assert "法人证书或办学许可证" in shown and "学校承诺书" in shown
    with unit_of_work(zhejiang, Actor(roles=frozenset({Role.OPERATOR}))) as ctx:
        held = ctx.db.scalars(select(Enterprise)).one()
        assert held.party.kind == "school"


def test_nothing_is_mended_once_it_is_approved(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    clerk = signed_in(browser_of(zhejiang), scene.firm(zhejiang).clerk)
    asked = {key: value for key, value in facts(city="杭州市").items() if key not in ("new_password", "repeated")}
    assert clerk.submit("/zj/enterprise/facts", asked).status_code == 409
    assert upload(clerk, licence=picture()).status_code == 409
    with pytest.raises(DomainError), unit_of_work(zhejiang, NOBODY) as ctx:
        service.submit(ctx, ctx.db.scalars(select(Enterprise)).one())
