"""An enterprise and an institution before a real browser: from choosing people to 已报名 (ZJ-21 … ZJ-25)."""
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from core.organization.modes import PaymentWay
from core.tenancy import Tenant
from core.web import JianxueFlask
from plugins.zhejiang.batch.states import Mode
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import faults
from tests.plugins.zhejiang.test_order import make_deal, picture
from tests.plugins.zhejiang.test_order_pages import paid_by

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
SHOTS = os.environ.get("JIANXUE_SHOTS", "")


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def seen(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is shown; a picture of it where one is asked for."""
    page.wait_for_load_state("load")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png",  # type: ignore[index]
                        full_page=True)
    return [f"{name}: {text}" for text in faults(page)]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_order(engine: Browser, app: JianxueFlask, zhejiang: Tenant, size: dict[str, int]) -> None:
    """axe finds nothing grave and nothing scrolls sideways on any page of the way."""
    deal = make_deal(zhejiang)
    paid_by(deal, PaymentWay.BOTH)
    deal.reviewed(6)
    deal.reviewed(3, Mode.OFFLINE, 21)
    wrong: list[str] = []
    with serving(app) as port:
        page, desk = (engine.new_page(viewport=size) for _who in range(2))  # type: ignore[arg-type]
        here = origin(zhejiang, port)
        sign_in(page, app, zhejiang, port, deal.firm.clerk)
        page.goto(f"{here}/admin/zj_orders/")
        wrong += seen(page, "zj-1-orders-empty")
        page.get_by_role("link", name="生成订单").click()
        wrong += seen(page, "zj-2-choose")
        page.get_by_role("button", name="核对金额").click()
        wrong += seen(page, "zj-3-preview")
        page.get_by_role("button", name="生成订单").click()
        wrong += seen(page, "zj-4-order")
        page.get_by_role("link", name="拆分订单").click()
        wrong += seen(page, "zj-5-split")
        page.go_back()
        page.get_by_role("link", name="录入汇款凭证").click()
        page.get_by_label("付款截图或汇款凭证").set_input_files(
            {"name": "付款.png", "mimeType": "image/png", "buffer": picture("88")})
        page.get_by_role("button", name="上传").click()
        page.get_by_label("付款单位").fill("王小明")
        page.get_by_label("退款开户银行").fill("示例银行")
        page.get_by_label("退款账号").fill("6222000011112222")
        page.get_by_role("button", name="提交凭证").click()
        wrong += seen(page, "zj-6-voucher-refused")
        page.get_by_label("付款单位").fill("示例建筑有限公司")
        page.get_by_role("button", name="提交凭证").click()
        page.wait_for_url("**/zj/order/*-*")
        wrong += seen(page, "zj-7-vouched")
        sign_in(desk, app, zhejiang, port, deal.school.clerk)
        desk.goto(f"{here}/admin/zj_order_queue/")
        wrong += seen(desk, "zj-8-queue")
        desk.get_by_role("link", name="核对").click()
        wrong += seen(desk, "zj-9-desk")
        desk.get_by_role("button", name="确认收款").click()
        desk.get_by_text("已确认收款，学员的报名状态").wait_for()
        wrong += seen(desk, "zj-a-confirmed")
        desk.get_by_role("link", name="退费", exact=True).first.click()
        wrong += seen(desk, "zj-b-take-out")
        page.close()
        desk.close()
    assert not wrong
