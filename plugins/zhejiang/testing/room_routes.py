"""监考: the invigilator's board and what is done at it (ZJ-29). Own plans only; anything else is 404."""
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.api import Ctx, DomainError, NotFound, Refused
from core.api.documents import PDF, clean_scan, mimetype_of
from core.api.web import Form, FormSchema, Permission, current_ctx, page, policy

from plugins.zhejiang.testing import queries, room, sheets
from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.rules import counts
from plugins.zhejiang.testing.schemas import AdmitSchema, ExtendSchema, ReasonSchema
from plugins.zhejiang.testing.states import (
    DEED_WORDS,
    PLAN_TONES,
    PLAN_WORDS,
    STAND_TONES,
    STAND_WORDS,
    Deed,
    Entry,
    PlanState,
    Stand,
)

bp = Blueprint("zj_room", __name__, template_folder="../templates", url_prefix="/zj/testing/rooms")


@bp.get("/")
@policy(Permission.INVIGILATE)
def rooms() -> ResponseReturnValue:
    """What the invigilator has to do with."""
    ctx = current_ctx()
    found = queries.invigilated(ctx)
    return page("zhejiang/testing/rooms.html", plans=found, words=PLAN_WORDS, tones=PLAN_TONES,
                taken=queries.taken_of(ctx, [one.id for one in found]))


@bp.get("/<uuid:plan_id>")
@policy(Permission.INVIGILATE)
def board(plan_id: UUID) -> ResponseReturnValue:
    """监考台: all seats, what each is at, refreshed by itself."""
    ctx = current_ctx()
    plan = queries.own_session(ctx, plan_id)
    return _board(ctx, plan)


def _board(ctx: Ctx, plan: TestPlan, form: Form[Any] | None = None) -> ResponseReturnValue:
    rows = queries.rows_of(ctx, plan)
    return page("zhejiang/testing/board.html", status=form.status if form else 200, plan=plan, rows=rows,
                counts=counts([row.stand for row in rows]), stands=STAND_WORDS, stand_tones=STAND_TONES,
                words=PLAN_WORDS, tones=PLAN_TONES, deeds=DEED_WORDS, Deed=Deed, PlanState=PlanState,
                incidents=queries.incidents_of(ctx, plan), hours=queries.hours_of(ctx, plan), now=ctx.now,
                minutes=ctx.rules().exam.minutes, form=form or Form(ReasonSchema(), request))


@bp.get("/<uuid:plan_id>/state")
@policy(Permission.INVIGILATE)
def state(plan_id: UUID) -> ResponseReturnValue:
    """The board's facts, asked for every few seconds: names stay as they are, what moves is here."""
    ctx = current_ctx()
    plan = queries.own_session(ctx, plan_id)
    rows = queries.rows_of(ctx, plan)
    found = counts([row.stand for row in rows])
    return jsonify(state=plan.state, counts={stand.value: found.get(stand, 0) for stand in Stand},
                   seats=[_facts(row) for row in rows])


def _facts(row: queries.Row) -> dict[str, object]:
    sat = row.sitting
    return {"number": row.seat.number, "stand": row.stand.value, "word": str(STAND_WORDS[row.stand]),
            "tone": STAND_TONES[row.stand], "answered": sat.answered if sat else None,
            "questions": sat.questions if sat else None, "score": sat.score if sat and not sat.running else None}


@bp.post("/<uuid:plan_id>/begin")
@policy(Permission.INVIGILATE)
def begin(plan_id: UUID) -> ResponseReturnValue:
    """开考."""
    ctx = current_ctx()
    room.begin(ctx, queries.own_session(ctx, plan_id))
    flash(_("已开考，%(n)s分钟后系统自动收卷。", n=ctx.rules().exam.minutes), "done")
    return redirect(url_for(".board", plan_id=plan_id), 303)


