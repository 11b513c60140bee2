"""培训计划: the institution makes, fills and holds it; the enterprise and the trainee see it (ZJ-27, ZJ-28)."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Ctx, DomainError, NotFound, local_date
from core.api.courses import learned_hours, package_titles
from core.api.organization import parties_of, post_names, posts
from core.api.people import PersonCard, cards_of
from core.api.store import Id
from core.api.web import Form, JianxueFlask, Permission, current_ctx, once, page, page_of, policy

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import MODE_WORDS, Mode
from plugins.zhejiang.parties import institution_id_of, own_enterprise
from plugins.zhejiang.training import attending, class_routes, planning, queries
from plugins.zhejiang.training.models import Plan, TestApplication
from plugins.zhejiang.training.queries import Doing
from plugins.zhejiang.training.schemas import (
    KindSchema,
    ReasonSchema,
    SessionSchema,
    plan_form,
)
from plugins.zhejiang.training.states import (
    HOW_WORDS,
    PLAN_TONES,
    PLAN_WORDS,
    TEST_TONES,
    TEST_WORDS,
    PlanState,
    TestState,
)

bp = Blueprint("zj_training", __name__, template_folder="../templates")

WORDS: Mapping[str, Any] = {
    "plan_words": PLAN_WORDS, "plan_tones": PLAN_TONES, "modes": MODE_WORDS, "test_words": TEST_WORDS,
    "test_tones": TEST_TONES, "hows": HOW_WORDS}


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)
    class_routes.install(app)


@dataclass(frozen=True)
class Line:
    """A trainee of a plan as its page shows one."""

    candidate: Candidate
    card: PersonCard
    far: Doing
    hours: str
    application: TestApplication | None

    @property
    def ready(self) -> bool:
        """Whether the test can be applied for."""
        return self.far.done and (self.application is None or self.application.state == TestState.FAILED)


def _lines(ctx: Ctx, plan: Plan, candidates: list[Candidate]) -> list[Line]:
    cards = cards_of(ctx, {one.person_id for one in candidates})
    far, known = queries.doing(ctx, plan, candidates), queries.applications_of(ctx, [one.id for one in candidates])
    return [Line(one, cards[one.person_id], far[one.id], _hours(ctx, plan, one, far[one.id]), known.get(one.id))
            for one in candidates]


def _hours(ctx: Ctx, plan: Plan, candidate: Candidate, far: Doing) -> str:
    done, total = ((far.attended, far.total) if plan.mode == Mode.OFFLINE or candidate.enrollment_id is None
                   else learned_hours(ctx, candidate.enrollment_id))
    return str(_("%(done)s / %(total)s 学时", done=done, total=total))


@bp.get("/zj/training/")
@policy(Permission.REVIEW_INSTITUTION)
def plans() -> ResponseReturnValue:
    """The institution's plans, and who still waits for one."""
    ctx = current_ctx()
    held = institution_id_of(ctx)
    found = page_of(ctx.db, queries.plans_of(held), request.args, size=20)
    return page("zhejiang/training/plans.html", found=found, posts=post_names(ctx),
                waiting=queries.waiting_for_plan(ctx, held), **WORDS)


@bp.route("/zj/training/new", methods=["GET", "POST"])
@once
@policy(Permission.REVIEW_INSTITUTION)
def new() -> ResponseReturnValue:
    """First post and mode, then what a plan of that mode says."""
    ctx = current_ctx()
    institution_id_of(ctx)
    choice = Form(KindSchema([(str(post.id), post.name) for post in posts(ctx)]), data=request.args)
    choice.bind(request.args)
    kind = choice.load() if request.args.get("post_id") else None
    if kind is None:
        return page("zhejiang/training/kind.html", form=choice, status=choice.status, **WORDS)
    form = Form(plan_form(kind.mode, package_titles(ctx, post_names(ctx).get(kind.post_id, ""), _year(ctx))), request,
                data={"capacity": 40})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            plan = planning.make(ctx, kind.post_id, kind.mode, asked.facts())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("培训计划已建立，还没有发布。请编入学员后发布。"), "done")
            return redirect(url_for(".plan", plan_id=plan.id), 303)
    return page("zhejiang/training/edit.html", form=form, status=form.status, plan=None, mode=kind.mode,
                post=post_names(ctx)[kind.post_id], **WORDS)


