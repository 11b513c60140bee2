"""A Beijing trainee with a wrong number, through the hotline to the SMS on the new one; pictures in var/walk/."""
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.demo.cast import PASSWORD, DemoTrainee, read_cast
from core.tenancy.settings import DEMO_FOLDER
from tests.data import TENANTS
from tests.walk import steps
from tests.walk.stack import Stack

NEW_PHONE = "13911115678"
OWN_PASSWORD = "xuexi-Beijing-26"


def with_wrong_phone() -> DemoTrainee:
    return next(person for person in read_cast(TENANTS / DEMO_FOLDER, "beijing").trainee if person.undelivered)


def answers(person: DemoTrainee) -> dict[str, str]:
    """What the caller knows of herself, by a word of the question."""
    [held] = person.certificate
    return {"身份证号的最后": person.id_number[-4:], "岗位": held.post, "证书编号的最后": held.number[-4:],
            "哪一年": f"{held.issued_on.year}年"}


def open_ticket(clerk: steps.Walker, person: DemoTrainee) -> str:
    """BJ-02, C-22: the desk sees whose SMS come back, the trainee calls, the questions are asked."""
    page = clerk.page
    clerk.go("/desk/undelivered")
    expect(page.get_by_text(person.name)).to_be_visible()
    clerk.picture("bj-2-undelivered")
    clerk.go("/desk/")
    page.get_by_label("查找来电人或工单").fill(person.name)
    clerk.press("查找")
    clerk.picture("bj-3-found")
    clerk.press("登记来电")
    page.get_by_label("对方号码").fill(NEW_PHONE)
    page.get_by_label("通话内容").first.fill("单位统一登记时号码写错了，一直收不到短信")
    clerk.picture("bj-3-call")
    clerk.press("登记并开始核实身份")
    clerk.picture("bj-4-question")
    known = answers(person)
    for _ in range(3):
        asked = page.locator(".jx-note h3").inner_text()
        page.get_by_label("来电人的回答").fill(next(said for word, said in known.items() if word in asked))
        clerk.press("核对")
        expect(page.get_by_text("这一题答对了").first).to_be_visible()
    page.get_by_label("新手机号", exact=True).fill(NEW_PHONE)
    page.get_by_label("再输一遍新手机号").fill(NEW_PHONE)
    clerk.picture("bj-5-number")
    clerk.press("提交复核")
    expect(page.get_by_text("等另一位复核员复核").first).to_be_visible()
    clerk.picture("bj-5-waiting")
    return page.url.removeprefix(clerk.base)


def ask_code(trainee: steps.Walker) -> None:
    """N-17, BJ-05: the initial password reaches only the page that changes it, by a code to the phone on file."""
    trainee.page.get_by_role("button", name="获取验证码").click()
    expect(trainee.page.locator("[data-said]")).not_to_be_empty()


@pytest.mark.walk
def test_a_wrong_phone_is_corrected_by_the_hotline(stack: Stack, chromium: Browser, left: Path) -> None:
    """BJ-01, BJ-02, BJ-05, C-22."""
    person, base = with_wrong_phone(), stack.url("beijing")
    trainee, inbox, clerk, approver = (steps.Walker(steps.open_page(chromium, base)[1], base, left)
                                       for _ in range(4))
    steps.sign_in(trainee, "个人用户", person.id_number, "111111")
    ask_code(trainee)
    trainee.picture("bj-1-code-goes-astray")
    steps.sign_in(clerk, "管理账号", "hotline", PASSWORD)
    ticket = open_ticket(clerk, person)
    steps.sign_in(approver, "管理账号", "approver", PASSWORD)
    approver.go(ticket)
    approver.picture("bj-6-second-eyes")
    approver.press("通过，更正手机号")
    expect(approver.page.get_by_text("短信已发往原号码和新号码").first).to_be_visible()
    approver.picture("bj-6-approved")
    steps.received(inbox, f"已由尾号{person.phone[-4:]}更正为尾号{NEW_PHONE[-4:]}")
    steps.received(inbox, "登记的手机号已更正为本号码")
    inbox.picture("bj-7-sms")
    trainee.go("/password")
    ask_code(trainee)
    code = steps.sms_code(inbox, NEW_PHONE)
    page = trainee.page
    page.locator("[name=sms_code]").fill(code)
    page.locator("[name=new_password]").fill(OWN_PASSWORD)
    page.locator("[name=repeated]").fill(OWN_PASSWORD)
    trainee.picture("bj-8-code-on-the-new-number")
    page.locator("main").get_by_role("button", name="保存", exact=True).last.click()
    page.wait_for_url(lambda url: not re.search("/password", url))
    trainee.go("/record")
    expect(page.get_by_text("手机号更正工单").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"139\s?1111\s?5678")).first).to_be_visible()
    trainee.picture("bj-9-record")
