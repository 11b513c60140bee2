"""The trainee's pages of the exam (N-40 … N-42)."""
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from core.access import Permission, policy
from core.base.errors import Conflict, Refused
from core.course import own_subject, subject
from core.exam import queries, service
from core.exam.models import Sitting
from core.exam.queries import own_sitting, paper_of, unanswered
from core.exam.rules import accepts, seconds_left
from core.exam.schemas import AnswerSchema
from core.exam.sections import sections_of
from core.exam.states import QuestionKind, SittingState
from core.tenancy import Ctx, unit_of_work
from core.web import JianxueFlask, current_ctx, page

bp = Blueprint("exam", __name__, template_folder="templates", url_prefix="/exam")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@bp.get("/<uuid:enrollment_id>/")
@policy(Permission.STUDY)
def intro(enrollment_id: UUID) -> ResponseReturnValue:
    """The rules before the clock starts: 50 questions, 100 points, 60 pass, 60 minutes, as often as needed."""
    ctx = current_ctx()
    asked = own_subject(ctx, enrollment_id)
    return page("exam/intro.html", subject=asked, plan=queries.blueprint(ctx), refusal=service.why_not(ctx, asked),
                running=queries.running_sitting(ctx, asked.id), best=queries.best_result(ctx, asked.id),
                past=queries.sittings_of(ctx, asked.id), states=SittingState, retake_text=ctx.text("exam_failed"))


@bp.post("/<uuid:enrollment_id>/start")
@policy(Permission.STUDY)
def start(enrollment_id: UUID) -> ResponseReturnValue:
    """Begin, or go on with the sitting that runs."""
    ctx = current_ctx()
    return redirect(url_for(".paper", sitting_id=service.start(ctx, enrollment_id).id), 303)


@bp.get("/sittings/<uuid:sitting_id>")
@policy(Permission.STUDY)
def paper(sitting_id: UUID) -> ResponseReturnValue:
    """The paper, as often as it is loaded: the same questions, the answers given so far, the time that is left."""
    ctx = current_ctx()
    sitting = own_sitting(ctx, sitting_id)
    if not _open(ctx, sitting):
        return redirect(url_for(".result", sitting_id=sitting.id), 303)
    shown = paper_of(ctx, sitting)
    return page("exam/paper.html", sitting=sitting, sections=sections_of(shown), shown=shown,
                first=subject(ctx, sitting.enrollment_id).first_time, wait=_wait(ctx, sitting),
                left=seconds_left(sitting.ends_at, ctx.now), points=sitting.full_score / sitting.questions,
                multiple=QuestionKind.MULTIPLE)


@bp.post("/sittings/<uuid:sitting_id>/answers/<int:place>")
@policy(Permission.STUDY)
def keep(sitting_id: UUID, place: int) -> ResponseReturnValue:
    """Keep one answer; the receipt says what the server holds now."""
    try:
        given = AnswerSchema().load(request.get_json(silent=True) or {})
    except ValidationError:
        raise Refused("exam.bad_answer", _("没有收到完整的答案，请重新选择一次。")) from None
    receipt = service.answer(current_ctx(), sitting_id, place, given["choice"], given["turn"])
    return jsonify(taken=receipt.taken, choice=receipt.choice, turn=receipt.turn, seconds_left=receipt.seconds_left)


@bp.get("/sittings/<uuid:sitting_id>/state")
@policy(Permission.STUDY)
def state(sitting_id: UUID) -> ResponseReturnValue:
    """What the server holds of all answers: for a page that was asleep, offline, or open twice."""
    ctx = current_ctx()
    sitting = own_sitting(ctx, sitting_id)
    return jsonify(open=_open(ctx, sitting), seconds_left=seconds_left(sitting.ends_at, ctx.now),
                   choices={str(one.place): [one.choice, one.turn] for one in paper_of(ctx, sitting)})


@bp.post("/sittings/<uuid:sitting_id>/answers")
@policy(Permission.STUDY)
def keep_all(sitting_id: UUID) -> ResponseReturnValue:
    """The whole paper as a form, with or without JavaScript; then the question whether to hand in."""
    ctx = current_ctx()
    sitting = own_sitting(ctx, sitting_id)
    if _open(ctx, sitting):
        for one in paper_of(ctx, sitting):
            choice = "".join(request.form.getlist(f"q{one.place}"))
            if choice and choice != one.choice:
                service.answer(ctx, sitting_id, one.place, choice, _turn(request.form, one.place) + 1)
    return redirect(url_for(".hand_in", sitting_id=sitting_id), 303)


def _turn(form: MultiDict[str, str], place: int) -> int:
    given = form.get(f"t{place}", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0


@bp.route("/sittings/<uuid:sitting_id>/submit", methods=["GET", "POST"])
@policy(Permission.STUDY)
def hand_in(sitting_id: UUID) -> ResponseReturnValue:
    """Hand in after a look at what is unanswered; the score is there at once."""
    ctx = current_ctx()
    sitting = own_sitting(ctx, sitting_id)
    if request.method == "GET":
        if not _open(ctx, sitting):
            return redirect(url_for(".result", sitting_id=sitting.id), 303)
        return _question(ctx, sitting)
    try:
        service.submit(ctx, sitting_id)
    except Refused as early:
        return _question(ctx, sitting, early)
    except Conflict as late:
        _close_late(ctx)
        return page("exam/late.html", status=late.status, sitting_id=sitting_id, sentence=late.sentence,
                    hint=late.hint)
    return redirect(url_for(".result", sitting_id=sitting_id), 303)


def _question(ctx: Ctx, sitting: Sitting, refusal: Refused | None = None) -> Response:
    """Whether to hand in; before it may be, the button counts down (X-16)."""
    return page("exam/hand_in.html", status=refusal.status if refusal else 200, sitting=sitting, refusal=refusal,
                unanswered=unanswered(ctx, sitting), left=seconds_left(sitting.ends_at, ctx.now),
                wait=_wait(ctx, sitting))


def _wait(ctx: Ctx, sitting: Sitting) -> int:
    return seconds_left(sitting.submit_from, ctx.now) if sitting.submit_from else 0


def _close_late(ctx: Ctx) -> None:
    """A late post is refused and undone; the scoring of what was in time must not be undone with it."""
    ctx.rollback()
    with unit_of_work(ctx.tenant, ctx.actor, now=ctx.now) as own:
        service.close_overdue(own)


@bp.get("/sittings/<uuid:sitting_id>/result")
@policy(Permission.STUDY)
def result(sitting_id: UUID) -> ResponseReturnValue:
    """The score; never which answers were right."""
    ctx = current_ctx()
    sitting = own_sitting(ctx, sitting_id)
    if _open(ctx, sitting):
        return redirect(url_for(".paper", sitting_id=sitting.id), 303)
    asked = own_subject(ctx, sitting.enrollment_id)
    return page("exam/result.html", sitting=sitting, subject=asked, scoring=sitting.state == SittingState.RUNNING,
                state=SittingState(sitting.state), states=SittingState, retake_text=ctx.text("exam_failed"),
                again=not sitting.passed and service.why_not(ctx, asked) is None,
                unanswered=len(unanswered(ctx, sitting)))


def _open(ctx: Ctx, sitting: Sitting) -> bool:
    return (sitting.state == SittingState.RUNNING
            and accepts(sitting.ends_at, ctx.now, sitting.grace_seconds))
