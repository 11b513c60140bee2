"""经办人, recovery through the authority, changes after the approval, the letter of appendix 1 (ZJ-32)."""
import io
import re
from collections.abc import Callable

import pypdf
import pytest
from sqlalchemy import select

from core.api.staff import Clerk, clerks_of
from core.base.clock import FixedClock
from core.identity import Account
from core.notification import inbox
from core.organization import Organization
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange
from plugins.zhejiang.enterprise.states import State
from tests.browse import Browser
from tests.people import image_answer, newest_code, signed_in, staff
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.registering import PHONE, facts, picture, register

BrowserOf = Callable[[Tenant], Browser]
CLERKS = "/zj/enterprise/clerks"
ASKED = {"name": "李经办", "username": "Li.Jingban", "phone": "13800139011"}


def clerk_named(tenant: Tenant, firm: scene.Firm, username: str) -> Clerk:
    with unit_of_work(tenant, NOBODY) as ctx:
        return next(one for one in clerks_of(ctx, firm.organization_id) if one.username == username)


def shown_password(page: str) -> str:
    found = re.search(r"[a-z]{4}-[2-9]{4}-[a-z]{4}", page)
    assert found is not None
    return found.group()


def sign_in(browser: Browser, tenant: Tenant, username: str, password: str) -> str:
    """Through the page; where it leads."""
    path = "/sign-in?tab=institution"
    answer = browser.submit(path, {"tab": "institution", "name": username, "password": password,
                                   **image_answer(tenant, browser.get(path).text)})
    return answer.headers.get("Location", "")


