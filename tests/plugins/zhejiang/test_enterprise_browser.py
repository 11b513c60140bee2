"""The enterprise's and the regulator's pages before a browser: axe finds nothing grave, nothing scrolls sideways."""
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from core.access import Role
from core.tenancy import Tenant
from core.web import JianxueFlask
from plugins.zhejiang.enterprise.states import State
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.people import staff
from tests.plugins.zhejiang import scene

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
SHOTS = os.environ.get("JIANXUE_SHOTS", "")


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def seen(page: Page, address: str, name: str) -> list[str]:
    """What is wrong with a page; a picture of it where one is asked for."""
    wrong = look(page, address)
    for part in page.locator("details").all():
        part.evaluate("node => node.open = true")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png",  # type: ignore[index]
                        full_page=True)
    return wrong


@pytest.mark.prove
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages(engine: Browser, app: JianxueFlask, zhejiang: Tenant, size: dict[str, int]) -> None:
    """ZJ-02 … ZJ-08."""
    for number in "一二三四五六七八":
        scene.school(zhejiang, f"示例培训机构{number}")
    draft, waits = scene.firm(zhejiang, state=State.DRAFT), scene.firm(zhejiang, "另一家建筑有限公司", state=State.SUBMITTED)
    firm = scene.firm(zhejiang, "第三家建筑有限公司")
    judge = staff(zhejiang, Role.REGULATOR, username="hangzhou", city="杭州市")
    admin = staff(zhejiang, Role.ADMINISTRATOR)
    walks = (
        (None, ("register", "register?city=杭州市")), (draft.clerk, ("", "facts")), (waits.clerk, ("",)),
        (firm.clerk, ("", "clerks", "contact", "change")),
        (judge, (f"review/{waits.id}", f"review/{firm.id}", "../../admin/zj_registrations/")),
        (admin, ("regulators", "../../admin/zj_enterprises/", f"../../admin/zj_enterprises/{waits.id}/")))
    wrong: list[str] = []
    with serving(app) as port:
        here = f"{origin(zhejiang, port)}/zj/enterprise/"
        for number, (who, paths) in enumerate(walks):
            page = engine.new_page(viewport=size)  # type: ignore[arg-type]
            if who is not None:
                sign_in(page, app, zhejiang, port, who)
            for part, path in enumerate(paths):
                wrong += seen(page, here + path, f"{number}{part}")
            page.close()
    assert not wrong
