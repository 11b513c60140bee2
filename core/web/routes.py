"""Routes of the frame: the tenant's colours, the web manifest, the reader's preferences."""
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, request, session
from flask.typing import ResponseReturnValue

from core.access import PUBLIC, policy
from core.base.config import Mode
from core.web.application import LANGUAGES, JianxueFlask, current_ctx
from core.web.look import asset, init_look, tenant_css as stylesheet
from core.web.phones import COOKIE as DESKTOP
from core.web.styleguide import styleguide

bp = Blueprint("look", __name__)
_DAY = 24 * 3600
_YEAR = 365 * _DAY


def install(app: JianxueFlask) -> None:
    init_look(app)
    app.register_blueprint(bp)
    if app.jianxue.mode is not Mode.PRODUCTION:
        app.register_blueprint(styleguide)


@bp.get("/tenant.css")
@policy(PUBLIC)
def tenant_css() -> Response:
    """The tenant's colours as CSS variables; a stylesheet, since the CSP allows no inline style."""
    rules = current_ctx().rules().portal
    answer = Response(stylesheet(rules.brand, rules.brand_ink), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@bp.get("/manifest.webmanifest")
@policy(PUBLIC)
def manifest() -> Response:
    """So that the portal can stand on a phone's home screen under the tenant's name and colour."""
    rules = current_ctx().rules().portal
    answer = jsonify(name=rules.managed_name, short_name="建学", start_url="./",
                     display="standalone", background_color="#ffffff", theme_color=rules.brand,
                     icons=[{"src": asset("img/seal.svg"), "sizes": "any", "type": "image/svg+xml"}])
    answer.mimetype = "application/manifest+json"
    return answer


@bp.post("/preferences")
@policy(PUBLIC)
def preferences() -> ResponseReturnValue:
    """Language, large print and 电脑版, remembered for this browser; back to the page they were changed on."""
    back = request.form.get("back", "/")
    parts = urlsplit(back)
    if parts.scheme or parts.netloc or not back.startswith("/") or back.startswith(("//", "/\\")):
        back = "/"
    answer = redirect(back, 303)
    if (wanted := request.form.get("locale")) in LANGUAGES:
        session["language"] = wanted
    if (large := request.form.get("large")) in ("0", "1"):
        answer.set_cookie("large", large, max_age=_YEAR, samesite="Lax", httponly=True)
    if (desktop := request.form.get("desktop")) in ("0", "1"):
        answer.set_cookie(DESKTOP, desktop, max_age=_DAY, samesite="Lax", httponly=True)
    return answer
