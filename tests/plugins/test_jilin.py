"""Jilin beside its manual, over HTTP: JL-01 … JL-18 and the Jilin column of the X-table."""
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from core.access import NOBODY, Role
from core.api import Column
from core.audit.models import AuditCase
from core.base.db import Id, new_id
from core.base.errors import Refused
from core.course import StudyCompleted
from core.cycle import enrollment
from core.identity import account_of, password_is_initial, person_of
from core.notification import inbox
from core.organization.service import add_post
from core.presence.rules import PhotoLimits
from core.registry import (
    Certificate,
    CertificateStatusEntry,
    Kind,
    Status,
    certificates_of,
    lift_abnormal,
    pull_certificates,
    record_hours,
    set_abnormal,
    status_of,
)
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from plugins.jilin import rules
from tests.audit.cases import Audited, case_of, examined, finished
from tests.browse import Browser
from tests.certificate.holders import certificate, holder, hours
from tests.certificate.test_replacement import text_of
from tests.exam.people import enroll
from tests.people import Somebody, id_number, signed_in, staff, trainee

BrowserOf = Callable[[Tenant], Browser]
NOT_STUDIED = "未按要求完成继续教育"


@pytest.mark.parametrize(("status", "note", "expected"), [
    ("非正常", NOT_STUDIED, True), ("非正常", f" {NOT_STUDIED}（2025年度）", True),
    ("非正常", "信息有误", False), ("正常", NOT_STUDIED, False), ("暂停", "2026年度学时已被清除", False)])
def test_only_what_hours_can_mend_is_mended_by_hours(status: str, note: str, expected: bool) -> None:
    """JL-08."""
    assert rules.for_missing_hours(status, note) is expected


def test_columns_of_the_manual() -> None:
    """JL-08, X-22: 姓名, 证书编号, 岗位名称, 证书状态, 备注, 操作; a column of another plugin stays."""
    core = (Column("number", "证书编号"), Column("post", "岗位名称"), Column("actions", "操作"))
    assert [column.title for column in rules.columns(core)] == ["姓名", "证书编号", "岗位名称", "证书状态", "备注", "操作"]
    assert [column.key for column in rules.columns((*core, Column("more", "其他")))][-2:] == ["more", "actions"]


def test_values(jilin: Tenant) -> None:
    """JL-02, JL-03, JL-04, JL-06, JL-14, JL-18, X-01 … X-07, X-13, X-20, X-21, X-23: the values of the manual."""
    now = jilin.rules(jilin.clock.now())
    assert now.account.phone_unique and now.account.initial_password == "phone" and now.account.origin == "trainee"
    assert PhotoLimits.of(now.photo) == PhotoLimits(max_kb=30, types=("jpg", "png"), backgrounds=("white", "blue"))
    assert (now.photo.portrait, now.photo.change, now.payment.invoice) == (True, "never", "none")
    assert (now.texts.completion_popup, now.texts.completion_sms) == ("", "")
    assert now.portal.hotlines == ("4009999355",) and now.certificate.update_label == "证书更新"
    assert now.portal.library_url == "http://zyk.etledu.com"


