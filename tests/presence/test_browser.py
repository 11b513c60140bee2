"""The face box in a real browser with a turning head as webcam (N-33 … N-35); `make walk` runs it too."""
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from core.app import create_app, open_tenants
from core.base.clock import SystemClock
from core.base.config import Config
from core.presence import attested, check_url
from core.tenancy import Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser
from tests.people import Somebody, signed_in
from tests.presence.renderer import make_webcam
from tests.presence.sitter import altered, person_with_photo

CHROMIUM = "/usr/bin/chromium"
pytestmark = [pytest.mark.walk, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here")]


@pytest.fixture
def site(config: Config) -> Iterator[tuple[JianxueFlask, Tenant, int]]:
    """The app on a port of its own, by the real clock."""
    directory = open_tenants(config, clock=SystemClock())
    app = create_app(config, directory)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, directory.by_slug("national"), server.server_port
    server.shutdown()
    thread.join()
    for tenant in directory:
        tenant.close()


def address_of(tenant: Tenant, port: int, path: str) -> str:
    return f"http://{tenant.file.hosts[0]}:{port}{path}"


def signed_cookies(app: JianxueFlask, tenant: Tenant, somebody: Somebody, port: int) -> list[dict[str, str]]:
    """The cookies of an open session of that trainee, for a browser."""
    app.test_client_class = Browser
    client = app.test_client()
    assert isinstance(client, Browser)
    client.tenant = tenant
    signed_in(client, somebody)
    return [{"name": kept.key, "value": kept.value, "url": address_of(tenant, port, "/")}
            for kept in client._cookies.values()]


def try_until_let_in(page: Page, tries: int = 3) -> None:
    """Click 拍照识别 and wait for the verdict; a failed try is told in words and may be tried again."""
    for _ in range(tries):
        page.locator("[data-start]").click()
        page.wait_for_selector("[data-tone=act]", timeout=30_000)
        assert page.locator("[data-say]").inner_text() in ("向左慢慢转头", "向右慢慢转头")
        page.wait_for_selector("[data-tone=done], [data-tone=stop]", timeout=30_000)
        if page.locator("[data-tone=done]").count():
            return
    raise AssertionError(page.locator("[data-face]").inner_text())


def test_a_person_turns_the_head_and_is_let_in(site: tuple[JianxueFlask, Tenant, int], tmp_path: Path) -> None:
    """N-33, N-34: consent, permission, 拍照识别, the drawn turn, and the browser jumps on by itself."""
    app, tenant, port = site
    webcam = make_webcam(tmp_path / "webcam.mjpeg", seconds=60)
    altered(tenant, **webcam.rules)
    somebody = person_with_photo(tenant, photo=webcam.photo)
    enrollment_id = uuid4()
    with unit_of_work(tenant, somebody.actor) as ctx, app.test_request_context(base_url=address_of(tenant, port, "")):
        path = check_url(ctx, enrollment_id, "/presence/consent")
    camera = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
              f"--use-file-for-fake-video-capture={webcam.path}"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=camera)
        context = chromium.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        context.add_cookies(signed_cookies(app, tenant, somebody, port))
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address_of(tenant, port, path))
        page.get_by_role("button", name="同意并继续").click()
        page.locator("[data-start]").click()
        page.wait_for_selector(".is-live")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        try_until_let_in(page)
        page.wait_for_url("**/presence/consent")
        assert not errors
        chromium.close()
    with unit_of_work(tenant, somebody.actor) as ctx:
        proof = attested(ctx, somebody.person_id, enrollment_id)
        assert proof is not None and proof.zone == "accept"
