"""Pages of supervised sessions: the trainee books, the witness offers, checks and signs (R24, C-25)."""
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.base.errors import DomainError
from core.presence import supervised, tokens
from core.presence.schemas import SessionSchema, SignSchema, typed
from core.web import current_ctx, page
from core.web.filters import daytime
from core.web.forms import Form

bp = Blueprint("supervised", __name__, template_folder="templates", url_prefix="/presence")


# --- the trainee ------------------------------------------------------------------------------------------

@bp.route("/check/<token>/supervised", methods=["GET", "POST"])
@policy(Permission.STUDY)
def book(token: str) -> ResponseReturnValue:
    """The other way: book a seat of a session, or ask to be called; whoever has booked may change."""
    ctx = current_ctx()
    gate = tokens.open_gate(ctx, token)
    problem: DomainError | None = None
    given = typed(request.form)
    if request.method == "POST":
        try:
            supervised.ask_supervised(ctx, gate, given["reason"], given["note"], given["session"])
        except DomainError as error:
            ctx.rollback()
            problem = error
        else:
            return redirect(url_for(".book", token=token), 303)
    asked = supervised.open_request(ctx, gate.enrollment_id)
    if asked is not None and request.method == "GET":
        given = {"reason": asked.reason, "note": asked.note, "session": ""}
    return page("presence/supervised.html", status=problem.status if problem else 200, token=token, back=gate.back,
                problem=problem, asked=asked, given=given, reasons=supervised.REASONS, offers=supervised.offers(ctx),
                call=supervised.CALL, changing=problem is not None or "change" in request.args,
                hotlines=ctx.rules().portal.hotlines)


@bp.route("/check/<token>/supervised/cancel", methods=["GET", "POST"])
@policy(Permission.STUDY)
def withdraw(token: str) -> ResponseReturnValue:
    """The trainee cancels."""
    ctx = current_ctx()
    gate = tokens.open_gate(ctx, token)
    if request.method == "GET":
        return page("ui/confirm.html", title=_("取消现场见证的预约"), action=url_for(".withdraw", token=token),
                    cancel=url_for(".book", token=token), label=_("取消预约"), kind="stop",
                    text=_("取消后名额会让给别人，您可以随时重新预约。"))
    supervised.withdraw_supervised(ctx, gate)
    flash(_("预约已取消。"), "done")
    return redirect(url_for(".book", token=token), 303)


# --- the witness ------------------------------------------------------------------------------------------

@bp.get("/supervised")
@policy(Permission.WITNESS)
def desk() -> ResponseReturnValue:
    """The sessions with who booked them, and who waits for a call."""
    ctx = current_ctx()
    waiting = supervised.open_requests(ctx)
    sessions = [(offer, [asked for asked in waiting if asked.session_id == offer.session.id])
                for offer in supervised.sessions(ctx)]
    listed = {offer.session.id for offer, _people in sessions}
    return page("presence/desk.html", sessions=sessions, reasons=supervised.REASONS, now=ctx.now,
                waiting=[asked for asked in waiting if asked.session_id not in listed])


@bp.route("/supervised/sessions", methods=["GET", "POST"])
@policy(Permission.WITNESS)
def offer() -> ResponseReturnValue:
    """Offer a time and place."""
    ctx = current_ctx()
    form = Form(SessionSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            session = supervised.offer_session(ctx, asked.session())
        except DomainError as error:
            form.fail(error)
        else:
            flash(_("已发布 %(time)s 的现场见证，学员现在可以预约。", time=daytime(session.starts_at)), "done")
            return redirect(url_for(".desk"), 303)
    return page("presence/offer.html", form=form, status=form.status)


@bp.route("/supervised/sessions/<uuid:session_id>/cancel", methods=["GET", "POST"])
@policy(Permission.WITNESS)
def cancel(session_id: UUID) -> ResponseReturnValue:
    """Call a session off."""
    ctx = current_ctx()
    session = supervised.session_of(ctx, session_id)
    if request.method == "GET":
        return page("ui/confirm.html", title=_("取消这一场"), action=url_for(".cancel", session_id=session_id), console=True,
                    cancel=url_for(".desk"), label=_("取消这一场"), kind="stop",
                    text=_("%(time)s，%(place)s。已经预约的学员会收到短信，并排回等待名单。",
                           time=daytime(session.starts_at), place=session.place))
    told = supervised.cancel_session(ctx, session_id)
    flash(_("这一场已取消，%(count)s 名学员已收到通知。", count=told), "done")
    return redirect(url_for(".desk"), 303)


@bp.route("/supervised/<uuid:request_id>", methods=["GET", "POST"])
@policy(Permission.WITNESS)
def sign(request_id: UUID) -> ResponseReturnValue:
    """The witness checks the person against the ID card, and signs."""
    ctx = current_ctx()
    form = Form(SignSchema(), request)
    if form.submitted() and (seen := form.load()) is not None:
        try:
            supervised.attest_supervised(ctx, request_id, seen.tail, seen.note)
        except DomainError as error:
            form.fail(error)
        else:
            flash(_("已登记，学员现在可以在见证下学习，八小时内有效。"), "done")
            return redirect(url_for(".desk"), 303)
    asked = supervised.request_of(ctx, request_id)
    return page("presence/sign.html", form=form, status=form.status, asked=asked, now=ctx.now,
                reasons=supervised.REASONS,
                offers=[one for one in supervised.offers(ctx) if one.session.id != asked.session_id])


@bp.post("/supervised/<uuid:request_id>/session")
@policy(Permission.WITNESS)
def assign(request_id: UUID) -> ResponseReturnValue:
    """After a call: a seat for somebody who waits."""
    supervised.assign(current_ctx(), request_id, request.form.get("session", ""))
    flash(_("已约好，学员会看到时间和地点。"), "done")
    return redirect(url_for(".desk"), 303)


@bp.route("/supervised/<uuid:request_id>/missed", methods=["GET", "POST"])
@policy(Permission.WITNESS)
def missed(request_id: UUID) -> ResponseReturnValue:
    """The person did not come."""
    ctx = current_ctx()
    if request.method == "GET":
        asked = supervised.request_of(ctx, request_id)
        return page("ui/confirm.html", title=_("登记未到场"), action=url_for(".missed", request_id=request_id), console=True,
                    cancel=url_for(".desk"), label=_("登记未到场"), kind="stop",
                    text=_("%(name)s 没有到场。学员的学时不受影响，可以重新预约。", name=asked.person.name))
    supervised.note_missed(ctx, request_id)
    flash(_("已登记未到场，学员可以重新预约。"), "done")
    return redirect(url_for(".desk"), 303)
