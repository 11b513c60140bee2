"""The zip in a real browser: a cut line, and on from where it was (ZJ-18); both widths without sideways scroll."""
import os
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from core.tenancy import NOBODY, Tenant, unit_of_work
from core.web import JianxueFlask
from plugins.zhejiang.documents import receiving
from plugins.zhejiang.documents.models import Document
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.people import id_number
from tests.plugins.zhejiang import scene, zips

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")


def test_a_cut_line_loses_nothing(zhejiang: Tenant, app: JianxueFlask, tmp_path: Path) -> None:
    """ZJ-18: the second piece is cut off once; the upload goes on by itself, the page follows the zip to its end."""
    firm = scene.firm(zhejiang)
    batch = scene.batch(zhejiang, firm, scene.school(zhejiang))
    scene.candidate(zhejiang, batch, 1)
    files = [(f"{id_number(1)}${word}.jpg", zips.picture()) for word in zips.SUFFIXES[1:]]
    archive = tmp_path / "资料.zip"
    archive.write_bytes(zips.zipped([*files, ("其他.bin", os.urandom(2 * receiving.PIECE))]))
    cut: list[str] = []

    def once(route: Route) -> None:
        if cut:
            route.continue_()
        else:
            cut.append(route.request.url)
            route.abort("connectionreset")

    with serving(app) as port, chromium() as browser:
        page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()  # type: ignore[arg-type]
        sign_in(page, app, zhejiang, port, firm.clerk)
        page.route(f"**/pieces?at={receiving.PIECE}", once)
        page.goto(f"{origin(zhejiang, port)}/zj/documents/batches/{batch}")
        page.set_input_files("input[type=file]", archive)
        page.get_by_role("button", name="上传照片").click()
        expect(page.get_by_text("网络断开了")).to_be_visible()
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-watch]")).to_be_visible()
        assert cut
        zips.run_queue(zhejiang, "import")
        zips.run_queue(zhejiang, "face")
        expect(page.locator("[data-watch]")).to_have_count(0)
        expect(page.get_by_text("已收到")).to_have_count(5)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert ctx.db.query(Document).count() == 5
