"""The trainee's one navigation: the menus of (M), N-10, and of (L), N-19, merged into one set of entries."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, where it leads, whose number it carries."""

    key: str
    label: Any
    endpoint: str
    icon: str = ""
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one page shows it."""

    key: str
    label: str
    href: str
    icon: str
    count: int
    current: bool


MENU: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    ("", (Entry("home", _l("办到哪一步"), "portal.home", "house"),)),
    (_l("个人"), (
        Entry("basics", _l("基本信息"), "registration.basics", "person"),
        Entry("record", _l("我的档案"), "registration.record", "person-vcard"),
        Entry("employment", _l("从业信息"), "registry.employment", "briefcase"),
    )),
    (_l("学习"), (
        Entry("education", _l("继续教育"), "cycle.education", "mortarboard"),
        Entry("training", _l("我的培训"), "course.training", "play-circle"),
        Entry("pretraining", _l("考前培训"), "sections.pretraining", "journal-text"),
        Entry("plans", _l("培训管理"), "sections.plans", "calendar3"),
        Entry("tests", _l("测试管理"), "sections.tests", "clipboard-check"),
    )),
    (_l("缴费"), (
        Entry("cart", _l("购物车"), "cycle.cart", "cart", "cart"),
        Entry("orders", _l("我的订单"), "payment.orders", "receipt", "orders"),
    )),
    (_l("证书"), (
        Entry("certificates", _l("证书管理"), "certificate.certificates", "award"),
        Entry("replacement", _l("换证说明"), "portal.replacement", "arrow-repeat"),
    )),
)
BELL = Entry("messages", _l("消息"), "portal.messages", "bell", "messages")
BOTTOM = ("home", "education", "training", "orders", "certificates")

Badge = Callable[[Any], int]


def badge(app: Flask, name: str, count: Badge) -> None:
    """Let a flow give the number at an entry: ``count(ctx)`` of the signed-in trainee (购物车, 我的订单)."""
    app.extensions.setdefault("jianxue.badges", {})[name] = count


def menu(ctx: Any, only: Sequence[str] | None = None) -> list[tuple[str, list[Link]]]:
    """The groups of the navigation for this request; an entry that no flow serves is left out, or that is not
    among `only`."""
    counts: Mapping[str, Badge] = current_app.extensions.get("jianxue.badges", {})
    without = ctx.rules().portal.menu_without
    groups = []
    for title, entries in MENU:
        links = [_link(entry, counts, ctx) for entry in entries
                 if entry.endpoint in current_app.view_functions and entry.key not in without
                 and (only is None or entry.key in only)]
        if links:
            groups.append((str(title), links))
    return groups


def bell(ctx: Any) -> Link | None:
    """The messages, with the number of unread ones; None when no flow serves them."""
    counts: Mapping[str, Badge] = current_app.extensions.get("jianxue.badges", {})
    return _link(BELL, counts, ctx) if BELL.endpoint in current_app.view_functions else None


def bottom(groups: list[tuple[str, list[Link]]]) -> list[Link]:
    """The few entries of a phone's bottom bar."""
    links = {link.key: link for _title, group in groups for link in group}
    return list(links.values()) if len(links) < len(BOTTOM) else [links[key] for key in BOTTOM if key in links]


def _link(entry: Entry, counts: Mapping[str, Badge], ctx: Any) -> Link:
    count = counts[entry.badge](ctx) if entry.badge in counts else 0
    return Link(entry.key, str(entry.label), url_for(entry.endpoint), entry.icon, count,
                request.endpoint == entry.endpoint)
