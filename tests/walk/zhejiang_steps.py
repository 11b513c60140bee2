"""What enterprise, regulator, institution and trainee do in Zhejiang, one function a step (ZJ-01 … ZJ-37)."""
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.walk.steps import Walker, sms_code
from tests.walk.zhejiang_files import Desk, paper

FIRM, CREDIT_CODE = "示例安装有限公司", "91330200MA2C56780Y"
CLERK, CLERK_PHONE, OWN_PASSWORD = "anzhuang", "13957100099", "gongdi-Own-2026"


def register(firm: Walker, inbox: Walker, place: Path) -> None:
    """ZJ-01 … ZJ-05, ZJ-32: the authority, the facts, licence and signed letter, and submitted."""
    page = firm.page
    firm.go("/zj/enterprise/register")
    firm.picture("1-authorities")
    page.get_by_role("link", name="杭州市审").click()
    page.locator("[name=kind][value=enterprise]").check()
    for name, value in (("name", FIRM), ("credit_code", CREDIT_CODE), ("address", "杭州市拱墅区示例路 9 号"),
                        ("contact_name", "钱经办"), ("office_phone", "0571-80000109"), ("username", CLERK),
                        ("new_password", OWN_PASSWORD), ("repeated", OWN_PASSWORD), ("phone", CLERK_PHONE)):
        page.locator(f"[name={name}]").fill(value)
    firm.solve_picture_code()
    page.get_by_role("button", name="获取验证码").click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.locator("[name=sms_code]").fill(sms_code(inbox, CLERK_PHONE))
    firm.picture("1-register")
    page.get_by_role("button", name="注册，下一步上传资料").click()
    page.wait_for_url("**/zj/enterprise/")
    for name in ("licence", "letter"):
        scan = place / f"{name}.jpg"
        scan.write_bytes(paper(name))
        page.locator(f"[name={name}]").set_input_files(scan)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("资料齐全")).to_be_visible()
    firm.picture("1-papers")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("等待杭州市审")).to_be_visible()
    firm.picture("1-submitted")


def approve(regulator: Walker) -> None:
    """ZJ-07: the three checks."""
    page = regulator.page
    regulator.go("/admin/zj_registrations/")
    regulator.picture("2-queue")
    page.get_by_role("row", name=re.compile(FIRM)).get_by_role("link", name="审核").click()
    page.wait_for_url("**/zj/enterprise/review/**")
    for box in page.locator("[name=checks]").all():
        box.check()
    regulator.picture("2-checks")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(FIRM))).to_contain_text("审核通过")
    regulator.picture("2-approved")


def open_batch(firm: Walker, institution: str) -> None:
    """ZJ-12, ZJ-13, ZJ-15: institutions compared, then one post, one mode, one institution."""
    page = firm.page
    firm.go("/zj/institutions/")
    firm.picture("3-institutions")
    firm.go("/zj/batch/new")
    page.locator("[name=post]").select_option(label="资料员")
    page.locator("[name=mode]").select_option(label="线上")
    page.get_by_role("button", name="查看培训机构").click()
    page.get_by_role("radio", name=re.compile(institution)).check()
    firm.picture("3-new-batch")
    page.get_by_role("button", name="新建批次").click()
    page.wait_for_url(re.compile(r"/zj/batch/[0-9a-f-]{36}$"))


def enter_sheet(firm: Walker, held: Desk) -> None:
    """ZJ-15 … ZJ-17: looked through, confirmed, everybody in."""
    page = firm.page
    page.locator("input[type=file]").first.set_input_files(held.sheet)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url("**/zj/batch/sheets/**")
    firm.picture("3-findings")
    page.get_by_role("button", name=f"确认导入 {len(held.people)} 人").click()
    expect(page.get_by_text(f"导入成功：新导入 {len(held.people)} 人")).to_be_visible(timeout=60_000)
    firm.picture("3-entered")
    page.get_by_role("link", name="查看批次的学员").click()
    firm.picture("3-batch")


def upload_zip(firm: Walker, zipped: Path, name: str) -> None:
    """ZJ-18: the zip in pieces, then the pictures are looked at behind the page."""
    page = firm.page
    page.locator("input[type=file][name=zip]").set_input_files(zipped)
    page.get_by_role("button", name="上传照片").click()
    page.wait_for_load_state()
    expect(page.locator("[data-watch]")).to_have_count(0, timeout=240_000)
    firm.picture(name)
