"""测试计划 in the portal: where and when, the face check at the door, and into the exam (ZJ-28, ZJ-29)."""
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, Refused
from core.api.exams import sittings_since
from core.api.limits import count_try
from core.api.organization import post_names
from core.api.presence import face_check_url
from core.api.web import Form, Permission, current_ctx, page, policy

from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.testing import queries, room
from plugins.zhejiang.testing.models import TestSeat
from plugins.zhejiang.testing.schemas import CodeAsked, CodeSchema
from plugins.zhejiang.testing.states import PLAN_TONES, PLAN_WORDS, Entry, PlanState

bp = Blueprint("zj_test", __name__, template_folder="../templates", url_prefix="/zj/testing/mine")


@bp.get("/")
@policy(Permission.STUDY)
def mine() -> ResponseReturnValue:
    """All tests of the trainee, the next one first."""
    ctx = current_ctx()
    return page("zhejiang/testing/mine.html", seats=queries.own_seats(ctx), posts=post_names(ctx), words=PLAN_WORDS,
                tones=PLAN_TONES, minutes=rules_of(ctx).admission_minutes)


@bp.get("/<uuid:seat_id>")
@policy(Permission.STUDY)
def one(seat_id: UUID) -> ResponseReturnValue:
    """One test: what to bring before, the door when it opens, the exam once it has begun."""
    ctx = current_ctx()
    return _one(ctx, queries.own_seat(ctx, seat_id), Form(CodeSchema(), request))


def _one(ctx: Ctx, seat: TestSeat, form: Form[CodeAsked]) -> Response:
    candidate = seat.candidate
    assert candidate is not None and candidate.enrollment_id is not None
    sitting = sittings_since(ctx, [candidate.enrollment_id], seat.plan.opened_at).get(candidate.enrollment_id) \
        if seat.plan.opened_at else None
    problem = room.door_problem(ctx, seat)
    proved = room.proof_of(ctx, seat) is not None
    check = "" if problem or proved or seat.over_at or seat.entry == Entry.ADMITTED else face_check_url(
        ctx, candidate.enrollment_id, url_for(".one", seat_id=seat.id))
    return page("zhejiang/testing/one.html", status=form.status, seat=seat, plan=seat.plan, form=form, check=check,
                post=post_names(ctx)[candidate.post_id], problem=problem, proved=proved, sitting=sitting,
                enrollment_id=candidate.enrollment_id, admitted=seat.entry == Entry.ADMITTED,
                running=seat.plan.state == PlanState.RUNNING, minutes=rules_of(ctx).admission_minutes,
                late=rules_of(ctx).late_entry_minutes, exam=ctx.rules().exam, hours=queries.hours_of(ctx, seat.plan),
                words=PLAN_WORDS, tones=PLAN_TONES, now=ctx.now)


@bp.post("/<uuid:seat_id>/enter")
@policy(Permission.STUDY)
def enter(seat_id: UUID) -> ResponseReturnValue:
    """确认入座, with the word of the room."""
    ctx = current_ctx()
    form = Form(CodeSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        count_try(ctx, f"zj_room:{ctx.actor.account_id}", room.CODE_TRIES, minutes=60)
        seat = queries.own_seat(ctx, seat_id)
        try:
            room.enter(ctx, seat, asked.code)
        except Refused as error:
            if error.field != "code":
                raise
            form.fail(error)
        else:
            flash(_("已入场，请在%(n)s号座位等候开考。", n=seat.number), "done")
            return redirect(url_for(".one", seat_id=seat_id), 303)
    return _one(ctx, queries.own_seat(ctx, seat_id), form)
