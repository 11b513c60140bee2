"""What a person does on the way through the eight steps, one function a step; each leaves its pictures."""
import re
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}


@dataclass
class Walker:
    """One person in a browser of their own, and where the pictures go."""

    page: Page
    base: str
    pictures: Path
    shot: int = 0
    prefix: str = ""

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def picture(self, name: str) -> None:
        """The page as it is, at both widths."""
        self.shot += 1
        for suffix, size in (("", WIDE), ("-phone", PHONE)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.screenshot(path=self.pictures / f"{self.prefix}{name}{suffix}.png", full_page=not suffix)
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def press(self, label: str) -> None:
        """The visible button or link with this name."""
        self.page.get_by_role("button", name=label, exact=True).or_(
            self.page.get_by_role("link", name=label, exact=True)).first.click()

    def solve_picture_code(self) -> None:
        """The way of those who cannot see the picture: a sum in words."""
        self.page.get_by_role("button", name="换成文字题").click()
        question = self.page.locator("[data-question]")
        expect(question).to_contain_text("等于多少")
        words = re.search(r"(\w+)加(\w+)，再减去(\w+)，", question.inner_text())
        assert words is not None, question.inner_text()
        first, second, third = (number(word) for word in words.groups())
        self.page.locator("[name=image_code]").fill(str(first + second - third))


def number(words: str) -> int:
    """七十二 → 72, 十九 → 19."""
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _DIGITS[words]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def open_page(browser: Browser, base: str, *, camera: bool = False) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport=WIDE, locale="zh-CN",  # type: ignore[arg-type]
                                  permissions=["camera", "microphone"] if camera else [], accept_downloads=True)
    context.set_default_timeout(30_000)
    return context, context.new_page()


def sms_code(inbox: Walker, phone: str) -> str:
    """The newest code for this phone in the demo's inbox; a message arrives a moment after it was asked for."""
    return received(inbox, rf"{phone[:3]}\s?{phone[3:7]}\s?{phone[7:]}(?:(?!1\d{{2}}).)*?(?<!\d)(\d{{6}})(?!\d)")


def received(inbox: Walker, pattern: str, seconds: float = 30) -> str:
    """The first match of a pattern in the inbox, once it is there."""
    until = time.monotonic() + seconds
    while True:
        inbox.go("/demo/inbox")
        text = inbox.page.locator("main").inner_text()
        if (found := re.search(pattern, text, re.S)) is not None:
            return found.group(found.lastindex or 0)
        assert time.monotonic() < until, f"no SMS like {pattern} in {text[:500]}"


def sign_in(walker: Walker, tab: str, name: str, password: str) -> None:
    walker.go("/sign-in")
    walker.page.get_by_role("link", name=tab, exact=True).or_(walker.page.get_by_role("tab", name=tab)).first.click()
    walker.page.locator("main input[type=text]").first.fill(name)
    walker.page.locator("[name=password]").fill(password)
    walker.solve_picture_code()
    walker.page.locator("main").get_by_role("button", name="登录", exact=True).last.click()
    try:
        walker.page.wait_for_url(lambda url: not url.split("?")[0].endswith("/sign-in"))
    except TimeoutError:
        raise AssertionError(walker.page.locator("main").inner_text()[:600]) from None


def own_password(walker: Walker, inbox: Walker, phone: str, password: str) -> None:
    """GD-05, GD-08, N-17: the initial password opens only the page that changes it, by a code to the phone on file."""
    page = walker.page
    page.get_by_role("button", name="获取验证码").click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.locator("[name=sms_code]").fill(sms_code(inbox, phone))
    page.locator("[name=new_password]").fill(password)
    page.locator("[name=repeated]").fill(password)
    walker.picture("1-own-password")
    page.locator("main").get_by_role("button", name="保存", exact=True).last.click()
    page.wait_for_url(lambda url: "/password" not in url)


def prove_device(walker: Walker, inbox: Walker, phone: str) -> None:
    """GD-05: where the device is new, the SMS code that goes to the phone on file."""
    page = walker.page
    if not page.url.split("?")[0].endswith("/sign-in/code"):
        return
    page.get_by_role("button", name="获取验证码").click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.locator("[name=sms_code]").fill(sms_code(inbox, phone))
    walker.picture("1-new-device")
    page.locator("main").get_by_role("button", name="登录", exact=True).last.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def register(walker: Walker, inbox: Walker, name: str, id_number: str, phone: str) -> None:
    """N-08: the form in its order."""
    walker.go("/register")
    page = walker.page
    page.locator("[name=name]").fill(name)
    page.locator("[name=id_number]").fill(id_number)
    page.locator("[name=id_number_again]").fill(id_number)
    page.locator("[name=phone]").fill(phone)
    walker.solve_picture_code()
    page.get_by_role("button", name="获取验证码").click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.locator("[name=sms_code]").fill(sms_code(inbox, phone))
    walker.picture("1-register")
    page.locator("main").get_by_role("button", name="注册", exact=True).last.click()
    page.wait_for_url("**/basics**")


