"""资格审核 in a browser: readable by all, on a desk and on a phone; a pile worked off with keys alone (look.md, ZJ-20)."""
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from core.base.clock import FixedClock
from core.tenancy import Tenant, unit_of_work
from core.web import JianxueFlask
from plugins.zhejiang.documents.states import DocumentKind
from plugins.zhejiang.review import service
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.test_review import clerk, stands, version_of, waiting

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_every_page_on_a_desk_and_on_a_phone(engine: Browser, app: JianxueFlask, zhejiang: Tenant,
                                             clock: FixedClock) -> None:
    """axe finds nothing grave, nothing scrolls sideways."""
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    fresh = scene.candidate(zhejiang, batch, 1)
    scene.pictures(zhejiang, fresh, without=[DocumentKind.EDUCATION])
    sent, back = waiting(zhejiang, batch, 2, speciality="给排水工程"), waiting(zhejiang, batch, 3)
    clock.advance(minutes=1)
    with unit_of_work(zhejiang, clerk(zhejiang, school)) as ctx:
        service.give_back(ctx, back, version_of(zhejiang, back), {"form": "没有本人签名", "data": "年限不一致"}, "请补正")
    pages = {firm.clerk: ["/zj/review/", f"/zj/review/batches/{batch}", f"/zj/review/batches/{batch}/sheet",
                          f"/zj/review/candidates/{fresh}/application", f"/zj/review/candidates/{back}/application",
                          f"/zj/review/candidates/{sent}/application"],
             school.clerk: ["/zj/review/queue", f"/zj/review/cases/{sent}", f"/zj/review/cases/{back}",
                            f"/zj/review/bulk/{batch}"]}
    found: list[str] = []
    with serving(app) as port:
        for size in (DESK, PHONE):
            for who, addresses in pages.items():
                page = engine.new_context(viewport=size).new_page()  # type: ignore[arg-type]
                sign_in(page, app, zhejiang, port, who)
                found += [text for one in addresses for text in look(page, origin(zhejiang, port) + one)]
                page.context.close()
    assert found == []


def test_a_pile_is_worked_off_with_keys(engine: Browser, app: JianxueFlask, zhejiang: Tenant) -> None:
    """P passes and shows the next, N only shows it, R opens what is refused; not while something is typed."""
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    first, second, third = (waiting(zhejiang, batch, serial) for serial in (1, 2, 3))
    with serving(app) as port:
        page: Any = engine.new_context(viewport=DESK).new_page()  # type: ignore[arg-type]
        sign_in(page, app, zhejiang, port, school.clerk)
        page.goto(f"{origin(zhejiang, port)}/zj/review/cases/{first}")
        page.keyboard.press("p")
        page.wait_for_url(f"**/{second}")
        expect(page.get_by_text("【资格审核状态为已审核】")).to_be_visible()
        page.keyboard.press("n")
        page.wait_for_url(f"**/{third}")
        page.keyboard.press("r")
        page.get_by_label("学历证书").fill("pnr 看不清")
        expect(page.get_by_role("button", name="退回")).to_be_visible()
        page.context.close()
    assert [stands(zhejiang, one) for one in (first, second, third)] == ["reviewed", "submitted", "submitted"]