@bp.route("/<uuid:plan_id>/close", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def close(plan_id: UUID) -> ResponseReturnValue:
    """结束测试, after a question."""
    ctx = current_ctx()
    plan = queries.own_session(ctx, plan_id)
    if request.method == "GET":
        return page("ui/confirm.html", title=_("结束这场测试"), action=url_for(".close", plan_id=plan_id), console=True,
                    cancel=url_for(".board", plan_id=plan_id), label=_("结束测试"),
                    text=_("结束后成绩交给培训机构，合格的学员生成证书；没有参加的学员等待另外安排。"))
    room.close_session(ctx, plan)
    flash(_("测试已结束，成绩已交给培训机构。"), "done")
    return redirect(url_for(".board", plan_id=plan_id), 303)


@bp.post("/<uuid:plan_id>/notes")
@policy(Permission.INVIGILATE)
def add_note(plan_id: UUID) -> ResponseReturnValue:
    """情况记录 of the whole room."""
    ctx = current_ctx()
    plan = queries.own_session(ctx, plan_id)
    form = Form(ReasonSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        room.note(ctx, plan, Deed.NOTE, asked.reason)
        flash(_("已记录。"), "done")
        return redirect(url_for(".board", plan_id=plan_id), 303)
    return _board(ctx, plan, form)


@bp.get("/<uuid:plan_id>/seats/<uuid:seat_id>/photo")
@policy(Permission.INVIGILATE)
def photo(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """The photo of who has the seat."""
    return sheets.picture(current_ctx(), _seat(current_ctx(), plan_id, seat_id)[1])


@bp.get("/<uuid:plan_id>/list")
@policy(Permission.INVIGILATE)
def printed(plan_id: UUID) -> ResponseReturnValue:
    """座位表 before, 成绩单 after the session; to be printed."""
    ctx = current_ctx()
    plan = queries.own_session(ctx, plan_id)
    return page("zhejiang/testing/doors.html", plan=plan, photo="zj_room.photo", stands=STAND_WORDS,
                rows=[row for row in queries.rows_of(ctx, plan) if row.card],
                results=plan.state == PlanState.CLOSED, back=url_for(".board", plan_id=plan_id))


# --- one seat ---------------------------------------------------------------------------------------------

@bp.get("/<uuid:plan_id>/seats/<uuid:seat_id>")
@policy(Permission.INVIGILATE)
def seat(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """Who sits there, and what may be done now."""
    ctx = current_ctx()
    plan, held = _seat(ctx, plan_id, seat_id)
    row = queries.rows_of(ctx, plan, [held])[0]
    if row.card is None:
        raise NotFound("seat_free", _("这个座位没有人。"))
    return page("zhejiang/testing/seat.html", plan=plan, row=row, word=STAND_WORDS[row.stand], now=ctx.now,
                tone=STAND_TONES[row.stand], deeds=_deeds_now(plan, row), words=DEED_WORDS, Deed=Deed,
                incidents=queries.incidents_of(ctx, plan, held))


def _deeds_now(plan: TestPlan, row: queries.Row) -> list[Deed]:
    """What the state of the seat allows, that which is meant most often first."""
    if plan.state not in (PlanState.PUBLISHED, PlanState.RUNNING):
        return []
    if row.stand in (Stand.SITTING, Stand.RELEASED):
        return [Deed.WARNED, Deed.RELEASED, Deed.EXTENDED, Deed.ENDED, Deed.VOIDED, Deed.NOTE]
    if row.sitting is not None:
        return [Deed.NOTE]
    if row.seat.entry == Entry.ADMITTED:
        return [Deed.REFUSED, Deed.WARNED, Deed.NOTE]
    return [Deed.ADMITTED, Deed.REFUSED, Deed.NOTE] if row.seat.entry == Entry.WAITING else [Deed.ADMITTED, Deed.NOTE]


def _seat(ctx: Ctx, plan_id: UUID, seat_id: UUID) -> tuple[TestPlan, TestSeat]:
    plan = queries.own_session(ctx, plan_id)
    return plan, queries.seat_in(ctx, plan, seat_id)


_TITLES: Mapping[Deed, tuple[Any, Any]] = {
    Deed.ADMITTED: (_l("人工核验入场"), _l("请看清本人和身份证是否一致。只有一致才能准许入场，原因和照片会保存备查。")),
    Deed.REFUSED: (_l("不准入场"), _l("例如不是本人、没有带身份证。之后仍可以人工核验入场。")),
    Deed.WARNED: (_l("警告"), _l("记入考场记录，学员会收到提醒。")),
    Deed.RELEASED: (_l("允许换机"), _l("学员可以在另一台电脑登录，点“继续考试”接着答。考试时间不停，需要补时请另点“延长时间”。")),
    Deed.EXTENDED: (_l("延长时间"), _l("只用于电脑故障等不是学员原因耽误的时间。")),
    Deed.ENDED: (_l("结束作答"), _l("例如身体不适中途离开。按已保存的答案计分。")),
    Deed.VOIDED: (_l("作弊，成绩无效"), _l("结束作答，成绩无效，记入考场记录，并提请主管部门列入黑名单。")),
    Deed.NOTE: (_l("情况记录"), _l("记下的内容不能修改或删除。")),
}


def _do(plan_id: UUID, seat_id: UUID, deed: Deed, schema: FormSchema[Any],
        act: Callable[[Ctx, TestSeat, Any], None]) -> ResponseReturnValue:
    """One deed at a seat: its form, and back to the board."""
    ctx = current_ctx()
    form = Form(schema, request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            act(ctx, _seat(ctx, plan_id, seat_id)[1], asked)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("已登记：%(deed)s。", deed=DEED_WORDS[deed]), "done")
            return redirect(url_for(".board", plan_id=plan_id), 303)
    plan, held = _seat(ctx, plan_id, seat_id)
    title, text = _TITLES[deed]
    return page("zhejiang/testing/reason.html", form=form, status=form.status, title=title, text=text,
                row=queries.rows_of(ctx, plan, [held])[0], plan=plan, stop=deed in (Deed.VOIDED, Deed.REFUSED),
                back=url_for(".seat", plan_id=plan_id, seat_id=seat_id))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/admitted", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def admitted(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """人工核验: the human path where no face matched."""
    def act(ctx: Ctx, held: TestSeat, asked: Any) -> None:
        picture = clean_scan(asked.picture.read(), field="picture")
        if mimetype_of(picture) == PDF:
            raise Refused("picture_kind", _("请上传现场拍的照片，不要上传 PDF。"), field="picture")
        room.admit_by_hand(ctx, held, room.Looked(asked.tail, asked.reason, picture))

    return _do(plan_id, seat_id, Deed.ADMITTED, AdmitSchema(), act)


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/refused", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def refused(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """不准入场."""
    return _do(plan_id, seat_id, Deed.REFUSED, ReasonSchema(),
               lambda ctx, held, asked: room.refuse_entry(ctx, held, asked.reason))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/warned", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def warned(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """警告."""
    return _do(plan_id, seat_id, Deed.WARNED, ReasonSchema(),
               lambda ctx, held, asked: room.warn(ctx, held, asked.reason))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/released", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def released(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """允许换机."""
    return _do(plan_id, seat_id, Deed.RELEASED, ReasonSchema(),
               lambda ctx, held, asked: room.release_seat(ctx, held, asked.reason))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/extended", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def extended(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """延长时间."""
    return _do(plan_id, seat_id, Deed.EXTENDED, ExtendSchema(),
               lambda ctx, held, asked: room.extend_seat(ctx, held, asked.minutes, asked.reason))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/ended", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def ended(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """结束作答: scored as it stands."""
    return _do(plan_id, seat_id, Deed.ENDED, ReasonSchema(),
               lambda ctx, held, asked: room.end_seat(ctx, held, asked.reason, void=False))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/voided", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def voided(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """作弊: nothing of it counts."""
    return _do(plan_id, seat_id, Deed.VOIDED, ReasonSchema(),
               lambda ctx, held, asked: room.end_seat(ctx, held, asked.reason, void=True))


@bp.route("/<uuid:plan_id>/seats/<uuid:seat_id>/note", methods=["GET", "POST"])
@policy(Permission.INVIGILATE)
def seat_note(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """情况记录 of a seat."""
    return _do(plan_id, seat_id, Deed.NOTE, ReasonSchema(),
               lambda ctx, held, asked: room.note(ctx, held.plan, Deed.NOTE, asked.reason, held))
