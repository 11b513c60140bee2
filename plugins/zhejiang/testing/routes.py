"""测试计划: the institution's pages (ZJ-28)."""
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Conflict, Ctx, DomainError, Refused
from core.api.organization import institution_of, post_names, posts
from core.api.store import Id
from core.api.web import Form, JianxueFlask, Permission, current_ctx, page, page_of, policy

from plugins.zhejiang.parties import institution_candidate, institution_id_of
from plugins.zhejiang.testing import queries, service, sheets
from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.room_routes import bp as room_routes
from plugins.zhejiang.testing.schemas import PlanSchema, ReasonSchema, SeatSchema, typed
from plugins.zhejiang.testing.states import (
    DEED_WORDS,
    PLAN_TONES,
    PLAN_WORDS,
    STAND_TONES,
    STAND_WORDS,
    Deed,
    PlanState,
)
from plugins.zhejiang.testing.trainee_routes import bp as trainee_routes
from plugins.zhejiang.training import attending
from plugins.zhejiang.training.queries import to_be_tested

bp = Blueprint("zj_testing", __name__, template_folder="../templates", static_folder="static",
               static_url_path="/zj/testing/static")


def install(app: JianxueFlask) -> None:
    for one in (bp, room_routes, trainee_routes):
        app.register_blueprint(one)


@bp.get("/zj/testing/")
@policy(Permission.REVIEW_INSTITUTION)
def plans() -> ResponseReturnValue:
    """All plans of the institution, and how many wait for one."""
    ctx = current_ctx()
    institution_id = institution_id_of(ctx)
    shown = page_of(ctx.db, queries.plans_of(ctx, institution_id), request.args)
    return page("zhejiang/testing/plans.html", page=shown, words=PLAN_WORDS, tones=PLAN_TONES,
                taken=queries.taken_of(ctx, [one.id for one in shown.items]),
                waiting=len(queries.unseated(ctx, to_be_tested(ctx, institution_id))))