def test_the_tip_and_the_photo_box(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-01, JL-05, JL-06, X-26: 注册提示 on the form and at 继续教育, 注册须知 with its six points at the photo."""
    tip = "您可以选用住房和城乡建设行业从业人员教育培训机构或住房和城乡建设管理部门认可的培训机构参加继续教育。"
    form = browser_of(jilin).get("/register").text
    assert "学员账号注册" in form and tip in form
    browser = signed_in(browser_of(jilin), trainee(jilin))
    page = browser.get("/basics").text
    assert "注册须知" in page and "请上传符合要求的头像照片，否则证书及继续教育记录将无法生成！" in page
    for words in jilin.rules(jilin.clock.now()).texts.photo_notices:
        assert words in page
    assert "80KB" not in page and "200KB" not in browser.get("/photo-example").text
    assert tip in browser.get("/education").text


def test_an_account_is_complete_only_once_it_is_saved(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-03, JL-10: the password is the phone number until changed; before 保存 no library and no certificate."""
    somebody = trainee(jilin, initial=True)
    assert somebody.password == somebody.phone
    with unit_of_work(jilin, NOBODY) as ctx:
        person = person_of(ctx, somebody.person_id)  # type: ignore[arg-type]
        assert password_is_initial(ctx, person) and account_of(ctx, person) is not None
        assert person.profile_saved_at is None
    browser = signed_in(browser_of(jilin), trainee(jilin, 2))
    assert "请先完善基本信息并保存" in browser.get("/library").text
    assert browser.submit("/library").status_code == 422
    assert browser.submit("/certificates/pull").status_code == 422


def test_certificates_of_other_provinces_are_not_shown(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-07: only what 吉林省建设行业行政主管部门 uploaded; the others can be neither opened, chosen nor replaced."""
    somebody = holder(jilin)
    own = certificate(jilin, somebody, "机械员", number="22117500001")
    other = certificate(jilin, somebody, "资料员", number="33117500002")
    hours(jilin, somebody, 2026, post="资料员")
    with unit_of_work(jilin, NOBODY) as ctx:
        ctx.db.get_one(Certificate, other).province = "浙江省"
    browser = signed_in(browser_of(jilin), somebody)
    page = browser.get("/certificates").text
    assert "22117500001" in page and "33117500002" not in page
    assert "在【证书管理】中可查询已经吉林省建设行业行政主管部门上传的有效证书" in page
    assert "33117500002" not in browser.get("/education/choose").text
    assert browser.get(f"/certificates/{own}").status_code == 200
    assert browser.get(f"/certificates/{other}").status_code == 404
    assert browser.submit(f"/certificates/{other}/replace").status_code == 404
    assert browser.submit("/education/choose", {"choice": f"{other}:2026"}).status_code == 404


# --- 非正常 -----------------------------------------------------------------------------------------------

def mechanic(tenant: Tenant) -> tuple[Somebody, Id]:
    """A 机械员 whose certificate is 非正常 as in the manual's picture, and who is enrolled for 2026."""
    somebody = holder(tenant, name="古林前")
    found = enroll(tenant, somebody, post="机械员")
    with unit_of_work(tenant, NOBODY) as ctx:
        held = ctx.db.get_one(Certificate, enrollment(ctx, found).certificate_id)
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=Status.ABNORMAL, remark=NOT_STUDIED,
                                          at=ctx.now))
    return somebody, found


def held_of(tenant: Tenant, enrollment_id: Id) -> Certificate:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.get_one(Certificate, enrollment(ctx, enrollment_id).certificate_id)


def test_abnormal_until_the_hours_are_on_record(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-08, JL-14, JL-15, JL-16: 非正常 with its 备注 and --; refused with the reason; the audit passes, one SMS says
    so, the status heals by an entry of its own, and 证书更新 is done."""
    somebody, enrolled = mechanic(jilin)
    held = held_of(jilin, enrolled)
    browser = signed_in(browser_of(jilin), somebody)
    page = browser.get("/certificates").text
    row = next(row for row in page.split('<tr role="row">') if held.number in row).split("</tr>")[0]
    for words in ("古林前", "机械员", "非正常", NOT_STUDIED, "--"):
        assert words in row
    assert "证书更新" not in row
    refused = browser.submit(f"/certificates/{held.id}/replace")
    assert refused.status_code == 422 and NOT_STUDIED in refused.text
    assert "自动恢复正常" in page and "自动恢复正常" in browser.get(f"/certificates/{held.id}/replace").text
    one = Audited(somebody, enrolled)
    finished(jilin, one)
    assert sms(jilin) == []
    examined(jilin, one)
    finished(jilin, one)
    assert sms(jilin) == []
    case = case_of(jilin, one)
    auditor = signed_in(browser_of(jilin), staff(jilin, Role.AUDITOR))
    assert auditor.submit(f"/audit/{case.id}/pass", {"version": case.version}).status_code == 303
    assert sms(jilin) == [
        "【温馨提示】“尊敬的学员，恭喜您的继续教育已完成，可登录管理系统查看学时记录，获取最新的电子证书。”"]
    entries = held_of(jilin, enrolled).entries
    assert [entry.status for entry in entries][-2:] == [Status.ABNORMAL, Status.NORMAL]
    assert entries[-1].remark == "2026年度继续教育学时已记入档案"
    browser = signed_in(browser_of(jilin), somebody)
    assert ">证书更新<" in browser.get("/certificates").text
    assert browser.submit(f"/certificates/{held.id}/replace").status_code == 303
    assert status_of(held_of(jilin, enrolled)) is Status.VOID


def sms(tenant: Tenant) -> list[str]:
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        return [one.text for one in inbox(ctx)][::-1]


def test_no_pop_up_and_no_waiting_text_where_no_audit_is_required(jilin: Tenant) -> None:
    """JL-14, X-13: nothing is said while something is outstanding; one who has only studied hears nothing."""
    somebody, enrolled = mechanic(jilin)
    with unit_of_work(jilin, NOBODY) as ctx:
        ctx.publish(StudyCompleted(enrolled))
    assert sms(jilin) == []
    with unit_of_work(jilin, NOBODY) as ctx:
        assert ctx.db.scalars(select(AuditCase)).all() == []


def test_another_reason_is_not_healed_by_hours(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-08: what an administrator set for another reason only an administrator lifts."""
    somebody, enrolled = mechanic(jilin)
    with unit_of_work(jilin, NOBODY) as ctx:
        held = ctx.db.get_one(Certificate, enrollment(ctx, enrolled).certificate_id)
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=Status.ABNORMAL, remark="信息有误", at=ctx.now))
    one = Audited(somebody, enrolled)
    examined(jilin, one)
    finished(jilin, one)
    case = case_of(jilin, one)
    auditor = signed_in(browser_of(jilin), staff(jilin, Role.AUDITOR))
    auditor.submit(f"/audit/{case.id}/pass", {"version": case.version})
    run_waiting(jilin)
    assert status_of(held_of(jilin, enrolled)) is Status.ABNORMAL


