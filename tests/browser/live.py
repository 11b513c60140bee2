"""A real server on this machine and a real Chromium before it, for what only a browser can see."""
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from core.identity import Account, open_full_session
from core.tenancy import Tenant, bound, unit_of_work
from core.web import JianxueFlask
from tests.people import Somebody

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


def chromium_path() -> str | None:
    """Where Chromium is installed; None where there is none."""
    return os.environ.get("JIANXUE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def serving(app: JianxueFlask) -> Iterator[int]:
    """The app on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless Chromium, started with these arguments too."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGS, *more])
        try:
            yield browser
        finally:
            browser.close()


def origin(tenant: Tenant, port: int) -> str:
    """The tenant's address on that port."""
    return f"http://{tenant.file.hosts[0].split(':')[0]}:{port}"


def sign_in(page: Page, app: JianxueFlask, tenant: Tenant, port: int, somebody: Somebody) -> None:
    """Give the page's browser an open session of that account."""
    with unit_of_work(tenant) as ctx:
        token = open_full_session(ctx, ctx.db.get_one(Account, somebody.account_id), "").token
    with bound(tenant):
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        name = app.session_interface.get_cookie_name(app)
        page.context.add_cookies([{"name": name, "value": signer.dumps({"sign_in": token}),
                                   "url": origin(tenant, port)}])
