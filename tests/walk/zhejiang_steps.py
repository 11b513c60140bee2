"""What enterprise, regulator, institution and trainee do in Zhejiang, one function a step (ZJ-01 … ZJ-37)."""
import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.walk.steps import (
    Walker,
    answer,
    begin_study,
    download,
    own_password,
    received,
    sign_in,
    sms_code,
)
from tests.walk.zhejiang_files import Desk, Entry, paper

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


def open_documents(firm: Walker) -> None:
    """The grid of the newest batch."""
    firm.go("/zj/documents/")
    firm.page.get_by_role("link", name="上传和查看").first.click()


def upload_zip(firm: Walker, zipped: Path, name: str, good: int) -> None:
    """ZJ-10, ZJ-18: the zip in pieces, then the pictures are looked at behind the page; so many people have all six in
    order."""
    page = firm.page
    page.locator("input[type=file][name=zip]").set_input_files(zipped)
    with page.expect_navigation(timeout=120_000):
        page.get_by_role("button", name="上传照片").click()
    open_documents(firm)
    expect(page.locator("[data-watch]")).to_have_count(0, timeout=240_000)
    firm.picture(name)
    expect(page.locator("main")).to_contain_text(f"{good} 人资料齐全")


def replace_photo(firm: Walker, name: str, photo: Path) -> None:
    """ZJ-10: one picture anew, without the zip."""
    page = firm.page
    page.get_by_role("row", name=re.compile(name)).get_by_role("link").first.click()
    page.locator("input[type=file]").set_input_files(photo)
    firm.picture("4-replace")
    page.get_by_role("button", name="更换图片").click()
    page.wait_for_load_state()
    open_documents(firm)
    expect(page.locator("[data-watch]")).to_have_count(0, timeout=60_000)


def file_applications(firm: Walker, held: Desk, place: Path) -> None:
    """ZJ-19, ZJ-33, ZJ-34: what the sheet lacks comes in a second one; then all that is whole is submitted."""
    page = firm.page
    firm.go("/zj/review/")
    page.locator("main table").get_by_role("link").first.click()
    firm.picture("5-overview")
    page.get_by_role("link", name="用表格填写报名表和年限证明").click()
    with page.expect_download() as kept:
        page.get_by_role("button", name="下载带名单的表格").click()
    filled = place / "applications.xlsx"
    kept.value.save_as(filled)
    fill_applications(filled, held)
    page.locator("input[type=file]").set_input_files(filled)
    firm.picture("5-second-sheet")
    page.locator("main form button.btn-primary").last.click()
    page.get_by_role("button", name=re.compile("确认写入")).click()
    firm.go("/zj/review/")
    page.locator("main table").get_by_role("link").first.click()
    page.get_by_role("button", name="提交全部资料齐全的学员").click()
    expect(page.get_by_text("待审核").first).to_be_visible()
    firm.picture("5-submitted")


SPECIALITIES = {"研究生": "土木工程", "本科": "工程管理", "大专": "建筑设计类", "中专": "工程造价"}
"""Own specialities of column B in appendix 5 (ZJ-35), by the education of the sheet."""


def fill_applications(path: Path, held: Desk) -> None:
    """Speciality, graduation and years of each, as the applicants say."""
    educations = {one.id_number: one.education for one in held.people}
    book = load_workbook(path)
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows() if any(cell.value == "身份证号" for cell in row))
    at = {str(cell.value): place for place, cell in enumerate(head, 1) if cell.value}
    for row in range(int(head[0].row or 0) + 1, page.max_row + 1):
        number = page.cell(row, at["身份证号"]).value
        if not number:
            continue
        left = min(max(int(str(number)[6:10]) + 19, 2000), 2022)
        for title, value in (("所学专业", SPECIALITIES.get(educations[str(number)], "会计")), ("毕业时间", f"{left}-07-01"),
                             ("岗位工作年限", str(2026 - left)), ("起止年月1", f"{left}-09至今"),
                             ("从事何种岗位工作1", "资料员")):
            page.cell(row, at[title]).value = value
    book.save(path)


