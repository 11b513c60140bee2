"""The invigilator's board in a real browser: it moves by itself, and fits a phone (ZJ-29)."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Engine
from playwright.sync_api import Page, expect

from core.tenancy import Role, Tenant
from core.web import JianxueFlask
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.people import Somebody
from tests.plugins.zhejiang.test_room import Room, room

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
__all__ = ["room"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def port(app: JianxueFlask) -> Iterator[int]:
    with serving(app) as found:
        yield found


def opened(engine: Engine, app: JianxueFlask, tenant: Tenant, port: int, who: Somebody, size: object) -> Page:
    page = engine.new_context(viewport=size).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(10_000)
    sign_in(page, app, tenant, port, who)
    return page


def test_the_board_moves_by_itself(engine: Engine, app: JianxueFlask, room: Room, port: int) -> None:
    first, site = room.candidates[0], origin(room.tenant, port)
    room.ready()
    room.wait(60)
    room.match(first)
    watcher = Somebody(room.watcher, None, "", "", "", "", "", frozenset({Role.INVIGILATOR}))
    page = opened(engine, app, room.tenant, port, watcher, PHONE)
    page.goto(site + room.of_room)
    seat = page.locator('[data-seat="1"]')
    expect(seat).to_contain_text("未入场")
    room.enter(first)
    expect(seat).to_contain_text("已入场")
    page.get_by_role("button", name="开考").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("测试中")
    path = room.start(first).headers["Location"]
    room.answer(first, path, 2)
    expect(seat).to_contain_text("2/50")
    broken = look(page, site + room.of_room)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    broken += look(page, site + f"{room.of_room}/seats/{room.seat(first).id}")
    assert broken == []
    page.context.close()
