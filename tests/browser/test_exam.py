"""The paper in a real browser: autosave, lost network, reload, two tabs, the end of the time, the back office."""
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Engine
from playwright.sync_api import Page, Route, expect

from core.base.clock import FixedClock
from core.tenancy import Role, Tenant
from core.web import JianxueFlask
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.exam.conftest import Examinee, examinee_of
from tests.exam.people import fill_bank
from tests.people import staff

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
__all__ = ["examinee_of"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def examinee(national: Tenant, examinee_of: Callable[..., Examinee]) -> Examinee:
    made: Examinee = examinee_of(national)
    return made


@pytest.fixture
def site(app: JianxueFlask, national: Tenant) -> Iterator[tuple[str, int]]:
    with serving(app) as port:
        yield origin(national, port), port


@pytest.fixture
def page(engine: Engine, app: JianxueFlask, national: Tenant, examinee: Examinee,
         site: tuple[str, int]) -> Iterator[Page]:
    opened = engine.new_context(viewport=DESK).new_page()  # type: ignore[arg-type]
    opened.set_default_timeout(10_000)
    sign_in(opened, app, national, site[1], examinee.who)
    yield opened
    opened.context.close()


def begin(page: Page, site: tuple[str, int], examinee: Examinee) -> str:
    page.goto(f"{site[0]}/exam/{examinee.enrollment}/")
    page.get_by_role("button", name="开始考试").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("继教-施工现场管理人员 考试")
    return page.url.removeprefix(site[0])


def test_an_answer_given_before_the_script_is_there_is_saved(
        page: Page, site: tuple[str, int], examinee: Examinee) -> None:
    """N-42: on a slow line the paper can be read, and answered, before its script has come."""
    held: list[Route] = []
    page.route("**/js/exam.js*", lambda route: held.append(route))
    page.goto(f"{site[0]}/exam/{examinee.enrollment}/", wait_until="commit")
    page.get_by_role("button", name="开始考试").click(no_wait_after=True)
    page.locator("#q1B").check()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("")
    held[0].continue_()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("已保存")


def test_an_answer_is_saved_as_it_is_given(page: Page, site: tuple[str, int], examinee: Examinee) -> None:
    """N-42: receipt, count, grid; by keyboard alone."""
    path = begin(page, site, examinee)
    page.locator("#q1A").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q1B")).to_be_checked()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("已保存")
    expect(page.locator("[data-answered]")).to_have_text("1")
    expect(page.locator('[data-cell="1"]')).to_have_class("is-answered")
    assert examinee.browser.get(f"{path}/state").json == {
        "open": True, "seconds_left": 3600,
        "choices": {str(place): ["B", 1] if place == 1 else ["", 0] for place in range(1, 51)}}
    expect(page.locator("[data-left-words]")).to_have_text(re.compile(r"^5?\d+分\d+秒$"))


def test_a_lost_network_loses_no_answer(page: Page, site: tuple[str, int], examinee: Examinee) -> None:
    """Kept in the browser, sent again by itself, also after a reload."""
    path = begin(page, site, examinee)
    page.route("**/answers/*", lambda route: route.abort())
    page.locator("label[for=q2C]").click()
    page.locator("label[for=q50A]").click()
    expect(page.locator("#q-2 [data-receipt]")).to_have_text("未保存，正在重试")
    expect(page.locator("[data-network]")).to_have_text("网络断开，2题未保存，正在重试")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#q2C")).to_be_checked()
    page.unroute("**/answers/*")
    expect(page.locator("#q-2 [data-receipt]")).to_have_text("已保存", timeout=20_000)
    expect(page.locator("[data-network]")).to_have_text("答案已全部保存")
    choices = examinee.browser.get(f"{path}/state").json
    assert choices is not None and (choices["choices"]["2"][0], choices["choices"]["50"][0]) == ("C", "A")
    assert page.evaluate("localStorage.length") == 0


def test_the_last_choice_wins_over_two_tabs(page: Page, site: tuple[str, int], examinee: Examinee) -> None:
    path = begin(page, site, examinee)
    other = page.context.new_page()
    other.goto(site[0] + path)
    page.locator("label[for=q1A]").click()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("已保存")
    other.locator("label[for=q1D]").click()
    expect(other.locator("#q-1 [data-receipt]")).to_have_text("已保存")
    held = examinee.browser.get(f"{path}/state").json
    assert held is not None and held["choices"]["1"][0] == "D"


def test_handing_in_lists_what_is_open_and_shows_the_score(page: Page, site: tuple[str, int],
                                                           examinee: Examinee) -> None:
    """N-40: the score at once."""
    begin(page, site, examinee)
    page.locator("label[for=q1A]").click()
    page.get_by_role("button", name="交卷", exact=True).click()
    expect(page.locator("main")).to_contain_text("还有49道题没有作答")
    page.get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^[02]分，未合格$"))
    expect(page.get_by_role("link", name="再次考核")).to_be_visible()


def test_the_paper_hands_itself_in_when_time_is_over(page: Page, site: tuple[str, int], examinee: Examinee,
                                                     clock: FixedClock, app: JianxueFlask, national: Tenant) -> None:
    path = begin(page, site, examinee)
    page.locator("label[for=q1A]").click()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("已保存")
    examinee.wait(path, clock, 3598)
    sign_in(page, app, national, site[1], examinee.who)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"分，未合格$"), timeout=8_000)
    assert examinee.sitting(path).state == "submitted"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_exams_pages_are_sound(page: Page, site: tuple[str, int], examinee: Examinee,
                                   size: dict[str, int], tmp_path: Path) -> None:
    """axe-core, width, CSP; rules page, paper, question, result."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    found = look(page, f"{site[0]}/exam/{examinee.enrollment}/")
    page.screenshot(path=tmp_path / "intro.png")
    path = begin(page, site, examinee)
    page.locator("label[for=q1A]").click()
    expect(page.locator("#q-1 [data-receipt]")).to_have_text("已保存")
    found += look(page, site[0] + path)
    page.screenshot(path=tmp_path / "paper.png")
    found += look(page, f"{site[0]}{path}/submit")
    page.screenshot(path=tmp_path / "hand_in.png")
    page.get_by_role("button", name="确定交卷").click()
    found += look(page, f"{site[0]}{path}/result")
    page.screenshot(path=tmp_path / "result.png")
    assert found == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_back_office_is_sound(engine: Engine, app: JianxueFlask, national: Tenant, site: tuple[str, int],
                                  size: dict[str, int], tmp_path: Path) -> None:
    """Every entry of the administrator's menu, and the bank's own pages."""
    fill_bank(national)
    page = engine.new_context(viewport=size).new_page()  # type: ignore[arg-type]
    sign_in(page, app, national, site[1], staff(national, Role.ADMINISTRATOR))
    page.goto(site[0] + "/admin/")
    links = sorted(set(page.eval_on_selector_all("#menu a", "links => links.map(link => link.href)")))
    assert len(links) >= 2
    more = ["/admin/questions/new/", "/admin/questions/import/", "/admin/questions/?q=安全&page=2"]
    found = []
    for number, address in enumerate([*links, *(site[0] + path for path in more)]):
        found += look(page, address)
        page.screenshot(path=tmp_path / f"{number:02}.png")
    page.context.close()
    assert found == []
