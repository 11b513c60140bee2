"""What the frame around a page says: the tenant's words (N-01, N-02, N-56), who is signed in, where things are."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import g, request, url_for
from flask_babel import gettext as _

from core.access import NOBODY, Role
from core.tenancy import Ctx, bound_tenant
from core.web import navigation, phones
from core.web.navigation import address

LINKS = {
    "css": "look.tenant_css", "manifest": "look.manifest", "preferences": "look.preferences",
    "flowchart": "portal.flowchart", "browser": "portal.browser", "help": "portal.help",
    "notices": "portal.notices", "verify": "certificate.verify",
}
SIGN_OUT = "identity.sign_out"
SIGN_IN = "identity.sign_in"


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame's words for one page; `links` holds addresses by name, "" for what no flow serves."""

    name: str = "建学"
    strap_line: str = ""
    credits: tuple[tuple[str, str], ...] = ()
    hotlines: tuple[str, ...] = ()
    centre: str = ""
    centre_phones: tuple[str, ...] = ()
    important: str = ""
    without: tuple[str, ...] = ()
    phone_offered: bool = False     # on a phone at a tenant whose phones are for study only
    phone_text: str = ""            # what is said there, "" once 电脑版 was pressed
    host_url: str = ""
    brand: str = "#1a56a8"
    business_date: date | None = None
    person: str = ""
    staff: bool = False
    home_href: str = "/"
    sign_in_href: str = ""
    sign_out_href: str = ""
    menu: list[tuple[str, list[navigation.Link]]] = field(default_factory=list)
    bell: navigation.Link | None = None
    links: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(LINKS, ""))

    @property
    def bottom(self) -> list[navigation.Link]:
        """Entries of the phone's bottom bar."""
        return navigation.bottom(self.menu)


def shell() -> Shell:
    """The frame of the page being drawn; the bare one where no tenant is served."""
    tenant = bound_tenant()
    if tenant is None:
        return Shell()
    ctx: Ctx | None = g.get("ctx")
    actor = ctx.actor if ctx else NOBODY
    all_rules = tenant.rules(tenant.clock.now())
    rules = all_rules.portal
    units = ((_("指导单位"), rules.guidance_unit), (_("主办单位"), rules.host_unit), (_("协办单位"), rules.support_unit))
    trainee = Role.TRAINEE in actor.roles and not actor.restricted
    staff = bool(actor.roles - {Role.TRAINEE})
    study_only = ctx is not None and phones.study_only(ctx)
    numbers = navigation.counts(ctx) if ctx and trainee else {}
    return Shell(
        name=rules.managed_name, strap_line=rules.managed_strap,
        credits=tuple((role, who) for role, who in units if who), hotlines=rules.hotlines, brand=rules.brand,
        centre=rules.centre, centre_phones=rules.centre_phones, important=all_rules.texts.important_notice,
        without=rules.menu_without,
        business_date=tenant.business_date,
        person=actor.name if actor.signed_in else "", staff=staff, home_href=_home(trainee, staff),
        sign_in_href=address(SIGN_IN) if ctx else "", sign_out_href=address(SIGN_OUT),
        phone_offered=ctx is not None and phones.offered(ctx), host_url=request.host_url.rstrip("/"),
        phone_text=all_rules.texts.phone_portal if study_only else "",
        menu=navigation.menu(ctx, numbers, phones.MENU if study_only else None) if ctx and trainee else [],
        bell=navigation.bell(numbers) if ctx and trainee and not study_only else None,
        links={name: address(endpoint) for name, endpoint in LINKS.items()})


def register_address(ctx: Ctx) -> str:
    """Where to register, "" where the centre makes all accounts beforehand (BJ-05, X-06)."""
    return "" if ctx.rules().account.origin == "centre" else address("registration.register")


def _home(trainee: bool, staff: bool) -> str:
    wanted = "portal.home" if trainee else "admin.index" if staff else "portal.landing"
    return address(wanted) or url_for("static", filename="").removesuffix("static/")
