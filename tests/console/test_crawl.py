"""Every link that a page offers leads somewhere, in each role (the issue: a crawl finds no dead link)."""
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from core.base.config import ROOT
from core.notification import publish_notice
from core.tenancy import Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser
from tests.people import signed_in, staff, trainee

LINK = re.compile(r'<(?:a|link|img|script|use|source|video)\b[^>]*?\b(?:href|src)="([^"]*)"')
ICON = re.compile(r"icons\.svg\?v=\w+#([\w-]+)")
SPRITE = (ROOT / "core/web/static/img/icons.svg").read_text(encoding="utf-8")
ACTION = re.compile(r'<form\b[^>]*>')
ROLES = ["nobody", *(role.value for role in Role if role is not Role.TRAINEE), "trainee", "newcomer"]
MOST = 400


def who(browser: Browser, name: str) -> Browser:
    if name == "nobody":
        return browser
    if name in ("trainee", "newcomer"):
        return signed_in(browser, trainee(browser.tenant, initial=name == "newcomer"))
    return signed_in(browser, staff(browser.tenant, Role(name)))


def addresses(page: str, text: str) -> set[str]:
    """Addresses of this host that a page offers, without fragments."""
    found = {urljoin(page, unescape(link)) for link in LINK.findall(text)}
    return {urlsplit(link)._replace(fragment="").geturl() for link in found
            if link.startswith("/") and not link.startswith("//")}


def targets(page: str, text: str) -> set[str]:
    """Where the page's posting forms go."""
    forms = [form for form in ACTION.findall(text) if 'method="post"' in form]
    said = [re.search(r'action="([^"]*)"', form) for form in forms]
    return {urljoin(page, unescape(match.group(1))) if match else page for match in said}


@pytest.mark.parametrize("role", ROLES)
def test_no_dead_link(browser_of: Callable[[Tenant], Browser], tenant: Tenant, role: str) -> None:
    """N-10, N-19: each entry of the menus leads to a page; nothing answers 404 or 500."""
    with unit_of_work(tenant) as ctx:
        publish_notice(ctx, "施工现场专业人员继续教育推荐大纲公布", "正文。")
    trainee(tenant, 9, name="李四")
    browser = who(browser_of(tenant), role)
    waiting, seen, dead = ["/"], {"/"}, []
    while waiting and len(seen) < MOST:
        address = waiting.pop()
        answer = browser.get(address)
        if answer.status_code >= 400 and not (answer.status_code == 403 and role == "newcomer"):
            dead.append(f"{answer.status_code} {address}")
        more = {urljoin(address, answer.location)} if answer.location else set()
        if answer.mimetype == "text/html":
            more |= addresses(address, answer.text)
            dead += [f"{address}: no icon {name}" for name in ICON.findall(answer.text) if f'id="{name}"' not in SPRITE]
            dead += [f"no route: POST {target}" for target in targets(address, answer.text)
                     if not posts(browser, target)]
        for link in sorted(more - seen):
            if link.startswith("/") and "/_styleguide" not in link:
                seen.add(link)
                waiting.append(link)
    assert not dead
    assert len(seen) < MOST


def posts(browser: Browser, target: str) -> bool:
    """Whether a route takes a POST there."""
    adapter = browser.application.url_map.bind("localhost")
    return bool(adapter.test(urlsplit(target).path, "POST"))


BY_CLASS = {"jilin": ("证书管理",)}
"""JL-17: 技能人员培训 → 证书管理 stands beside the professionals'."""


def test_each_entry_of_the_menu_is_there(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """N-10: 基本信息, 培训管理, 测试管理, 继续教育, 证书管理; N-19: 我的档案 … 换证说明, in one navigation."""
    text = signed_in(browser_of(tenant), trainee(tenant)).get("/home").text
    menu = text[text.index('id="menu"'):text.index("<main")]
    entries = [re.sub(r"<[^>]+>|\s", "", entry) for entry in re.findall(r"<li><a .*?</a>", menu)]
    assert entries == ["办到哪一步", "基本信息", "我的档案", "从业信息", "继续教育", "我的培训", "考前培训", "培训管理",
                       "测试管理", "购物车", "我的订单", "证书管理", "换证说明", *BY_CLASS.get(tenant.slug, ())]


def test_no_two_routes_share_an_address(app: JianxueFlask) -> None:
    """Flask would serve the first and hide the second without a word."""
    seen: dict[tuple[str, str], str] = {}
    shared = []
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            place = (re.sub(r"<[^>]*>", "<>", rule.rule), method)
            if seen.setdefault(place, rule.endpoint) != rule.endpoint:
                shared.append(f"{method} {rule.rule}: {seen[place]}, {rule.endpoint}")
    assert not shared