def complete_file(walker: Walker, photo: Path) -> None:
    """N-11, N-12: the photo is judged, shown once more, then stays; then the account of the resource library."""
    upload_photo(walker, photo)
    walker.page.wait_for_url("**/library**")
    walker.picture("1-library")
    walker.press("立即注册")
    expect(walker.page.get_by_text("注册成功，用户名为身份证号，初始密码为手机号").first).to_be_visible()
    walker.picture("1-opened")


def upload_photo(walker: Walker, photo: Path) -> None:
    """头像: judged by the machine, shown once more before it stays."""
    page = walker.page
    page.locator("[name=photo]").set_input_files(photo)
    page.locator("main").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("一经上传不可修改").first).to_be_visible()
    walker.picture("1-photo")
    walker.press("确定")


def upload_scans(walker: Walker, sides: tuple[Path, Path]) -> None:
    """GD-09, BJ-06: both sides of the ID card before the first study."""
    page = walker.page
    walker.go("/record/scans")
    for name, side in zip(("portrait", "emblem"), sides, strict=True):
        page.locator(f"[name={name}]").set_input_files(side)
    walker.picture("1-scans")
    page.locator("main").get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("身份证照片已上传。")).to_be_visible()


def choose_cycle(walker: Walker, post: str, year: int) -> None:
    """N-18 … N-27: the certificates are there; post and year are chosen, confirmed, ordered."""
    page = walker.page
    walker.press("获取本人所有证书信息")
    walker.picture("2-pulled")
    heading = page.get_by_role("heading", name=post, exact=True)
    until = time.monotonic() + 60
    walker.go("/education/choose")
    while not heading.is_visible() and time.monotonic() < until:
        page.reload()
    section = page.locator("section").filter(has=page.get_by_role("heading", name=post, exact=True))
    section.get_by_label(f"{year}-01-01~{year}-12-31").check()
    walker.picture("2-choose")
    walker.press("加入购物车")
    page.wait_for_url("**/cart**")
    walker.picture("2-cart")
    walker.press("提交订单")
    expect(page.get_by_text(f"您即将购买岗位为【{post}】的【正常周期】课程")).to_be_visible()
    walker.picture("2-confirm")
    page.get_by_role("button", name="确定", exact=True).click()
    page.wait_for_url("**/orders/**")


def enroll_at_counter(clerk: Walker, name: str, id_number: str, phone: str, post: str, year: int) -> None:
    """GD-04, GD-06, GD-08: the institution's clerk finds the trainee, chooses, takes the fee in two items."""
    page = clerk.page
    clerk.go("/admin/counter/new/")
    for field, value in (("name", name), ("id_number", id_number), ("phone", phone)):
        page.locator(f"[name={field}]").fill(value)
    clerk.press("下一步：选择证书")
    section = page.locator("section").filter(has=page.get_by_role("heading", name=post, exact=True))
    until = time.monotonic() + 60
    while not section.is_visible() and time.monotonic() < until:
        page.reload()
    section.get_by_label(f"{year}-01-01~{year}-12-31").check()
    clerk.picture("2-counter")
    clerk.press("报名")
    clerk.press("确认收款")
    clerk.picture("3-fee")
    page.locator("dialog, main").get_by_role("button", name="确认收款").last.click()
    expect(page.get_by_text("已完成：确认收款").first).to_be_visible()
    clerk.picture("3-received")


def pay(walker: Walker) -> None:
    """N-28: WeChat is recommended; the payer's phone opens the code; the portal comes back by itself."""
    page = walker.page
    walker.picture("3-order")
    walker.press("立即购买")
    page.get_by_label("微信").check()
    walker.picture("3-channel")
    walker.press("显示付款二维码")
    walker.picture("3-code")
    address = page.get_by_role("link", name="手机上打不开二维码？在本机打开付款页").get_attribute("href")
    assert address is not None
    phone = page.context.browser.new_context(viewport=PHONE)  # type: ignore[union-attr,arg-type]
    payer = phone.new_page()
    payer.goto(address)
    payer.screenshot(path=walker.pictures / "3-payer-phone.png")
    payer.get_by_role("button", name="确认支付").click()
    expect(payer.get_by_text("支付成功")).to_be_visible()
    phone.close()
    page.wait_for_url("**/paid**", timeout=20_000)
    walker.picture("3-paid")


