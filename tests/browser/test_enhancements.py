"""What the scripts add, and that each page works without them (look.md)."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.tenancy import Tenant
from core.web import JianxueFlask
from tests.browser.live import DESK, chromium, chromium_path, origin, serving

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
GUIDE = "/_styleguide/"


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(app: JianxueFlask, national: Tenant) -> Iterator[str]:
    with serving(app) as port:
        yield origin(national, port)


@pytest.fixture
def page(engine: Browser) -> Iterator[Page]:
    opened = engine.new_context(viewport=DESK).new_page()  # type: ignore[arg-type]
    opened.set_default_timeout(10_000)
    yield opened
    opened.context.close()


def test_a_confirmation_opens_as_a_dialog_and_cancels(page: Page, site: str) -> None:
    """N-26: 提示, 确定/取消."""
    page.goto(site + GUIDE)
    page.get_by_role("link", name="购买课程").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("您即将购买岗位为【资料员】的【正常周期】课程")
    expect(dialog.get_by_role("button", name="确定")).to_be_visible()
    dialog.get_by_role("link", name="取消").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url == site + GUIDE


def test_without_scripts_the_confirmation_is_a_page(engine: Browser, site: str) -> None:
    """N-26."""
    context = engine.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + GUIDE)
    page.get_by_role("link", name="购买课程").click()
    expect(page.get_by_role("heading", name="提示")).to_be_visible()
    expect(page.get_by_role("button", name="确定")).to_be_visible()
    context.close()


def test_numbers_are_shown_in_groups(page: Page, site: str) -> None:
    """ID 6-8-4, phone 3-4-4, however typed."""
    page.goto(site + GUIDE)
    page.get_by_label("身份证号").fill("11010119900307123x")
    page.get_by_label("手机号").fill("１３８-00138000")
    page.get_by_label("邮箱").focus()
    expect(page.get_by_label("身份证号")).to_have_value("110101 19900307 123x")
    expect(page.get_by_label("手机号")).to_have_value("138 0013 8000")


def test_the_error_summary_has_the_focus_and_leads_to_the_field(page: Page, site: str) -> None:
    page.goto(site + GUIDE)
    page.get_by_label("姓名").fill("")
    page.get_by_role("button", name="保存").click()
    summary = page.get_by_role("alert").filter(has_text="有内容需要修改")
    expect(summary).to_be_focused()
    assert page.title().startswith("有错误：")
    page.get_by_role("link", name="请填写身份证号。").click()
    expect(page.get_by_label("身份证号")).to_be_focused()


def test_a_second_click_sends_nothing(page: Page, site: str) -> None:
    page.goto(site + GUIDE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("""() => {
        const button = [...document.querySelectorAll('button')].find((found) => found.textContent === '保存');
        button.click(); button.click(); button.click();
    }""")
    page.wait_for_load_state("load")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert len(sent) == 1


def test_a_draft_is_kept_without_personal_numbers(page: Page, site: str) -> None:
    """look: long forms save a draft; never a number of a person or a password."""
    page.goto(site + GUIDE)
    page.get_by_label("情况说明").fill("线上培训3人")
    page.get_by_label("身份证号").fill("11010119900307123X")
    page.get_by_label("密码").fill("kv7#Qwlm-tower")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "线上培训3人" in kept
    assert "11010119900307" not in kept and "tower" not in kept
    page.reload()
    expect(page.get_by_label("情况说明")).to_have_value("线上培训3人")
    expect(page.get_by_label("身份证号")).to_have_value("")


def test_the_countdown_runs(page: Page, site: str) -> None:
    """N-42: 倒计时 59分53秒."""
    page.goto(site + GUIDE)
    first = page.locator("[data-left]").inner_text()
    assert first.startswith("59分5")
    page.wait_for_function("first => document.querySelector('[data-left]').textContent !== first", arg=first)


def test_a_filter_is_the_address(page: Page, site: str) -> None:
    page.goto(site + GUIDE)
    page.get_by_label("请选择学习状态").select_option("done")
    page.wait_for_url("**state=done**")
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2**")
    assert "state=done" in page.url


def test_a_form_is_walked_by_keyboard_alone(page: Page, site: str) -> None:
    """Tab through the form once without a mouse: every field and the button, in order, with a visible focus."""
    page.goto(site + GUIDE)
    page.get_by_label("姓名").focus()
    reached = []
    for _press in range(30):
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        seen = page.evaluate("""() => { const style = getComputedStyle(document.activeElement);
            return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }""")
        assert seen, reached[-1]
        if reached[-1] == "保存":
            break
        page.keyboard.press("Tab")
    wanted = ["name", "id_number", "phone", "password", "email", "sex", "post", "amount", "photo", "remark", "agreed"]
    assert [name for name in reached if name in wanted] == wanted
    assert reached[-1] == "保存"
