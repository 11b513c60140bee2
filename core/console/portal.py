"""What anybody sees of a tenant before signing in, and the explaining pages (N-03 … N-07, N-55, N-56)."""
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import PUBLIC, Permission, Role, policy
from core.console import flowchart as chart
from core.console import notices as board
from core.console.board import board_of
from core.identity import current_person
from core.notification import mark_read, messages_of
from core.tenancy.rules import PortalRules
from core.web import current_ctx, page
from core.web.paging import page_in
from core.web.navigation import address
from core.web.shell import register_address

bp = Blueprint("portal", __name__, template_folder="templates")


@bp.get("/")
@policy(PUBLIC)
def landing() -> ResponseReturnValue:
    """N-05, N-06, N-07: sign-in tabs, notices, certificate query, the provinces that have reported."""
    ctx = current_ctx()
    if ctx.actor.signed_in and not ctx.actor.restricted:
        home = "portal.home" if Role.TRAINEE in ctx.actor.roles else "admin.index"
        if address(home):
            return redirect(address(home))
    rules = ctx.rules()
    return page("portal/landing.html", rules=rules.portal, boxes=_boxes(rules.portal),
                notices=board.latest(ctx, 6), steps=chart.steps(ctx),
                register=register_address(ctx), forgot=address("identity.forgotten"))


def _boxes(rules: PortalRules) -> list[tuple[str, str]]:
    """GD-23: the queries beside 证书联网查询, in the manual's words; what the ministry keeps is asked at its site."""
    places = {"institutions": (_("施工现场专业人员培训机构查询"), address("organization.institutions")),
              "appraisal": (_("行业鉴定信息查询"), rules.managed_url),
              "experts": (_("建设行业专家库"), rules.managed_url)}
    return [places[name] for name in rules.boxes if name in places]


@bp.get("/flow")
@policy(PUBLIC)
def flowchart() -> ResponseReturnValue:
    """N-03: 学习流程图, eight numbered steps and 九、其他事项 (N-55)."""
    ctx = current_ctx()
    return page("portal/flowchart.html", steps=chart.steps(ctx), notices=ctx.rules().texts.closing_notices,
                hotlines=ctx.rules().portal.hotlines)


@bp.get("/help")
@policy(PUBLIC)
def help() -> ResponseReturnValue:
    """N-56: whom to ask, and the questions that are asked most."""
    return page("portal/help.html", rules=current_ctx().rules())


@bp.get("/help/browser")
@policy(PUBLIC)
def browser() -> ResponseReturnValue:
    """N-04: which browser, and how to try the camera."""
    return page("portal/browser.html", texts=current_ctx().rules().texts)


@bp.get("/help/replacement")
@policy(PUBLIC)
def replacement() -> ResponseReturnValue:
    """N-54 and N-52: 换证说明."""
    ctx = current_ctx()
    return page("portal/replacement.html", rules=ctx.rules(), signed=Role.TRAINEE in ctx.actor.roles)


@bp.get("/notices")
@policy(PUBLIC)
def notices() -> ResponseReturnValue:
    """N-06: 更多 >, the notices searched by ``q`` and paged."""
    words = request.args.get("q", "").strip()[:60]
    found = board.search(current_ctx(), words)
    return page("portal/notices.html", page=page_in(found, request.args), words=words)


@bp.get("/notices/<uuid:notice_id>")
@policy(PUBLIC)
def notice(notice_id: UUID) -> ResponseReturnValue:
    """One notice, which may be read aloud."""
    return page("portal/notice.html", notice=board.one(current_ctx(), notice_id))


@bp.get("/home")
@policy(Permission.STUDY)
def home() -> ResponseReturnValue:
    """C-28: 办到哪一步, the eight steps with one thing to do now."""
    ctx = current_ctx()
    person = current_person(ctx)
    return page("portal/home.html", board=board_of(ctx, person), messages=messages_of(ctx, person, 5))


@bp.get("/messages")
@policy(Permission.STUDY)
def messages() -> ResponseReturnValue:
    """What the platform told this trainee, the newest first; unread ones are marked."""
    ctx = current_ctx()
    return page("portal/messages.html", page=page_in(messages_of(ctx, current_person(ctx)), request.args))


@bp.post("/messages/read")
@policy(Permission.STUDY)
def read_messages() -> ResponseReturnValue:
    """Mark all as read."""
    ctx = current_ctx()
    mark_read(ctx, current_person(ctx))
    return redirect(url_for(".messages"), 303)
