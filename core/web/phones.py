"""A phone where the tenant's portal is for study only (BJ-04, X-25): what stays open, and what the other pages say."""
from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import Role
from core.tenancy import Ctx
from core.web.errors import answer

STUDY_ONLY = "study_only"
COOKIE = "desktop"
# Learning itself, and what has to be in order before it: photo, ID card, phone, consent (BJ-06).
STUDY_PLACES = frozenset({"course", "presence", "registration"})
MENU = ("training", "record", "basics")
START = "course.training"


def is_phone() -> bool:
    """What the browser says of itself, by either of its two words; a tablet is no phone. Who is taken for one
    wrongly has the switch 电脑版."""
    agent = request.user_agent.string
    return request.headers.get("Sec-CH-UA-Mobile") == "?1" or "Mobi" in agent and "iPad" not in agent


def offered(ctx: Ctx) -> bool:
    """Whether this page is seen on a phone at a tenant whose phones are for study only."""
    return ctx.rules().device.phone == STUDY_ONLY and is_phone()


def study_only(ctx: Ctx) -> bool:
    """Whether this trainee's phone offers study alone; never for staff, and not after 电脑版 was pressed."""
    return offered(ctx) and request.cookies.get(COOKIE) != "1" and ctx.actor.roles == {Role.TRAINEE}


def turn_away(ctx: Ctx) -> BaseResponse | None:
    """For a page of the trainee's that is no study: where to do it instead; the home page leads to 我的培训."""
    if request.blueprint in STUDY_PLACES or not study_only(ctx):
        return None
    if request.endpoint == "portal.home" and START in current_app.view_functions:
        return redirect(url_for(START))
    if request.is_json or request.headers.get("Accept", "").startswith("application/json"):
        return answer(403, "phone_study_only", ctx.rules().texts.phone_portal)
    return Response(render_template("errors/phone.html", text=ctx.rules().texts.phone_portal, title=_("请用电脑办理")),
                    403, content_type="text/html; charset=utf-8")