def test_the_owner_opens_and_closes_accounts(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """Several clerks with one responsible owner: the first password is shown once and opens only its change."""
    firm = scene.firm(zhejiang)
    owner = signed_in(browser_of(zhejiang), firm.clerk)
    password = shown_password(owner.submit(CLERKS, ASKED).text)
    assert password not in owner.get(CLERKS).text and "李经办" in owner.get(CLERKS).text
    assert owner.submit(CLERKS, ASKED).status_code == 409               # the name is taken
    second = browser_of(zhejiang)
    assert sign_in(second, zhejiang, "li.jingban", password) == "/password"
    assert second.get("/zj/enterprise/").status_code in (302, 303, 403)
    found = clerk_named(zhejiang, firm, "li.jingban")
    assert owner.submit(f"{CLERKS}/{found.id}/lock").status_code == 303
    assert sign_in(browser_of(zhejiang), zhejiang, "li.jingban", password) == ""
    assert owner.submit(f"{CLERKS}/{found.id}/unlock").status_code == 303
    renewed = shown_password(owner.submit(f"{CLERKS}/{found.id}/password").text)
    assert renewed != password and sign_in(browser_of(zhejiang), zhejiang, "li.jingban", password) == ""
    assert owner.submit(f"{CLERKS}/{firm.clerk.account_id}/lock").status_code == 409
    assert owner.submit(f"{CLERKS}/{firm.clerk.account_id}/password").status_code == 409


def test_only_the_owner_manages_and_hands_over(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    firm = scene.firm(zhejiang)
    other = staff(zhejiang, Role.ENTERPRISE, username="second", organization_id=firm.organization_id,
                  phone="13800139012")
    owner, second = signed_in(browser_of(zhejiang), firm.clerk), signed_in(browser_of(zhejiang), other)
    assert second.get(CLERKS).status_code == 200 and "新增经办人" not in second.get(CLERKS).text
    assert second.submit(CLERKS, ASKED).status_code == 403
    assert second.submit(f"{CLERKS}/{firm.clerk.account_id}/lock").status_code == 403
    assert second.get(f"{CLERKS}/{other.account_id}/owner").status_code == 403
    assert "把负责人交给" in owner.get(f"{CLERKS}/{other.account_id}/owner").text
    assert owner.submit(f"{CLERKS}/{firm.clerk.account_id}/owner").status_code == 422      # is it already
    assert owner.submit(f"{CLERKS}/{other.account_id}/owner").status_code == 303
    assert owner.submit(CLERKS, ASKED).status_code == 403
    assert second.submit(f"{CLERKS}/{firm.clerk.account_id}/lock").status_code == 303
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        told = {sms.phone for sms in inbox(ctx) if "负责人已改为" in sms.text}
        assert told == {"13800138000", "13800139012"}


def test_another_enterprises_clerk_is_not_there(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    """R3."""
    firm, other = scene.firm(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司")
    owner = signed_in(browser_of(zhejiang), firm.clerk)
    for deed in ("lock", "unlock", "password", "owner"):
        assert owner.submit(f"{CLERKS}/{other.clerk.account_id}/{deed}").status_code == 404


def test_a_lost_password_is_recovered_through_the_authority(zhejiang: Tenant, browser_of: BrowserOf,
                                                            clock: FixedClock) -> None:
    """The regulator says how it made sure; the password must be changed, with a code to the phone on file."""
    clerk = browser_of(zhejiang)
    register(clerk, zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        held = ctx.db.scalars(select(Enterprise)).one()
        path, account = f"/zj/enterprise/review/{held.id}", str(held.owner_id)
    judge = signed_in(browser_of(zhejiang), staff(zhejiang, Role.REGULATOR, username="hz", city="杭州市"))
    assert "示例建筑" in judge.get("/admin/zj_registrations/?q=示例").text      # though it was never handed in
    assert judge.submit(f"{path}/recover", {"clerk": account, "proof": "看过"}).status_code == 422
    stranger = scene.firm(zhejiang, "另一家建筑有限公司").clerk
    assert judge.submit(f"{path}/recover", {"clerk": str(stranger.account_id), "proof": "看过授权书和身份证原件"}
                        ).status_code == 404
    half = judge.submit(f"{path}/recover", {"clerk": account, "proof": "看过授权书和身份证原件", "name": "吴经办"})
    assert half.status_code == 422 and "一起填写" in half.text
    answer = judge.submit(f"{path}/recover", {"clerk": account, "proof": "看过授权书和身份证原件", "name": "吴经办",
                                              "phone": "13800139021"})
    password = shown_password(answer.text)
    assert clerk.get("/zj/enterprise/").status_code in (302, 303)                 # signed out at once
    again = browser_of(zhejiang)
    assert sign_in(again, zhejiang, "shili", password) == "/password"
    run_waiting(zhejiang)
    clock.advance(minutes=1)
    again.get("/password")
    again.submit("/password", {"send_code": "1"})
    changed = again.submit("/password", {"sms_code": newest_code(zhejiang, "13800139021"),
                                         "new_password": "Neu-9-wachtturm", "repeated": "Neu-9-wachtturm"})
    assert changed.status_code == 303 and again.get("/zj/enterprise/").status_code == 200
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert {sms.phone for sms in inbox(ctx) if "重发了密码" in sms.text} == {PHONE, "13800139021"}
        assert ctx.db.get_one(Account, held.owner_id).display_name == "吴经办"
    assert "看过授权书和身份证原件" in again.get("/zj/enterprise/").text             # the enterprise reads it too


def test_the_contact_changes_at_once(zhejiang: Tenant, browser_of: BrowserOf) -> None:
    firm = scene.firm(zhejiang)
    clerk = signed_in(browser_of(zhejiang), firm.clerk)
    asked = {key: facts()[key] for key in ("address", "contact_name", "phone", "office_phone")}
    assert clerk.submit("/zj/enterprise/contact", {**asked, "contact_name": "钱经办"}).status_code == 303
    shown = clerk.get("/zj/enterprise/").text
    assert "钱经办" in shown and "修改联络信息" in shown and "审核通过" in shown


@pytest.mark.parametrize("allowed", [True, False])
def test_a_new_name_waits_for_the_authority(zhejiang: Tenant, browser_of: BrowserOf, allowed: bool) -> None:
    """ZJ-08: the enterprise goes on as it is; one change at a time; the new name needs its licence."""
    firm = scene.firm(zhejiang)
    clerk = signed_in(browser_of(zhejiang), firm.clerk)
    judge = signed_in(browser_of(zhejiang), staff(zhejiang, Role.REGULATOR, username="hz", city="杭州市"))
    asked: dict[str, object] = {"name": "示例建设集团有限公司", "reason": "经核准名称变更"}

    def ask(**files: bytes) -> int:
        data = {**asked, **{key: (io.BytesIO(held), "a.jpg") for key, held in files.items()}}
        return clerk.submit("/zj/enterprise/change", data, content_type="multipart/form-data").status_code
    clerk.get("/zj/enterprise/change")
    assert ask() == 422
    assert ask(licence=picture()) == 303
    assert ask(licence=picture()) == 409
    with unit_of_work(zhejiang, NOBODY) as ctx:
        change = ctx.db.scalars(select(EnterpriseChange)).one()
    listed = judge.get("/admin/zj_registrations/").text
    assert "变更待审" in listed and "示例建设集团有限公司" not in listed
    assert judge.get(f"/zj/enterprise/changes/{change.id}/scans/licence").status_code == 200
    path = f"/zj/enterprise/review/{firm.id}/changes/{change.id}"
    verdict = {"verdict": "allow"} if allowed else {"verdict": "refuse", "reason": "证照与名称不一致"}
    judge.get(f"/zj/enterprise/review/{firm.id}")
    if not allowed:
        assert judge.submit(path, {"verdict": "refuse"}).status_code == 422
    assert judge.submit(path, verdict).status_code == 303
    assert judge.submit(path, verdict).status_code in (409, 422)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        held = ctx.db.get_one(Enterprise, firm.id)
        name = ctx.db.get_one(Organization, firm.organization_id).name
        assert held.state == State.APPROVED
        assert name == ("示例建设集团有限公司" if allowed else "示例建筑有限公司")
        assert (held.licence_key == change.licence_key) is allowed
    assert ("同意变更" if allowed else "证照与名称不一致") in clerk.get("/zj/enterprise/").text


@pytest.mark.parametrize(("kind", "words"), [
    ("enterprise", ("企业承诺书", "报名的人员均为本企业职工", "为本企业联络人")),
    ("school", ("学校承诺书", "报名的人员均为本校在校生或当年度毕业生", "为本校联络人")),
])
def test_the_letter_is_filled_from_what_was_typed(zhejiang: Tenant, browser_of: BrowserOf, kind: str,
                                                  words: tuple[str, ...]) -> None:
    """ZJ-32: 附件1 on one page, with city, contact, both phones, and room for seal, signature and date."""
    clerk = browser_of(zhejiang)
    register(clerk, zhejiang, kind=kind)
    answer = clerk.get("/zj/enterprise/letter.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdf.PdfReader(io.BytesIO(answer.data))
    text = re.sub(r"\s", "", document.pages[0].extract_text())
    assert len(document.pages) == 1
    for part in (*words, "附件1", "施工现场专业人员职业培训报名", "杭州市住房和城乡建设委员会（住房和城乡建设局）：", "周经办",
                 f"（手机号{PHONE}，办公电话0571-87654321）", "若有虚假", "（盖章）：示例建筑有限公司", "负责人（签名）：",
                 "年月日"):
        assert part in text, part
