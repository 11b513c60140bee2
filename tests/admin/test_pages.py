"""The pages that flows bring to the back office, in two tenants: who sees what, and what a change does."""
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from core.access import NOBODY
from core.base.db import Id
from core.base.sheets import write_sheet
from core.identity import Account, Person
from core.identity.models import LoginSession
from core.notification import Notice, publish_notice, send_sms
from core.organization import Post, post_by_name, seed_posts
from core.payment import LineWanted, open_order
from core.registry import Certificate, RegistryHolding, Status
from core.registry.models import CertificateStatusEntry
from core.registry.sheet import columns
from core.tenancy import Role, Tenant, unit_of_work
from tests.admin.test_frame import fields_of
from tests.browse import Browser
from tests.people import Somebody, id_number, signed_in, staff, trainee

NEW_PASSWORD = "Trk-58-lantern"


@pytest.fixture
def admin(tenant: Tenant) -> Somebody:
    return staff(tenant, Role.ADMINISTRATOR)


@pytest.fixture
def browser(tenant: Tenant, browser_of: Callable[[Tenant], Browser], admin: Somebody) -> Browser:
    return signed_in(browser_of(tenant), admin)


def test_the_menu_leads_nowhere_dead(browser: Browser, tenant: Tenant) -> None:
    trainee(tenant)
    page = browser.get("/admin/").text
    links = set(re.findall(r'href="(/admin/[^"]*)"', page))
    assert {"/admin/staff/", "/admin/notices/", "/admin/deliveries/", "/admin/posts/", "/admin/orders/",
            "/admin/invoices/", "/admin/holdings/", "/admin/certificates/", "/admin/people/", "/admin/trail/",
            "/admin/rules/", "/admin/questions/"} <= links
    for link in links:
        assert browser.get(link).status_code == 200, link


def find(browser: Browser, path: str, term: str) -> str:
    """Search as a person would: posted, so that no number stands in an address (R41)."""
    answer = browser.submit(path + "find/", {"q": term})
    assert answer.status_code == 303 and not re.search(r"\d{11}", re.sub(r"(~|%7E)[0-9a-f]{64}", "", answer.location))
    return browser.get(answer.location).text


# staff

def staff_form(**changes: object) -> dict[str, object]:
    return {"username": "auditor-one", "display_name": "李审核", "phone": "138 0013 8000", "roles": ["auditor"],
            "password": NEW_PASSWORD, **changes}


def account(tenant: Tenant, username: str) -> Account:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalars(select(Account).where(Account.username == username)).one()


def test_a_staff_account_is_opened_and_its_roles_change(browser: Browser, tenant: Tenant) -> None:
    assert browser.submit("/admin/staff/new/", staff_form()).status_code == 303
    made = account(tenant, "auditor-one")
    with unit_of_work(tenant) as ctx:
        row = ctx.db.get_one(Account, made.id)
        assert [one.role for one in row.roles] == ["auditor"] and row.must_change and row.phone == "13800138000"
    path = f"/admin/staff/{made.id}/edit/"
    seen = fields_of(browser, path)["_seen"]
    change = {"_seen": seen, "display_name": "李复核", "phone": "", "roles": ["approver", "hotline"]}
    assert browser.submit(path, change).status_code == 303
    with unit_of_work(tenant) as ctx:
        row = ctx.db.get_one(Account, made.id)
        assert sorted(one.role for one in row.roles) == ["approver", "hotline"] and row.display_name == "李复核"


@pytest.mark.parametrize(("changes", "says"), [
    ({"roles": []}, "角色"), ({"roles": ["trainee"]}, "角色"), ({"username": ""}, "账号"), ({"password": "12345678"}, "密码"),
    ({"phone": "12"}, "手机"), ({"display_name": ""}, "姓名"),
])
def test_a_wrong_staff_account_is_refused(browser: Browser, tenant: Tenant, changes: dict[str, object],
                                          says: str) -> None:
    answer = browser.submit("/admin/staff/new/", staff_form(**changes))
    assert answer.status_code == 422 and says in answer.text and NEW_PASSWORD not in answer.text
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalar(select(func.count()).select_from(Account).where(Account.username == "auditor-one")) == 0


def test_a_locked_account_is_out_at_once(browser: Browser, tenant: Tenant,
                                         browser_of: Callable[[Tenant], Browser]) -> None:
    other = staff(tenant, Role.AUDITOR)
    theirs = signed_in(browser_of(tenant), other)
    assert theirs.get("/admin/").status_code == 200
    assert browser.submit(f"/admin/staff/{other.account_id}/do/lock/").status_code == 303
    assert theirs.get("/admin/").status_code == 302
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalars(select(LoginSession.ended_at).where(
            LoginSession.account_id == other.account_id)).all() != [None]
    assert browser.submit(f"/admin/staff/{other.account_id}/do/unlock/").status_code == 303
    assert account(tenant, other.username).disabled_at is None