def review(institution: Walker) -> int:
    """ZJ-20, ZJ-21: drawn by the server, opened one by one, then all that the rules pass; how many passed."""
    page = institution.page
    institution.go("/zj/review/queue")
    institution.picture("6-queue")
    page.locator("[name=batch]").select_option(index=1)
    page.get_by_role("button", name="查询", exact=True).click()
    page.get_by_role("link", name="批量审核这个批次").click()
    institution.picture("6-bulk")
    page.get_by_role("button", name="抽取抽查名单").click()
    while page.get_by_role("link", name="看下一个").count():
        page.get_by_role("link", name="看下一个").click()
        institution.picture("6-case")
        page.get_by_role("button", name=re.compile("已看过，没有问题")).click()
        page.wait_for_url("**/zj/review/bulk/**")
    institution.picture("6-sampled")
    page.get_by_role("button", name=re.compile("全部通过")).click()
    done = page.get_by_text(re.compile(r"已批量通过 \d+ 人，【资格审核状态为已审核】"))
    expect(done).to_be_visible(timeout=60_000)
    institution.picture("6-passed")
    found = re.search(r"\d+", done.inner_text())
    assert found is not None
    return int(found.group())


def order_and_pay(firm: Walker, people: int, fee_yuan: int, place: Path) -> None:
    """ZJ-21 … ZJ-24: the order line by line, the transfer, the voucher."""
    page = firm.page
    firm.go("/admin/zj_orders/")
    firm.picture("7-orders")
    page.locator("main").get_by_role("link", name=re.compile("生成")).first.click()
    if page.get_by_role("button", name="核对金额").count() == 0:
        page.locator("main").get_by_role("link", name=re.compile("选择|生成")).first.click()
    page.get_by_role("button", name="核对金额").click()
    expect(page.locator("main")).to_contain_text(f"¥{people * fee_yuan:,}.00")
    firm.picture("7-amount")
    page.get_by_role("button", name="生成订单").click()
    firm.picture("7-order")
    page.get_by_role("link", name="录入汇款凭证").click()
    voucher = place / "voucher.jpg"
    voucher.write_bytes(paper("bank transfer receipt"))
    page.locator("input[type=file]").set_input_files(voucher)
    page.get_by_role("button", name="上传", exact=True).click()
    for name, value in (("payer_name", "示例装饰有限公司"), ("paid", str(people * fee_yuan)),
                        ("reference", "2026112200001"), ("invoice_title", FIRM), ("refund_bank", "示例银行"),
                        ("refund_account", "6222000000000000001")):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="提交凭证").click()
    expect(page.locator("main")).to_contain_text("付款单位")
    firm.picture("7-refused")
    page.locator("[name=payer_name]").fill(FIRM)
    page.get_by_role("button", name="提交凭证").click()
    page.wait_for_url(re.compile(r"/zj/order/[0-9a-f-]{36}$"))
    firm.picture("7-voucher")


def confirm_money(institution: Walker) -> None:
    """ZJ-25: 【报名状态】为“已报名”."""
    page = institution.page
    institution.go("/admin/zj_order_queue/")
    institution.picture("8-queue")
    page.get_by_role("row", name=re.compile(FIRM)).get_by_role("link").last.click()
    page.get_by_role("button", name=re.compile("确认收款")).click()
    expect(page.locator("main")).to_contain_text("已报名")
    institution.picture("8-confirmed")


def plan_training(institution: Walker) -> None:
    """ZJ-27: a plan, the batch in it, published."""
    page = institution.page
    institution.go("/zj/training/new")
    page.locator("[name=post_id]").select_option(label="资料员")
    page.locator("[name=mode][value=online]").check()
    page.locator("main form button.btn-primary").last.click()
    page.locator("[name=title]").fill("资料员线上培训一期")
    for name in ("starts_on", "ends_on"):
        page.locator(f"[name={name}]").fill(str(date.today() + timedelta(days=0 if name == "starts_on" else 20)))
    page.locator("[name=capacity]").fill("60")
    for box in page.locator("[name=packages]").all():
        box.check()
    institution.picture("9-plan-form")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="整批编入").click()
    page.get_by_role("link", name="发布").click()
    page.locator("main form button.btn-primary, dialog[open] button.btn-primary").last.click()
    expect(page.locator("h1")).to_contain_text("已发布")
    institution.picture("9-plan")


def study(trainee: Walker, inbox: Walker, who: Entry, seconds: float) -> None:
    """ZJ-31, ZJ-27: the initial password, the plan, the lessons with the face check."""
    page = trainee.page
    sign_in(trainee, "个人用户", who.id_number, "111111")
    own_password(trainee, inbox, who.phone, OWN_PASSWORD)
    trainee.go("/zj/training/mine")
    trainee.picture("10-plan")
    begin_study(trainee)
    done = page.locator("[data-completion]")
    expect(done).to_be_visible(timeout=seconds * 1000)
    trainee.picture("10-done")


