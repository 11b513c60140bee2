"""The demo's inbox of SMS that the embedded channel kept; in production it does not exist."""
from uuid import UUID

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from core.access import PUBLIC, policy
from core.base.config import Mode
from core.notification.channels import Receipt
from core.notification.queries import UNREAD, inbox
from core.notification.receipts import note_receipt
from core.web import JianxueFlask, current_ctx, navigation, page

bp = Blueprint("demo", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    navigation.badge(app, "messages", UNREAD)
    if app.jianxue.mode is not Mode.PRODUCTION:
        app.register_blueprint(bp)


@bp.get("/demo/inbox")
@policy(PUBLIC)
def sms_inbox() -> Response:
    """Every SMS of this tenant, the newest first: a phone for who tries the platform."""
    return page("notification/inbox.html", received=inbox(current_ctx()))


@bp.post("/demo/inbox/<uuid:delivery_id>/undelivered")
@policy(PUBLIC)
def come_back(delivery_id: UUID) -> ResponseReturnValue:
    """Play the phone that does not receive: the message comes back undelivered (C-22)."""
    ctx = current_ctx()
    note_receipt(ctx, Receipt(delivery_id, delivered=False, at=ctx.now, reason="空号或停机"))
    return redirect(url_for(".sms_inbox"), 303)