def test_nobody_locks_or_demotes_themselves(browser: Browser, tenant: Tenant, admin: Somebody) -> None:
    assert browser.submit(f"/admin/staff/{admin.account_id}/do/lock/").status_code == 409
    path = f"/admin/staff/{admin.account_id}/edit/"
    seen = fields_of(browser, path)["_seen"]
    answer = browser.submit(path, {"_seen": seen, "display_name": "我", "roles": ["auditor"]})
    assert answer.status_code == 422 and "不能取消自己的管理员角色" in answer.text
    with unit_of_work(tenant) as ctx:
        assert [one.role for one in ctx.db.get_one(Account, admin.account_id).roles] == ["administrator"]


def test_trainees_are_no_staff(browser: Browser, tenant: Tenant) -> None:
    somebody = trainee(tenant)
    assert browser.get(f"/admin/staff/{somebody.account_id}/").status_code == 404
    assert "王小明" not in browser.get("/admin/staff/").text


# notices, messages, posts

def test_a_notice_is_published_mended_and_withdrawn(browser: Browser, tenant: Tenant,
                                                    browser_of: Callable[[Tenant], Browser]) -> None:
    """N-06: 通知公告."""
    assert browser.submit("/admin/notices/new/", {"title": "大纲公布", "body": "第一段"}).status_code == 303
    public = browser_of(tenant)
    assert "大纲公布" in public.get("/notices").text
    with unit_of_work(tenant) as ctx:
        id = ctx.db.scalars(select(Notice.id)).one()
    path = f"/admin/notices/{id}/edit/"
    assert browser.submit(path, fields_of(browser, path) | {"title": "推荐大纲公布"}).status_code == 303
    assert "推荐大纲公布" in public.get("/notices").text
    assert browser.submit("/admin/notices/do/", {"action": "withdraw", "rowid": [str(id)]}).status_code == 303
    assert "推荐大纲公布" not in public.get("/notices").text
    assert browser.submit(path, {"title": "又来"}).status_code == 409
    assert browser.submit("/admin/notices/new/", {"title": "  "}).status_code == 422


