"""An institution's clerk before a real browser: axe finds nothing grave, nothing scrolls sideways."""
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from core.access import Role
from core.tenancy import Tenant
from core.web import JianxueFlask
from core.work import run_waiting
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.people import id_number, phone, staff, trainee
from tests.plugins.counters import a_clerk, an_institution, held_at_the_ministry

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
SHOTS = os.environ.get("JIANXUE_SHOTS", "")


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def seen(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is shown; a picture of it where one is asked for."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png",  # type: ignore[index]
                        full_page=True)
    return look(page, page.url)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_counter(engine: Browser, app: JianxueFlask, guangdong: Tenant, size: dict[str, int]) -> None:
    """GD-04, GD-06, GD-08: from the ID card to the receipt."""
    school = an_institution(guangdong)
    held_at_the_ministry(guangdong, "王小明", id_number(), "资料员", "土建质量员", "安全员")
    clerk = a_clerk(guangdong, school)
    wrong: list[str] = []
    with serving(app) as port:
        page = engine.new_page(viewport=size)  # type: ignore[arg-type]
        here = origin(guangdong, port)
        sign_in(page, app, guangdong, port, clerk)
        page.goto(f"{here}/admin/counter/")
        wrong += seen(page, "1-list-empty")
        page.get_by_role("link", name="为学员报名").click()
        page.get_by_label("姓名").fill("王小明")
        page.get_by_label("身份证号").fill(id_number())
        page.get_by_label("学员手机号").fill(phone())
        wrong += seen_form(page, "2-new")
        page.get_by_role("button", name="下一步").click()
        page.wait_for_url("**/trainees/**")
        run_waiting(guangdong)
        page.reload()
        wrong += seen(page, "3-trainee")
        page.get_by_label("2020-01-01~2020-12-31").first.check()
        page.get_by_role("button", name="报名", exact=True).click()
        page.wait_for_url("**/admin/counter/*-*/")
        wrong += seen(page, "4-order")
        page.get_by_role("link", name="确认收款").click()
        page.get_by_role("button", name="确认收款").click()
        page.wait_for_url("**/admin/counter/")
        wrong += seen(page, "5-list")
        page.get_by_role("link", name="收据").click()
        wrong += seen(page, "6-receipt")
        if size is PHONE:
            wrong += what_others_see(page, app, guangdong, port)
        page.close()
    assert wrong == []


def what_others_see(page: Page, app: JianxueFlask, guangdong: Tenant, port: int) -> list[str]:
    """GD-06, GD-13, GD-23: administrator, trainee and anybody, at the width where space is short."""
    here, wrong = origin(guangdong, port), []
    pages = {
        staff(guangdong, Role.ADMINISTRATOR): ("/admin/institutions/", "/admin/institutions/new/"),
        trainee(guangdong, 5): ("/home", "/education", "/institutions", "/record"),
        None: ("/", "/flow", "/institutions"),
    }
    for who, paths in pages.items():
        page.context.clear_cookies()
        if who is not None:
            sign_in(page, app, guangdong, port, who)
        for path in paths:
            page.goto(here + path)
            wrong += seen(page, f"{'anybody' if who is None else min(who.roles)}{path.replace('/', '-')}")
    return wrong


def seen_form(page: Page, name: str) -> list[str]:
    """The same for a filled form, which going to its address again would empty."""
    typed = {label: page.get_by_label(label).input_value() for label in ("姓名", "身份证号", "学员手机号")}
    wrong = seen(page, name)
    for label, value in typed.items():
        page.get_by_label(label).fill(value)
    return wrong