def _year(ctx: Ctx) -> int:
    return local_date(ctx.now).year


@bp.route("/zj/training/<uuid:plan_id>/edit", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def edit(plan_id: UUID) -> ResponseReturnValue:
    """Other days, place, packages or capacity; who is in it is told."""
    ctx = current_ctx()
    plan = planning.own_plan(ctx, plan_id)
    post = post_names(ctx)[plan.post_id]
    form = Form(plan_form(Mode(plan.mode), package_titles(ctx, post, plan.starts_on.year)), request, data={
        "title": plan.title, "starts_on": plan.starts_on.isoformat(), "ends_on": plan.ends_on.isoformat(),
        "capacity": plan.capacity, "teacher": plan.teacher, "place": plan.place, "packages": plan.packages})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            planning.change(ctx, plan_id, asked.facts())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
            plan = planning.own_plan(ctx, plan_id)
        else:
            flash(_("培训计划已修改。"), "done")
            return redirect(url_for(".plan", plan_id=plan_id), 303)
    return page("zhejiang/training/edit.html", form=form, status=form.status, plan=plan, mode=plan.mode, post=post,
                **WORDS)


@bp.get("/zj/training/<uuid:plan_id>")
@policy(Permission.REVIEW_INSTITUTION)
def plan(plan_id: UUID) -> ResponseReturnValue:
    """One plan: its days, sessions, people, and what is to be done next."""
    return _show(current_ctx(), plan_id)


def _show(ctx: Ctx, plan_id: Id, error: DomainError | None = None,
          form: Form[Any] | None = None) -> ResponseReturnValue:
    row = planning.own_plan(ctx, plan_id)
    found = page_of(ctx.db, queries.candidates_in(row.id), request.args, size=50)
    titles = dict(package_titles(ctx, post_names(ctx)[row.post_id], row.starts_on.year))
    groups = queries.fitting(ctx, row) if row.state != PlanState.CANCELLED else []
    return page("zhejiang/training/plan.html", status=error.status if error else form.status if form else 200,
                plan=row, post=post_names(ctx)[row.post_id], sessions=queries.sessions_of(ctx, row.id), found=found,
                lines=_lines(ctx, row, list(found.items)), groups=groups, error=error,
                firms=parties_of(ctx, {group.organization_id for group in groups}),
                packages=[titles.get(code, code) for code in row.packages],
                form=form or Form(SessionSchema(), data={"day": row.starts_on.isoformat(), "begins": "08:30",
                                                         "ends": "11:30", "hours": 4}), **WORDS)


def _do(plan_id: Id, deed: Callable[[Ctx], str]) -> ResponseReturnValue:
    """One deed on a plan: done and said, or the plan's page with what was wrong."""
    ctx = current_ctx()
    try:
        said = deed(ctx)
    except NotFound:
        raise
    except DomainError as error:
        ctx.rollback()
        return _show(ctx, plan_id, error)
    flash(said, "done")
    return redirect(url_for(".plan", plan_id=plan_id), 303)


@bp.post("/zj/training/<uuid:plan_id>/sessions")
@policy(Permission.REVIEW_INSTITUTION)
def add_session(plan_id: UUID) -> ResponseReturnValue:
    """Another lesson in class."""
    ctx = current_ctx()
    planning.own_plan(ctx, plan_id)
    form = Form(SessionSchema(), request)
    form.submitted()
    if (asked := form.load()) is not None:
        try:
            planning.add_session(ctx, plan_id, asked.facts())
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("课次已添加。"), "done")
            return redirect(url_for(".plan", plan_id=plan_id), 303)
    return _show(ctx, plan_id, form=form)


@bp.post("/zj/training/<uuid:plan_id>/sessions/<uuid:session_id>/drop")
@policy(Permission.REVIEW_INSTITUTION)
def drop_session(plan_id: UUID, session_id: UUID) -> ResponseReturnValue:
    def deed(ctx: Ctx) -> str:
        planning.drop_session(ctx, plan_id, session_id)
        return str(_("课次已删除。"))

    return _do(plan_id, deed)