def apply_and_seat(institution: Walker, starts: datetime) -> None:
    """ZJ-27, ZJ-28: who has finished is applied for; room, seats, time; told."""
    page = institution.page
    institution.go("/zj/training/")
    page.locator("main table").get_by_role("link").first.click()
    page.get_by_role("button", name="为全部完成培训的学员申请考试").click()
    institution.picture("11-applied")
    institution.go("/zj/testing/plans/new")
    page.locator("[name=own_place]").select_option(index=1)
    for name, value in (("room", "101"), ("seats", "30"), ("day", starts.strftime("%Y-%m-%d")),
                        ("starts", starts.strftime("%H:%M"))):
        page.locator(f"[name={name}]").fill(value)
    for box in (page.locator("[name=posts]"), page.locator("[name=invigilators]")):
        for one in box.all():
            one.check()
    institution.picture("11-test-form")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="自动排座").click()
    page.get_by_role("button", name="发布并通知学员").click()
    expect(page.locator("h1")).to_contain_text("已发布")
    institution.picture("11-test-plan")


def enter_room(trainee: Walker, invigilator: Walker, inbox: Walker) -> None:
    """ZJ-28, ZJ-29: told where and when; a live face at the door, the code on the blackboard, the seat."""
    received(inbox, "测试")
    invigilator.go("/zj/testing/rooms/")
    invigilator.picture("12-rooms")
    invigilator.page.locator("main table, main section, main ul").get_by_role("link").first.click()
    code = invigilator.page.locator(".zj-code").inner_text()
    page = trainee.page
    trainee.go("/zj/testing/mine/")
    trainee.picture("12-mine")
    trainee.press("入场和考试")
    trainee.press("开始人脸核验")
    page.get_by_role("button", name="打开摄像头").click()
    start = page.get_by_role("button", name="拍照识别")
    expect(start).to_be_enabled(timeout=20_000)
    start.click()
    expect(page.get_by_role("heading", name="人脸核验通过")).to_be_visible(timeout=60_000)
    page.locator("[name=code]").fill(code)
    trainee.picture("12-door")
    page.get_by_role("button", name="确认入座").click()
    expect(page.get_by_role("heading", name="已入场，请等候开考")).to_be_visible()
    trainee.picture("12-seated")


def sit_test(trainee: Walker, invigilator: Walker, answers: dict[str, str], seconds: float) -> None:
    """ZJ-29: begun by the invigilator at the time; handed in when the half hour is over (here a minute); the score at
    once."""
    page, board = trainee.page, invigilator.page
    begin = board.get_by_role("button", name="开考")
    until = time.monotonic() + seconds
    while not begin.count():
        assert time.monotonic() < until, board.locator("main").inner_text()[:300]
        board.wait_for_timeout(2_000)
        board.reload()
    begin.click()
    page.get_by_role("button", name="开始考试").click(timeout=20_000)
    questions = page.locator(".jx-question")
    expect(questions).to_have_count(50)
    trainee.picture("13-paper")
    for index in range(50):
        answer(questions.nth(index), answers)
    expect(page.locator("[data-answered]")).to_have_text("50")
    invigilator.picture("13-board")
    hand_in = page.get_by_role("button", name=re.compile("交卷")).first
    expect(hand_in).to_be_enabled(timeout=90_000)
    hand_in.click()
    trainee.press("确定交卷")
    expect(page.get_by_text("考核合格").first).to_be_visible()
    trainee.picture("13-score")
    invigilator.press("结束测试")
    board.locator("main form button").last.click()
    expect(board.get_by_text("测试已结束").first).to_be_visible()
    invigilator.picture("13-closed")


def fetch_certificate(trainee: Walker, left: Path) -> Path:
    """ZJ-30, ZJ-36: 证书管理, drawn at the first 下载, then the file."""
    page = trainee.page
    trainee.go("/certificates")
    trainee.picture("14-certificates")
    page.locator("main").get_by_role("button", name="下载").first.click()
    expect(page.locator("main").get_by_role("link", name="下载").first).to_be_visible(timeout=30_000)
    trainee.picture("14-drawn")
    return download(trainee, "下载", left / "zj-certificate.pdf")


def look_at_board(firm: Walker, name: str) -> None:
    """C-19: where each employee stands; who has the certificate is among those who are done."""
    page = firm.page
    firm.go("/admin/zj_board/")
    page.locator("main").get_by_role("button", name="更新", exact=True).click()
    until = time.monotonic() + 60
    while not page.get_by_role("row", name=re.compile(name)).count():
        assert time.monotonic() < until, page.locator("main").inner_text()[:300]
        page.wait_for_timeout(1_000)
        firm.go("/admin/zj_board/?standing=done")
    firm.picture("15-board-done")
    firm.go("/admin/zj_board/")
    firm.picture("15-board")
