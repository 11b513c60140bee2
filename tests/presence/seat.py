"""A seat before the face check in a real Chromium, with a file as webcam, for what only a browser can show."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from core.base.db import Id
from core.presence import Attestation, attested, check_url
from core.tenancy import Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browser.live import PHONE, chromium, origin, sign_in
from tests.people import Somebody

EARS = """
window.heard = [];
const first = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { heard.push("tone " + this.state); return first.call(this); };
const second = AudioContext.prototype.createBufferSource;
AudioContext.prototype.createBufferSource = function () { heard.push("clip " + this.state); return second.call(this); };
"""


@dataclass(frozen=True)
class Site:
    """The app on a port of its own, by the real clock."""

    app: JianxueFlask
    tenant: Tenant
    port: int


@dataclass
class Seat:
    """A trainee before the page; `errors` are the page's own."""

    site: Site
    page: Page
    somebody: Somebody
    enrollment_id: Id = field(default_factory=uuid4)
    errors: list[str] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return self.page.locator("[data-face]").get_attribute("data-tone") or ""

    @property
    def said(self) -> str:
        return self.page.locator("[data-say]").inner_text()

    def sit_down(self) -> None:
        """Open the page, agree where that is asked, open the camera."""
        with unit_of_work(self.site.tenant, self.somebody.actor) as ctx, self.site.app.test_request_context(
                base_url=origin(self.site.tenant, self.site.port)):
            path = check_url(ctx, self.enrollment_id, "/presence/consent")
        self.page.goto(origin(self.site.tenant, self.site.port) + path)
        agree = self.page.get_by_role("button", name="同意并继续")
        if agree.count():
            agree.click()
        self.page.locator("[data-start]").click()
        self.page.wait_for_selector(".is-live")

    def attempt(self, seconds: float = 30) -> str:
        """One try; its end in the box's tone: done, stop, or what stands there when the time is over."""
        self.page.locator("[data-start]").click()
        ended = "[data-face][data-tone=done], [data-face][data-tone=stop]"
        self.page.wait_for_function("() => !document.querySelector('[data-face][data-tone=stop]')")
        try:
            self.page.wait_for_selector(ended, timeout=seconds * 1000)
        except PlaywrightTimeout:
            return ""
        return self.tone

    def proof(self) -> Attestation | None:
        assert self.somebody.person_id is not None
        with unit_of_work(self.site.tenant, self.somebody.actor) as ctx:
            return attested(ctx, self.somebody.person_id, self.enrollment_id)


@contextmanager
def webcam(path: Path) -> Iterator[Browser]:
    """A Chromium whose camera plays this file."""
    with chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                  f"--use-file-for-fake-video-capture={path}") as browser:
        yield browser


@contextmanager
def seated(site: Site, browser: Browser, somebody: Somebody, size: dict[str, int] = PHONE) -> Iterator[Seat]:
    """The trainee signed in before the browser; what the page says aloud is noted in `heard`."""
    context = browser.new_context(viewport=size, permissions=["camera"])  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(EARS)
    sign_in(page, site.app, site.tenant, site.port, somebody)
    seat = Seat(site, page, somebody)
    page.on("pageerror", lambda error: seat.errors.append(str(error)))
    try:
        yield seat
    finally:
        context.close()