def test_set_abnormal_while_the_dialog_stands_open(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-08: refused at the post, the old certificate untouched, no new one, no file."""
    somebody = holder(jilin)
    old = certificate(jilin, somebody, "机械员")
    hours(jilin, somebody, 2026, post="机械员")
    browser = signed_in(browser_of(jilin), somebody)
    assert "确定" in browser.get(f"/certificates/{old}/replace").text
    with unit_of_work(jilin, NOBODY) as ctx:
        set_abnormal(ctx, ctx.db.get_one(Certificate, old), NOT_STUDIED)
    answer = browser.submit(f"/certificates/{old}/replace")
    assert answer.status_code == 422 and NOT_STUDIED in answer.text
    with unit_of_work(jilin, NOBODY) as ctx:
        [kept] = ctx.db.scalars(select(Certificate)).all()
        assert (kept.id, kept.kind, len(kept.entries)) == (old, Kind.PAPER, 2)


def test_a_pull_undoes_neither_the_administrator_nor_the_hours(jilin: Tenant) -> None:
    """JL-08: the ministry repeats what it said; only what it says anew counts."""
    somebody = holder(jilin)
    said = Holding("王小明", id_number(1), "机械员", "22117500001", "吉林省住房和城乡建设厅", "吉林省", date(2016, 4, 19),
                   Status.ABNORMAL, NOT_STUDIED)
    with unit_of_work(jilin, NOBODY) as ctx:
        fill(ctx, CertificateSheet((said,), ()))
        person = person_of(ctx, somebody.person_id)  # type: ignore[arg-type]
        [held] = pull_certificates(ctx, person)
        record_hours(ctx, person, held.post, 2026, 32, date(2026, 11, 20), source="test")
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=Status.NORMAL, by="system", at=ctx.now))
        ctx.db.flush()
        ctx.db.refresh(held)
        pull_certificates(ctx, person)
        assert status_of(held) is Status.NORMAL
        set_abnormal(ctx, held, "信息有误")
        pull_certificates(ctx, person)
        assert status_of(held) is Status.ABNORMAL and len(held.entries) == 3
        for lifted in (False, True):
            if lifted:
                lift_abnormal(ctx, held, "已核实")
            for word, found in ((replace(said, status=Status.NORMAL, remark=""), Status.NORMAL),
                                (said, Status.ABNORMAL)):
                fill(ctx, CertificateSheet((word,), ()))
                pull_certificates(ctx, person)
                assert status_of(held) is found
        with pytest.raises(Refused):
            set_abnormal(ctx, held, "  ")


# --- 技能人员 ---------------------------------------------------------------------------------------------

def bricklayer(tenant: Tenant, kind: Kind = Kind.PAPER) -> tuple[Somebody, Id]:
    somebody = holder(tenant, name="赵砌墙")
    with unit_of_work(tenant, NOBODY) as ctx:
        post = add_post(ctx, "QZG", "砌筑工", "技能人员", 50, "skilled")
        held = Certificate(id=new_id(), person_id=somebody.person_id, post_id=post.id, number="22209900001",
                           issuer="吉林省住房和城乡建设厅", province="吉林省", issued_on=date(2018, 5, 1), kind=kind,
                           created_at=ctx.now)
        ctx.db.add(held)
        ctx.db.flush()
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, at=ctx.now))
        return somebody, held.id


@pytest.mark.parametrize("kind", list(Kind))
def test_a_skilled_worker_sees_and_downloads(jilin: Tenant, browser_of: BrowserOf, kind: Kind) -> None:
    """JL-17, X-24: 查看/下载 without continuing education; the electronic certificate comes at once."""
    somebody, held = bricklayer(jilin, kind)
    certificate(jilin, somebody, "机械员", number="22117500001")
    browser = signed_in(browser_of(jilin), somebody)
    page = browser.get("/certificates?class=skilled").text
    assert ">查看/下载<" in page and "不需要继续教育" in page and "22117500001" not in page
    assert "22209900001" not in browser.get("/certificates?class=professional").text
    assert "下载电子证书" in browser.get(f"/certificates/{held}").text
    answer = browser.submit(f"/certificates/{held}/{'replace' if kind is Kind.PAPER else 'refresh'}")
    assert answer.status_code == 303
    paper = text_of(browser.get(f"{answer.location}/file").data)
    assert "施工现场技能人员职业培训合格证" in paper and "专业人员" not in paper and "继续教育记录" not in paper
    assert "下载电子证书" not in browser.get(answer.location).text
    chosen = browser.submit("/education/choose", {"choice": f"{held}:2026"})
    assert chosen.status_code == 422 and "不需要继续教育" in chosen.text
    with unit_of_work(jilin, NOBODY) as ctx:
        person = person_of(ctx, somebody.person_id)  # type: ignore[arg-type]
        assert len(certificates_of(ctx, person)) == 2 + (kind is Kind.PAPER)


def test_a_class_is_of_the_tenant_that_knows_it(national: Tenant, browser_of: BrowserOf) -> None:
    """X-24: where there is one class alone, a post of another counts as that one."""
    somebody, held = bricklayer(national)
    page = signed_in(browser_of(national), somebody).get("/certificates?class=skilled").text
    assert "查看/下载" not in page and "22209900001" in page


def test_menu_words_and_the_way_to_the_library(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-09, JL-16, JL-17, X-27: one entry 证书管理 for each class; 点击前往 at the left, the address at the right."""
    browser = signed_in(browser_of(jilin), holder(jilin))
    page = browser.get("/education").text
    words = ("施工现场专业人员培训", "/certificates?class=professional", "技能人员培训", "/certificates?class=skilled")
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert page.index("点击前往") < page.index("http://zyk.etledu.com")
    assert page.count('href="/library"') == 2
    for wanted in ("professional", "skilled"):
        shown = browser.get(f"/certificates?class={wanted}").text
        assert re.findall(r'class=(\w+)" aria-current="page"', shown) == [wanted]


def test_cycles_and_player_are_the_nations(jilin: Tenant) -> None:
    """JL-11, JL-13: two years, the current one first; the second post learns no general hours; no fast forward."""
    now = jilin.rules(jilin.clock.now())
    assert (now.cycle.years_back, now.cycle.previous_year, now.cycle.exempt_general_from_second) == (1, "warn", True)
    assert now.texts.cycle_tip == "请先选择本年度周期进行学习，如主管部门有要求的再选择上一年度周期。"
    assert now.texts.no_seek == "课件不支持快进或后退，全部课程学完可重播观看。"
    assert now.texts.registered == "注册成功，用户名为身份证号，初始密码为手机号"