@bp.post("/zj/training/<uuid:plan_id>/trainees")
@policy(Permission.REVIEW_INSTITUTION)
def add_trainees(plan_id: UUID) -> ResponseReturnValue:
    """编入学员: a whole batch, or those chosen of it."""
    def deed(ctx: Ctx) -> str:
        chosen = _ids(request.form.getlist("candidate"))
        batches = set(_ids(request.form.getlist("batch")))
        row = planning.own_plan(ctx, plan_id)
        chosen += [one for group in queries.fitting(ctx, row) if group.batch_id in batches
                   for one in group.candidate_ids]
        return str(_("已编入 %(count)s 人。", count=planning.add(ctx, plan_id, chosen)))

    return _do(plan_id, deed)


@bp.get("/zj/training/<uuid:plan_id>/batches/<uuid:batch_id>")
@policy(Permission.REVIEW_INSTITUTION)
def choose(plan_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Single people of a batch."""
    ctx = current_ctx()
    row = planning.own_plan(ctx, plan_id)
    group = next((one for one in queries.fitting(ctx, row) if one.batch_id == batch_id), None)
    if group is None:
        raise NotFound("batch", _("这个批次没有可以编入本计划的学员。"))
    found = [one for start in range(0, len(group.candidate_ids), 500) for one in ctx.db.scalars(
        select(Candidate).where(Candidate.id.in_(group.candidate_ids[start:start + 500])).order_by(Candidate.row))]
    return page("zhejiang/training/choose.html", plan=row, group=group, candidates=found,
                cards=cards_of(ctx, {one.person_id for one in found}), free=row.capacity - row.taken, **WORDS)


def _ids(typed: list[str]) -> list[Id]:
    try:
        return [UUID(one) for one in typed]
    except ValueError:
        raise NotFound("candidate", _("没有找到这位报名学员。")) from None


@bp.post("/zj/training/<uuid:plan_id>/trainees/<uuid:candidate_id>/remove")
@policy(Permission.REVIEW_INSTITUTION)
def remove_trainee(plan_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    def deed(ctx: Ctx) -> str:
        planning.remove(ctx, plan_id, candidate_id)
        return str(_("已移出计划，可以编入别的计划。"))

    return _do(plan_id, deed)


@bp.route("/zj/training/<uuid:plan_id>/publish", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def publish(plan_id: UUID) -> ResponseReturnValue:
    """发布: asked first, since everybody in it gets an SMS."""
    row = planning.own_plan(current_ctx(), plan_id)
    if request.method == "GET":
        return page("ui/confirm.html", title=_("发布培训计划"), console=True, label=_("发布"), text=_(
            "发布后，“%(title)s”的 %(count)s 名学员会收到通知，企业在【培训计划】里可以看到。", title=row.title, count=row.taken),
            action=url_for(".publish", plan_id=plan_id), cancel=url_for(".plan", plan_id=plan_id))

    def deed(ctx: Ctx) -> str:
        planning.publish(ctx, plan_id)
        return str(_("培训计划已发布，正在通知学员。"))

    return _do(plan_id, deed)


@bp.route("/zj/training/<uuid:plan_id>/cancel", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def cancel(plan_id: UUID) -> ResponseReturnValue:
    """取消计划, with its reason."""
    ctx = current_ctx()
    row = planning.own_plan(ctx, plan_id)
    form = Form(ReasonSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            planning.call_off(ctx, plan_id, asked.reason)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
            row = planning.own_plan(ctx, plan_id)
        else:
            flash(_("培训计划已取消，学员可以编入别的计划。"), "done")
            return redirect(url_for(".plans"), 303)
    return page("zhejiang/training/cancel.html", plan=row, form=form, status=form.status, **WORDS)


@bp.route("/zj/training/<uuid:plan_id>/sessions/<uuid:session_id>", methods=["GET", "POST"])
@policy(Permission.REVIEW_INSTITUTION)
def attendance(plan_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """签到: the list of a session; a correction says why."""
    ctx, error = current_ctx(), None
    if request.method == "POST":
        present, seen = (_ids(request.form.getlist(name)) for name in ("present", "seen"))
        try:
            count = attending.sign_in(ctx, plan_id, session_id, present, seen, request.form.get("note", "")[:200])
        except NotFound:
            raise
        except DomainError as refused:
            ctx.rollback()
            error = refused
        else:
            flash(_("签到已保存，更新 %(count)s 人。", count=count), "done")
            return redirect(url_for(".attendance", plan_id=plan_id, session_id=session_id), 303)
    row, session = attending.own_session(ctx, plan_id, session_id)
    people = list(ctx.db.scalars(queries.candidates_in(row.id)))
    latest = queries.latest_entries(ctx, session.id)
    return page("zhejiang/training/attendance.html", status=error.status if error else 200, error=error, plan=row,
                session=session, people=people, cards=cards_of(ctx, {one.person_id for one in people}), latest=latest,
                ticked={str(one) for one in request.form.getlist("present")} if error else {
                    str(key) for key, entry in latest.items() if entry.present},
                open=attending.open_now(ctx, row, session), typed=request.form.get("note", ""), **WORDS)


@bp.post("/zj/training/<uuid:plan_id>/apply")
@policy(Permission.REVIEW_INSTITUTION)
def apply(plan_id: UUID) -> ResponseReturnValue:
    """申请考试 for those ticked, or for everybody who is ready (ZJ-28)."""
    def deed(ctx: Ctx) -> str:
        row = planning.own_plan(ctx, plan_id)
        chosen = _ids(request.form.getlist("candidate"))
        if "everybody" in request.form:
            chosen = attending.ready(ctx, row)
        return str(_("已为 %(count)s 人申请考试。", count=attending.apply(ctx, plan_id, chosen)))

    return _do(plan_id, deed)


@bp.get("/zj/training/of-us")
@policy(Permission.ENROLL_STAFF)
def of_enterprise() -> ResponseReturnValue:
    """【学员报名】→【培训计划】: which of the enterprise's people learn where and when (ZJ-27)."""
    ctx = current_ctx()
    held = own_enterprise(ctx)
    found = page_of(ctx.db, queries.enterprise_people(held.id), request.args, size=50)
    plans_of = queries.published_plans(ctx, [one.id for one in found.items])
    rows = [(one, plans_of[one.id]) for one in found.items]
    far = {shown.id: queries.doing(ctx, shown, [one for one, other in rows if other is shown])
           for shown in set(plans_of.values())}
    return page("zhejiang/training/of_enterprise.html", found=found, rows=rows, far=far, posts=post_names(ctx),
                cards=cards_of(ctx, {one.person_id for one, _plan in rows}),
                firms=parties_of(ctx, {shown.institution_id for _one, shown in rows}),
                applications=queries.applications_of(ctx, [one.id for one, _plan in rows]),
                sessions={shown.id: queries.sessions_of(ctx, shown.id) for _one, shown in rows
                          if shown.mode == Mode.OFFLINE},
                waiting=queries.unplanned_of(ctx, held.id), **WORDS)


@bp.get("/zj/training/mine")
@policy(Permission.STUDY)
def mine() -> ResponseReturnValue:
    """培训计划 of the trainee who is signed in: days, place, sessions, what comes next."""
    ctx = current_ctx()
    found = []
    for one in queries.first_trainings_of(ctx, ctx.actor.person_id) if ctx.actor.person_id else ():
        shown = queries.plan_of(ctx, one.id)
        found.append((one, shown, queries.sessions_of(ctx, shown.id) if shown else (),
                      queries.signed(ctx, shown.id) if shown else {},
                      queries.doing(ctx, shown, [one])[one.id] if shown else None,
                      queries.applications_of(ctx, [one.id]).get(one.id)))
    return page("zhejiang/training/mine.html", found=found, now=ctx.now, posts=post_names(ctx),
                firms=parties_of(ctx, {one[0].institution_id for one in found}), **WORDS)
