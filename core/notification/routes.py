"""The demo's inbox of SMS that the embedded channel kept; in production it does not exist."""
from flask import Blueprint, Response

from core.access import PUBLIC, policy
from core.base.config import Mode
from core.notification.queries import inbox, unread
from core.web import JianxueFlask, current_ctx, navigation, page

bp = Blueprint("demo", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    navigation.badge(app, "messages", unread)
    if app.jianxue.mode is not Mode.PRODUCTION:
        app.register_blueprint(bp)


@bp.get("/demo/inbox")
@policy(PUBLIC)
def sms_inbox() -> Response:
    """Every SMS of this tenant, the newest first: a phone for who tries the platform."""
    return page("notification/inbox.html", received=inbox(current_ctx()))