@bp.route("/zj/testing/plans/new", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def new() -> ResponseReturnValue:
    """新建测试计划."""
    ctx = current_ctx()
    institution_id = institution_id_of(ctx)
    form = Form(PlanSchema(_choices(ctx, institution_id)), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            plan = service.make_plan(ctx, institution_id, asked.facts())
        except DomainError as error:
            form.fail(error)
        else:
            flash(_("测试计划已建立，请排座后发布。"), "done")
            return redirect(url_for(".plan", plan_id=plan.id), 303)
    return page("zhejiang/testing/plan_form.html", form=form, plan=None, status=form.status)


@bp.route("/zj/testing/plans/<uuid:plan_id>/edit", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def edit(plan_id: UUID) -> ResponseReturnValue:
    """Another place, time, room; who has a seat is told."""
    ctx = current_ctx()
    held = queries.institution_plan(ctx, plan_id)
    choices = _choices(ctx, held.institution_id)
    form = Form(PlanSchema(choices), request, typed(held, [value for value, _words in choices["own_place"]],
                                                    queries.invigilators_of(ctx, held)))
    if form.submitted() and (asked := form.load()) is not None:
        try:
            service.change_plan(ctx, held, asked.facts())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("已修改。时间、地点有变的，已通知学员。") if held.published_at else _("已修改。"), "done")
            return redirect(url_for(".plan", plan_id=plan_id), 303)
    return page("zhejiang/testing/plan_form.html", form=form, plan=held, status=form.status)


def _choices(ctx: Ctx, institution_id: Id) -> dict[str, list[tuple[str, str]]]:
    """What the form offers: own test places, posts, own invigilators."""
    places = [(f"{one.name}（{one.address}）",) * 2 for one in institution_of(ctx, institution_id).places]
    return {"own_place": [(value, words) for value, words in places],
            "posts": [(str(one.id), one.name) for one in posts(ctx)],
            "invigilators": [(str(one.id), one.name) for one in service.invigilators_at(ctx, institution_id)]}


@bp.get("/zj/testing/plans/<uuid:plan_id>")
@policy(Permission.REVIEW_INSTITUTION)
def plan(plan_id: UUID) -> ResponseReturnValue:
    """One plan: its seats, who waits, and what comes next."""
    return _plan_page(queries.institution_plan(current_ctx(), plan_id))


def _plan_page(held: TestPlan, form: Form[Any] | None = None) -> Response:
    ctx = current_ctx()
    waiting = queries.waiting_for(ctx, held)
    names = post_names(ctx)
    invigilators = {one.id: one.name for one in service.invigilators_at(ctx, held.institution_id)}
    rows = queries.rows_of(ctx, held)
    return page("zhejiang/testing/plan.html", status=form.status if form else 200, plan=held, rows=rows,
                waiting=waiting, people=service.names_of(ctx, waiting), form=form, posts=names,
                own_posts=[names[UUID(one)] for one in held.post_ids if UUID(one) in names],
                invigilators=[invigilators.get(one, "") for one in queries.invigilators_of(ctx, held)],
                words=PLAN_WORDS, tones=PLAN_TONES, stands=STAND_WORDS, stand_tones=STAND_TONES,
                open=held.state in (PlanState.DRAFT, PlanState.PUBLISHED), draft=held.state == PlanState.DRAFT,
                taken=sum(row.card is not None for row in rows), deeds=DEED_WORDS, Deed=Deed,
                incidents=queries.incidents_of(ctx, held),
                unopened=held.state == PlanState.PUBLISHED and held.starts_at < ctx.now)


@bp.post("/zj/testing/plans/<uuid:plan_id>/fill")
@policy(Permission.REVIEW_INSTITUTION)
def fill(plan_id: UUID) -> ResponseReturnValue:
    """自动排座."""
    ctx = current_ctx()
    count = service.seat_all(ctx, queries.institution_plan(ctx, plan_id))
    flash(_("已为%(n)s位学员排座。", n=count), "done")
    return redirect(url_for(".plan", plan_id=plan_id), 303)


@bp.post("/zj/testing/plans/<uuid:plan_id>/place")
@policy(Permission.REVIEW_INSTITUTION)
def place(plan_id: UUID) -> ResponseReturnValue:
    """手工排座, also to change a seat."""
    ctx = current_ctx()
    held = queries.institution_plan(ctx, plan_id)
    form = Form(SeatSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            service.seat_one(ctx, held, asked.candidate, asked.number)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("已排在%(n)s号座位。", n=asked.number), "done")
            return redirect(url_for(".plan", plan_id=plan_id), 303)
    return _plan_page(queries.institution_plan(ctx, plan_id), form)


@bp.route("/zj/testing/plans/<uuid:plan_id>/seats/<uuid:seat_id>/leave", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def leave(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """移出: the candidate waits for another plan."""
    held, seat = _seat(plan_id, seat_id)
    return _with_reason(held, _("把这位学员移出测试计划"), _("移出后学员等待另外安排；已通知过的会收到取消通知。"),
                        lambda ctx, reason: service.unseat(ctx, held, seat, reason), _("已移出。"))


@bp.post("/zj/testing/plans/<uuid:plan_id>/publish")
@policy(Permission.REVIEW_INSTITUTION)
def publish(plan_id: UUID) -> ResponseReturnValue:
    """发布: everybody who has a seat is told."""
    ctx = current_ctx()
    count = service.publish(ctx, queries.institution_plan(ctx, plan_id))
    flash(_("已发布，正在用短信和平台消息通知%(n)s位学员。", n=count), "done")
    return redirect(url_for(".plan", plan_id=plan_id), 303)


@bp.route("/zj/testing/plans/<uuid:plan_id>/cancel", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def cancel(plan_id: UUID) -> ResponseReturnValue:
    """取消测试."""
    held = queries.institution_plan(current_ctx(), plan_id)
    return _with_reason(held, _("取消这场测试"), _("取消后所有学员等待另外安排；已通知过的会收到取消通知和原因。"),
                        lambda ctx, reason: service.cancel_plan(ctx, held, reason), _("测试计划已取消。"))


def _with_reason(held: TestPlan, title: str, text: str, deed: Any, done: str) -> ResponseReturnValue:
    ctx = current_ctx()
    form = Form(ReasonSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            deed(ctx, asked.reason)
        except Refused as error:
            form.fail(error)
        else:
            flash(done, "done")
            return redirect(url_for(".plan", plan_id=held.id), 303)
    return page("zhejiang/testing/reason.html", form=form, title=title, text=text, status=form.status,
                back=url_for(".plan", plan_id=held.id))


@bp.get("/zj/testing/plans/<uuid:plan_id>/doors")
@policy(Permission.REVIEW_INSTITUTION)
def doors(plan_id: UUID) -> ResponseReturnValue:
    """座位表 with photos, to be printed and put up at the door."""
    ctx = current_ctx()
    held = queries.institution_plan(ctx, plan_id)
    return page("zhejiang/testing/doors.html", plan=held, rows=[row for row in queries.rows_of(ctx, held) if row.card],
                photo="zj_testing.photo", results=held.state == PlanState.CLOSED, stands=STAND_WORDS,
                back=url_for(".plan", plan_id=plan_id))


@bp.get("/zj/testing/plans/<uuid:plan_id>/seats/<uuid:seat_id>/photo")
@policy(Permission.REVIEW_INSTITUTION)
def photo(plan_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """The photo of who has the seat."""
    return sheets.picture(current_ctx(), _seat(plan_id, seat_id)[1])


def _seat(plan_id: Id, seat_id: Id) -> tuple[TestPlan, TestSeat]:
    ctx = current_ctx()
    held = queries.institution_plan(ctx, plan_id)
    return held, queries.seat_in(ctx, held, seat_id)


@bp.post("/zj/testing/plans/<uuid:plan_id>/sheet")
@policy(Permission.REVIEW_INSTITUTION)
def sheet(plan_id: UUID) -> ResponseReturnValue:
    """The seats with entries and results as an xlsx."""
    ctx = current_ctx()
    held = queries.institution_plan(ctx, plan_id)
    return sheets.plan_sheet(ctx, held, queries.rows_of(ctx, held))


@bp.post("/zj/testing/applications/<uuid:candidate_id>/withdraw")
@policy(Permission.REVIEW_INSTITUTION)
def withdraw(candidate_id: UUID) -> ResponseReturnValue:
    """撤回考试申请 from the training plan, while no seat has been given for it."""
    ctx = current_ctx()
    candidate = institution_candidate(ctx, candidate_id)
    if not queries.unseated(ctx, [candidate]):
        raise Conflict("seated", _("这位学员已经排了座位，不能撤回考试申请。"), hint=_("请先在“测试计划”里把学员移出。"))
    plan_id = attending.withdraw(ctx, candidate.id)
    flash(_("考试申请已撤回。"), "done")
    return redirect(url_for("zj_training.plan", plan_id=plan_id), 303)
