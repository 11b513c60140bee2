"""人脸签到 of a lesson in class: the trainee's own face check, and the word that stands in the room (ZJ-27)."""
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, Refused
from core.api.presence import face_check_url
from core.api.web import Form, JianxueFlask, Permission, current_ctx, page, policy

from plugins.zhejiang.training import attending
from plugins.zhejiang.training.attending import Seat
from plugins.zhejiang.training.schemas import WordAsked, WordSchema

bp = Blueprint("zj_class", __name__, template_folder="../templates", url_prefix="/zj/training/mine")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/<uuid:session_id>")
@policy(Permission.STUDY)
def one(session_id: UUID) -> ResponseReturnValue:
    """First the face, then the word."""
    ctx = current_ctx()
    return _show(ctx, attending.own_seat(ctx, session_id), Form(WordSchema()))


def _show(ctx: Ctx, seat: Seat, form: Form[WordAsked]) -> Response:
    proved = attending.proof_of(ctx, seat) is not None
    check = "" if proved or seat.present or not seat.open(ctx.now) else face_check_url(
        ctx, seat.enrollment_id, url_for(".one", session_id=seat.session.id))
    return page("zhejiang/training/class.html", status=form.status, seat=seat, form=form, proved=proved, check=check,
                open=seat.open(ctx.now))


@bp.post("/<uuid:session_id>")
@policy(Permission.STUDY)
def sign(session_id: UUID) -> ResponseReturnValue:
    """确认签到."""
    ctx = current_ctx()
    seat = attending.own_seat(ctx, session_id)
    form = Form(WordSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            attending.sign_in_by_face(ctx, seat, asked.word)
        except Refused as error:
            form.fail(error)
        else:
            flash(_("签到成功。"), "done")
            return redirect(url_for("zj_training.mine"), 303)
    return _show(ctx, attending.own_seat(ctx, session_id), form)