def begin_study(walker: Walker) -> None:
    """N-33 … N-35: consent, camera, one turn of the head; the player opens and the server counts."""
    page = walker.page
    walker.go("/training")
    walker.picture("4-training")
    walker.press("开始学习")
    walker.picture("4-consent")
    walker.press("同意并继续")
    page.get_by_role("button", name="打开摄像头").click()
    start = page.get_by_role("button", name="拍照识别")
    expect(start).to_be_enabled(timeout=20_000)
    walker.picture("4-face")
    start.click()
    page.wait_for_url("**/study/**", timeout=60_000)
    expect(page.locator("[data-part=credit]")).not_to_be_empty(timeout=20_000)
    walker.picture("4-player")


def end_study(walker: Walker, seconds: float, days: str = "3到5个工作日") -> None:
    """N-37, N-38: every lesson to its end at its own speed, then the sentence to the letter."""
    page = walker.page
    done = page.locator("[data-completion]")
    expect(done).to_be_visible(timeout=seconds * 1000)
    expect(done).to_contain_text("您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要" + days)
    walker.picture("4-done")
    done.get_by_role("link", name="知道了").click()


def sit_exam(walker: Walker, answers: dict[str, str]) -> None:
    """N-40 … N-43: fifty questions, answered from the bank by their stems, score at once."""
    page = walker.page
    walker.go("/training")
    walker.picture("5-training")
    walker.press("开始考试")
    walker.picture("5-rules")
    page.locator("main").get_by_role("button", name="开始考试").click()
    questions = page.locator(".jx-question")
    expect(questions).to_have_count(50)
    walker.picture("5-paper")
    for index in range(50):
        answer(questions.nth(index), answers)
    expect(page.locator("[data-answered]")).to_have_text("50")
    walker.press("交卷")
    walker.picture("5-hand-in")
    walker.press("确定交卷")
    expect(page.get_by_text("考核合格").first).to_be_visible()
    walker.picture("5-result")


def answer(question: Locator, answers: dict[str, str]) -> None:
    """Tick the right options; the receipt says that the server has them."""
    stem = question.locator("legend").inner_text().split("、", 1)[1]
    for option in answers[stem].split("\n"):
        question.locator("label").filter(has_text=re.compile(rf"^[A-E] ?{re.escape(option)}$")).click()
    expect(question.locator("[data-receipt]")).to_have_text("已保存")


def audit(auditor: Walker, name: str) -> None:
    """N-44: the queue, the pictures beside the photo on file, passed."""
    page = auditor.page
    auditor.go("/audit/")
    auditor.picture("6-queue")
    page.get_by_role("row", name=name).get_by_role("link", name="审核").click()
    auditor.picture("6-case")
    auditor.press("通过")
    auditor.press("确认通过")
    expect(page.get_by_text("已通过").first).to_be_visible()
    auditor.picture("6-passed")


def proof(walker: Walker, into: Path) -> Path:
    """N-49: 打印证书, and the same bytes each time."""
    page = walker.page
    walker.go("/training")
    walker.picture("7-training")
    walker.press("打印证书")
    expect(page.get_by_role("link", name="下载")).to_be_visible(timeout=30_000)
    walker.picture("7-proof")
    first, second = (download(walker, "下载", into / name) for name in ("proof.pdf", "proof-again.pdf"))
    assert first.read_bytes() == second.read_bytes()
    second.unlink()
    return first


def download(walker: Walker, label: str, target: Path) -> Path:
    with walker.page.expect_download() as got:
        walker.page.get_by_role("link", name=label, exact=True).first.click()
    got.value.save_as(target)
    return target


def replace(walker: Walker, number: str, into: Path) -> Path:
    """N-50 … N-52: the hours are on record; the electronic certificate comes, the old one is void."""
    page = walker.page
    walker.go("/certificates")
    expect(page.get_by_text(number)).to_be_visible()
    walker.picture("8-certificates")
    walker.press("证书更新")
    expect(page.get_by_text("系统将自动生成电子证书，同时原证书作废").first).to_be_visible()
    walker.picture("8-confirm")
    page.get_by_role("button", name="证书更新").or_(page.get_by_role("button", name="确定", exact=True)).last.click()
    expect(page.get_by_role("link", name="下载")).to_be_visible(timeout=30_000)
    walker.picture("8-electronic")
    return download(walker, "下载", into / "certificate.pdf")


def verify(public: Walker, certificate: Path, old: str, name: str) -> None:
    """Anybody, signed in nowhere: by file, and by the old number, which is void."""
    page = public.page
    public.go("/verify")
    public.picture("8-verify")
    page.locator("[name=file]").set_input_files(certificate)
    public.press("核对文件")
    expect(page.get_by_text("有效").first).to_be_visible()
    expect(page.get_by_text(name, exact=True)).to_have_count(0)
    public.picture("8-verified")
    public.go("/verify")
    page.locator("[name=number]").fill(old)
    public.press("查询")
    expect(page.get_by_text("作废").first).to_be_visible()
    public.picture("8-old-void")
