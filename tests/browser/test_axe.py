"""axe-core finds nothing serious, nothing scrolls sideways, no script fails; on a desk and on a phone (look.md)."""
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from core.notification import publish_notice
from core.tenancy import Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.people import staff, trainee

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")

PUBLIC_PAGES = ["/", "/flow", "/help", "/help/browser", "/help/replacement", "/notices", "/sign-in",
                "/password/forgotten", "/no-such-page", "/_styleguide/", "/_styleguide/?layout=console"]
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def look(page: Page, address: str) -> list[str]:
    """What is wrong with one page."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(f"script: {error}"))
    page.on("console", lambda said: broken.append(f"console: {said.text}") if "Content Security" in said.text else None)
    page.goto(address)
    page.wait_for_load_state("load")
    return [f"{address}: {text}" for text in broken + faults(page)]


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, which may be the answer to a form."""
    broken: list[str] = []
    for found in Axe().run(page).response["violations"]:
        if found["impact"] in GRAVE:
            broken += [f"{found['id']}: {node['html'][:160]}" for node in found["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        broken.append(f"scrolls sideways by {wide} px")
    return broken


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_public_pages(engine: Browser, app: JianxueFlask, national: Tenant, size: dict[str, int]) -> None:
    with unit_of_work(national) as ctx:
        publish_notice(ctx, "施工现场专业人员继续教育推荐大纲公布", "正文。")
    with serving(app) as port:
        page = engine.new_page(viewport=size)  # type: ignore[arg-type]
        assert [text for path in PUBLIC_PAGES for text in look(page, origin(national, port) + path)] == []
        page.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_menu_of_a_trainee(engine: Browser, app: JianxueFlask, national: Tenant, size: dict[str, int]) -> None:
    """Every entry of the one navigation (N-10, N-19)."""
    with serving(app) as port:
        page = engine.new_page(viewport=size)  # type: ignore[arg-type]
        sign_in(page, app, national, port, trainee(national))
        page.goto(origin(national, port) + "/home")
        links = page.eval_on_selector_all("#menu a", "links => links.map(link => link.href)")
        assert len(links) >= 5
        assert [text for link in links for text in look(page, link)] == []
        page.close()


def test_large_print_still_fits_a_phone(engine: Browser, app: JianxueFlask, national: Tenant) -> None:
    with serving(app) as port:
        page = engine.new_page(viewport=PHONE)  # type: ignore[arg-type]
        page.goto(origin(national, port) + "/")
        page.click("button[data-large]")
        assert page.eval_on_selector("html", "html => html.className") == "jx-large"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.close()


def test_back_office(engine: Browser, app: JianxueFlask, national: Tenant) -> None:
    with serving(app) as port:
        page = engine.new_page(viewport=DESK)  # type: ignore[arg-type]
        sign_in(page, app, national, port, staff(national, Role.ADMINISTRATOR, Role.AUDITOR))
        page.goto(origin(national, port) + "/")
        links = page.eval_on_selector_all("#menu a", "links => links.map(link => link.href)")
        assert [text for link in links for text in look(page, link)] == []
        page.close()