def test_sent_messages_are_listed_without_the_whole_phone(browser: Browser, tenant: Tenant) -> None:
    somebody = trainee(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        send_sms(ctx, ctx.db.get_one(Person, somebody.person_id), "audit_passed_sms")
    page = browser.get("/admin/deliveries/").text
    assert "尊敬的学员，恭喜您的继续教育" in page and "等待发送" in page
    assert somebody.phone not in page and "138****" in page


def test_a_post_is_added_and_retired(browser: Browser, tenant: Tenant) -> None:
    """GD-03: posts are the tenant's to keep."""
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
    typed = {"code": "AQY-2", "name": "专职安全员", "family": "安全员", "position": "40"}
    assert browser.submit("/admin/posts/new/", typed).status_code == 303
    assert browser.submit("/admin/posts/new/", typed | {"code": "AQY-3"}).status_code == 409
    assert browser.submit("/admin/posts/new/", typed | {"name": "别的"}).status_code == 409
    assert browser.submit("/admin/posts/new/", typed | {"code": "小写", "name": "别的"}).status_code == 422
    with unit_of_work(tenant) as ctx:
        found = post_by_name(ctx, "专职安全员")
        assert found is not None
        id = found.id
    assert browser.submit(f"/admin/posts/{id}/do/retire/").status_code == 303
    with unit_of_work(tenant) as ctx:
        assert ctx.db.get_one(Post, id).retired_at is not None


# money

def test_orders_show_the_payer_masked_and_refuse_a_refund_of_nothing(browser: Browser, tenant: Tenant) -> None:
    """N-27, N-28: an unpaid order offers no refund."""
    somebody = trainee(tenant)
    with unit_of_work(tenant, somebody.actor) as ctx:
        assert somebody.person_id is not None
        id = open_order(ctx, somebody.person_id, [LineWanted("enrollment", somebody.person_id, "资料员 2026年", 9600)],
                        ctx.now + timedelta(days=40)).id
    page = browser.get("/admin/orders/").text
    assert "¥96.00" in page and "未支付" in page
    details = browser.get(f"/admin/orders/{id}/").text
    assert "资料员 2026年" in details and somebody.id_number not in details
    assert browser.submit(f"/admin/orders/{id}/do/refund/", {"note": "学员申请"}).status_code == 409


# certificates

def certificate_sheet(rows: list[list[str]]) -> bytes:
    return write_sheet(columns(["资料员", "土建质量员"], date(2026, 11, 20)), rows)


GOOD = ["王小明", id_number(7), "资料员", "12161140001", "示例发证机关", "示例省", "2016-04-19", "正常", "", "纸质"]


def test_the_certificate_sheet_goes_in_whole_or_not_at_all(browser: Browser, tenant: Tenant) -> None:
    """N-13: what the authority has uploaded."""
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
    bad = certificate_sheet([GOOD, ["李四", "110101199003070011", "宇航员", "1", "", "", "2040-01-01", "", "", ""]])
    refused = browser.submit("/admin/holdings/import/", {"sheet": (BytesIO(bad), "证书.xlsx")})
    assert refused.status_code == 422 and "需要改正" in refused.text and "宇航员" in refused.text
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalar(select(func.count()).select_from(RegistryHolding)) == 0
    good = {"sheet": (BytesIO(certificate_sheet([GOOD])), "证书.xlsx")}
    assert browser.submit("/admin/holdings/import/", good).status_code == 303
    page = browser.get("/admin/holdings/").text
    assert "12161140001" in page and id_number(7) not in page and "110101********" in page
    assert "12161140001" in find(browser, "/admin/holdings/", id_number(7))
    assert "12161140001" in find(browser, "/admin/holdings/", "40001")
    assert "没有符合条件的记录" in find(browser, "/admin/holdings/", id_number(8))
    template = browser.submit("/admin/holdings/template/")
    assert template.status_code == 200 and template.data[:2] == b"PK"


@pytest.mark.parametrize(("data", "name"), [
    (b"x", "a.xlsx"), (b"", "a.xlsx"), (b"<html>", "a.csv"), (b"PK\x03\x04", "a.xlsx")])
def test_a_file_that_is_no_sheet_is_refused(browser: Browser, data: bytes, name: str) -> None:
    assert browser.submit("/admin/holdings/import/", {"sheet": (BytesIO(data), name)}).status_code == 422


# people, trail, rules

def test_a_persons_whole_case(browser: Browser, tenant: Tenant) -> None:
    somebody = trainee(tenant)
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
        post = post_by_name(ctx, "资料员")
        assert post is not None and somebody.person_id is not None
        held = Certificate(person_id=somebody.person_id, post_id=post.id, number="12161140002", issuer="甲",
                           province="乙", issued_on=date(2016, 4, 19), kind="paper", created_at=ctx.now)
        held.entries = [CertificateStatusEntry(status=Status.NORMAL, at=ctx.now)]
        ctx.db.add(held)
    listed = find(browser, "/admin/people/", somebody.id_number.lower())
    assert "王小明" in listed and somebody.id_number not in listed
    assert "王小明" in find(browser, "/admin/people/", f" {somebody.phone[:3]} {somebody.phone[3:]}")
    for nobody in ("13999999999", "王小明", "%", "~", "~" + "0" * 64):
        assert "没有符合条件的记录" in find(browser, "/admin/people/", nobody)
    case = browser.get(f"/admin/people/{somebody.person_id}/")
    assert case.status_code == 200 and "办到哪一步" in case.text and "在线考核测试" in case.text
    assert somebody.id_number not in case.text and somebody.phone not in case.text
    assert "12161140002" in find(browser, "/admin/certificates/", somebody.id_number)


def test_an_auditor_reads_cases_and_nothing_else_of_the_administrator(
        tenant: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    browser = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    assert browser.get("/admin/people/").status_code == browser.get("/admin/certificates/").status_code == 200
    for path in ("/admin/staff/", "/admin/trail/", "/admin/rules/", "/admin/orders/", "/admin/holdings/"):
        assert browser.get(path).status_code == 403
        assert f'href="{path}"' not in browser.get("/admin/").text


def test_every_edit_stands_on_the_trail(browser: Browser, tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        publish_notice(ctx, "一条", "")
        id = ctx.db.scalars(select(Notice.id)).one()
    browser.submit(f"/admin/notices/{id}/do/withdraw/")
    page = browser.get("/admin/trail/?q=admin.notices").text
    assert "admin.notices.withdraw" in page and str(id) in page
    refused = browser.submit(f"/admin/notices/{id}/do/withdraw/")
    assert refused.status_code == 409 and "拒绝" in browser.get("/admin/trail/").text


def test_the_rules_show_value_and_source(browser: Browser, tenant: Tenant) -> None:
    page = browser.get("/admin/rules/").text
    for key, source in tenant.file.rule_set.sources.items():
        assert key in page and source in page
    found = browser.get("/admin/rules/?q=exam.").text
    assert "exam.pass_score" in found and "photo.max_kb" not in found
    assert "没有符合条件的规则" in browser.get("/admin/rules/?q=没有这条").text


def test_no_page_leaks_the_other_tenants_rows(browser_of: Callable[[Tenant], Browser], national: Tenant,
                                              jilin: Tenant) -> None:
    somebody = trainee(national, 9, name="金丝雀")
    there = signed_in(browser_of(jilin), staff(jilin, Role.ADMINISTRATOR))
    assert "金丝雀" not in there.get("/admin/people/").text
    assert there.get(f"/admin/people/{Id(str(somebody.person_id))}/").status_code == 404
