"""The trainee's one navigation: the menus of (M), N-10, and of (L), N-19, merged into one set of entries."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, Select, select

from core.tenancy import Ctx


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


class Badges:
    """The numbers at the entries, asked for in one question a page."""

    def __init__(self) -> None:
        self._counts: dict[str, ScalarSelect[int]] = {}
        self._question: Select[*tuple[int, ...]] | None = None

    def add(self, name: str, count: ScalarSelect[int]) -> None:
        self._counts[name], self._question = count, None

    def of(self, ctx: Ctx) -> Mapping[str, int]:
        """The number of each badge for who is signed in."""
        if not self._counts:
            return {}
        if self._question is None:
            self._question = select(*(count.label(name) for name, count in self._counts.items()))
        found = ctx.db.execute(self._question, {"person_id": ctx.actor.person_id, "now": ctx.now})
        return cast(Mapping[str, int], found.one()._mapping)


def badge(app: Flask, name: str, count: ScalarSelect[int]) -> None:
    """Let a flow give the number at an entry (购物车, 我的订单): a count with the parameters `person_id`, who is signed
    in, and `now`."""
    _badges(app).add(name, count)


def _badges(app: Flask) -> Badges:
    badges: Badges = app.extensions.setdefault("jianxue.badges", Badges())
    return badges


def counts(ctx: Ctx) -> Mapping[str, int]:
    """The numbers at the entries for this request's trainee."""
    return _badges(current_app).of(ctx)


def menu(ctx: Ctx, numbers: Mapping[str, int], only: Sequence[str] | None = None) -> list[tuple[str, list[Link]]]:
    """The groups of the navigation for this request; an entry that no flow serves is left out, or that is not
    among `only`."""
    without = ctx.rules().portal.menu_without
    groups = []
    for title, entries in MENU:
        links = [_link(entry, numbers) for entry in entries
                 if entry.endpoint in current_app.view_functions and entry.key not in without
                 and (only is None or entry.key in only)]
        if links:
            groups.append((str(title), links))
    return groups


def bell(numbers: Mapping[str, int]) -> Link | None:
    """The messages, with the number of unread ones; None when no flow serves them."""
    return _link(BELL, numbers) if BELL.endpoint in current_app.view_functions else None


def bottom(groups: list[tuple[str, list[Link]]]) -> list[Link]:
    """The few entries of a phone's bottom bar."""
    links = {link.key: link for _title, group in groups for link in group}
    return list(links.values()) if len(links) < len(BOTTOM) else [links[key] for key in BOTTOM if key in links]


def address(endpoint: str) -> str:
    """The address of an endpoint without arguments, "" when no flow serves it; built once, as each page has many."""
    known: dict[tuple[str, str], str] = current_app.extensions.setdefault("jianxue.addresses", {})
    key = (request.script_root, endpoint)
    if key in known:
        return known[key]
    if endpoint not in current_app.view_functions:
        return ""
    return known.setdefault(key, url_for(endpoint))


def _link(entry: Entry, numbers: Mapping[str, int]) -> Link:
    return Link(entry.key, str(entry.label), address(entry.endpoint), entry.icon, numbers.get(entry.badge, 0),
                request.endpoint == entry.endpoint)
