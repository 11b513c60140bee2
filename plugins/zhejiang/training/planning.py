"""Making, filling, publishing and calling off a plan (ZJ-27)."""
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.api import Conflict, Ctx, NotFound, Refused, local, local_date
from core.api.courses import begin_studies, offered_packages
from core.api.organization import post_names
from core.api.store import Id, new_id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.parties import institution_id_of
from plugins.zhejiang.training import rules
from plugins.zhejiang.training.jobs import News, tell_later
from plugins.zhejiang.training.models import Plan, PlanSession, PlanTrainee, SignIn, TestApplication
from plugins.zhejiang.training.queries import sessions_of, trainees_of
from plugins.zhejiang.training.states import PLAN_MOVES, PLAN_WORDS, PlanState, TestState

_FEW = 500


@dataclass(frozen=True)
class PlanFacts:
    """What the institution writes of a plan; place and teacher in class, packages online."""

    title: str
    starts_on: date
    ends_on: date
    capacity: int
    teacher: str = ""
    place: str = ""
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionFacts:
    """A lesson in class."""

    starts_at: datetime
    ends_at: datetime
    hours: int
    topic: str = ""


def own_plan(ctx: Ctx, plan_id: Id, *, lock: bool = False) -> Plan:
    """A plan of the acting clerk's institution; NotFound otherwise. With `lock` others wait who would change it."""
    found = ctx.db.get(Plan, plan_id, with_for_update=True, populate_existing=True) if lock else ctx.db.get(
        Plan, plan_id)
    if found is None or found.institution_id != institution_id_of(ctx):
        raise NotFound("plan", _("没有找到这个培训计划。"))
    return found


def make(ctx: Ctx, post_id: Id, mode: Mode, facts: PlanFacts) -> Plan:
    """A new plan, not yet published."""
    if post_id not in post_names(ctx) or mode is Mode.CONTINUING:
        raise Refused("plan_post", _("请选择岗位和培训方式。"), field="post_id")
    plan = Plan(id=new_id(), institution_id=institution_id_of(ctx), post_id=post_id, mode=mode,
                created_by=ctx.actor.account_id, created_at=ctx.now, title="", starts_on=facts.starts_on,
                ends_on=facts.ends_on, capacity=facts.capacity, taken=0)
    _write(ctx, plan, facts)
    ctx.db.add(plan)
    ctx.db.flush()
    ctx.record("zhejiang.plan", plan.id, title=plan.title, mode=plan.mode)
    return plan


def change(ctx: Ctx, plan_id: Id, facts: PlanFacts) -> Plan:
    """Other facts; post and mode stay. Refused where it would leave out people or sessions that are in it."""
    plan = _open_plan(ctx, plan_id)
    if facts.capacity < plan.taken:
        raise Refused("capacity", _("计划里已有 %(taken)s 人，人数上限不能少于这个数。", taken=plan.taken), field="capacity")
    if any(not rules.within(local_date(one.starts_at), facts.starts_on, facts.ends_on)
           for one in sessions_of(ctx, plan.id)):
        raise Refused("outside", _("有课次不在新的起止日期之内，请先调整课次。"), field="ends_on")
    _write(ctx, plan, facts)
    ctx.db.flush()
    ctx.record("zhejiang.plan_changed", plan.id, title=plan.title)
    if plan.state == PlanState.PUBLISHED:
        _begin(ctx, plan, [row.candidate_id for row in trainees_of(ctx, plan.id)])
        tell_later(ctx, plan, News.CHANGED, [row.candidate_id for row in trainees_of(ctx, plan.id)])
    return plan


def _write(ctx: Ctx, plan: Plan, facts: PlanFacts) -> None:
    if facts.ends_on < facts.starts_on:
        raise Refused("ends_on", _("结束日期不能早于开始日期。"), field="ends_on")
    if plan.mode == Mode.OFFLINE and not facts.place.strip():
        raise Refused("place", _("请填写上课地点。"), field="place")
    if plan.mode == Mode.ONLINE:
        offered = offered_packages(ctx, post_names(ctx)[plan.post_id], facts.starts_on.year)
        if not facts.packages or not set(facts.packages) <= set(offered):
            raise Refused("packages", _("请为线上培训选择课程包。没有可选的，请联系系统管理员发布课程包。"), field="packages")
    plan.title, plan.starts_on, plan.ends_on, plan.capacity = (
        facts.title, facts.starts_on, facts.ends_on, facts.capacity)
    plan.teacher, plan.place, plan.packages = facts.teacher, facts.place, list(facts.packages)


def _open_plan(ctx: Ctx, plan_id: Id) -> Plan:
    plan = own_plan(ctx, plan_id, lock=True)
    if plan.state == PlanState.CANCELLED:
        raise Conflict("plan_cancelled", _("这个培训计划已取消，不能再修改。"))
    return plan


_SESSION_SENTENCES: Mapping[str, Callable[[], str]] = {
    "order": lambda: _("结束时间要晚于开始时间。"),
    "outside": lambda: _("上课日期不在培训计划的起止日期之内。"),
    "too_short": lambda: _("上课时间不够所填的学时，请延长时间或减少学时。"),
    "overlaps": lambda: _("与本计划的另一次课时间重叠。"),
}


def add_session(ctx: Ctx, plan_id: Id, facts: SessionFacts) -> PlanSession:
    """Another lesson of a plan in class."""
    plan = _open_plan(ctx, plan_id)
    if plan.mode != Mode.OFFLINE:
        raise Refused("online", _("线上培训按课程包学习，没有课次。"))
    others = [(one.starts_at, one.ends_at) for one in sessions_of(ctx, plan.id)]
    code = rules.session_problem(facts.starts_at, facts.ends_at, facts.hours, ctx.rules().hours.hour_seconds,
                                 local_date(facts.starts_at), plan.starts_on, plan.ends_on, others)
    if code:
        raise Refused(code, _SESSION_SENTENCES[code](), field="day" if code == "outside" else "ends")
    row = PlanSession(id=new_id(), plan_id=plan.id, starts_at=facts.starts_at, ends_at=facts.ends_at,
                      hours=facts.hours, topic=facts.topic, word=f"{secrets.randbelow(900_000) + 100_000}")
    ctx.db.add(row)
    ctx.db.flush()
    ctx.record("zhejiang.session", plan.id, at=local(row.starts_at).isoformat(timespec="minutes"))
    if plan.state == PlanState.PUBLISHED:
        tell_later(ctx, plan, News.CHANGED, [one.candidate_id for one in trainees_of(ctx, plan.id)])
    return row


def drop_session(ctx: Ctx, plan_id: Id, session_id: Id) -> None:
    """A lesson less; not one that somebody has been signed in to."""
    plan = _open_plan(ctx, plan_id)
    row = ctx.db.get(PlanSession, session_id)
    if row is None or row.plan_id != plan.id:
        raise NotFound("session", _("没有找到这次课。"))
    if ctx.db.scalar(select(SignIn.id).where(SignIn.session_id == row.id).limit(1)) is not None:
        raise Conflict("signed_in", _("这次课已有签到记录，不能删除。"))
    if plan.state == PlanState.PUBLISHED and len(sessions_of(ctx, plan.id)) == 1:
        raise Conflict("last_session", _("已发布的线下计划至少要有一次课。请先添加新的课次，再删除这一次。"))
    ctx.db.execute(delete(PlanSession).where(PlanSession.id == row.id))
    ctx.record("zhejiang.session_dropped", plan.id, at=local(row.starts_at).isoformat(timespec="minutes"))
    if plan.state == PlanState.PUBLISHED:
        tell_later(ctx, plan, News.CHANGED, [one.candidate_id for one in trainees_of(ctx, plan.id)])


def add(ctx: Ctx, plan_id: Id, candidate_ids: Sequence[Id]) -> int:
    """Put 已报名 people of the plan's post and mode into it; all or none, and never more than it holds.

    Who is in it already is not counted twice. NotFound for somebody else's candidate, Refused with what is wrong.
    """
    plan = _open_plan(ctx, plan_id)
    inside = {row.candidate_id for row in trainees_of(ctx, plan.id)}
    wanted = [one for one in dict.fromkeys(candidate_ids) if one not in inside]
    found: list[Candidate] = []
    for start in range(0, len(wanted), _FEW):
        found += ctx.db.scalars(select(Candidate).where(
            Candidate.id.in_(wanted[start:start + _FEW]), Candidate.institution_id == plan.institution_id))
    if len(found) != len(wanted):
        raise NotFound("candidate", _("没有找到这位报名学员。"))
    if any((one.post_id, one.mode, one.state) != (plan.post_id, plan.mode, CandidateState.ENROLLED) for one in found):
        raise Refused("not_fitting", _("只能编入“已报名”、岗位和培训方式与计划相同的学员。请刷新页面后重新选择。"))
    if plan.taken + len(found) > plan.capacity:
        raise Refused("full", _("这个计划还能编入 %(free)s 人，您选择了 %(count)s 人。请减少人数、调高上限，或另建一个计划。",
                                free=plan.capacity - plan.taken, count=len(found)))
    taken = {one for start in range(0, len(wanted), _FEW) for one in ctx.db.scalars(select(
        PlanTrainee.candidate_id).where(PlanTrainee.candidate_id.in_(wanted[start:start + _FEW]),
                                        PlanTrainee.removed_at.is_(None)))}
    if taken:
        raise Conflict("in_another", _("有 %(count)s 位学员已经在另一个培训计划里。请刷新页面后重新选择。", count=len(taken)))
    ctx.db.add_all(PlanTrainee(plan_id=plan.id, candidate_id=one.id, added_by=ctx.actor.account_id, added_at=ctx.now)
                   for one in found)
    plan.taken += len(found)
    ctx.db.flush()
    ctx.record("zhejiang.plan_add", plan.id, count=len(found))
    if plan.state == PlanState.PUBLISHED:
        _begin(ctx, plan, [one.id for one in found])
        tell_later(ctx, plan, News.PUBLISHED, [one.id for one in found])
    return len(found)


def remove(ctx: Ctx, plan_id: Id, candidate_id: Id) -> None:
    """Take somebody out; not once the test has been applied for. What was attended or learned stays on record."""
    plan = _open_plan(ctx, plan_id)
    row = ctx.db.scalar(select(PlanTrainee).where(
        PlanTrainee.plan_id == plan.id, PlanTrainee.candidate_id == candidate_id, PlanTrainee.removed_at.is_(None)))
    if row is None:
        raise NotFound("trainee", _("这位学员不在这个计划里。"))
    if ctx.db.scalar(select(TestApplication.id).where(
            TestApplication.candidate_id == candidate_id,
            TestApplication.state.in_((TestState.APPLIED, TestState.PASSED)))) is not None:
        raise Conflict("applied", _("已为这位学员申请考试，不能移出。需要移出的，请先撤回考试申请。"))
    row.removed_at = ctx.now
    plan.taken -= 1
    ctx.db.flush()
    ctx.record("zhejiang.plan_remove", plan.id, candidate=str(candidate_id))
    if plan.state == PlanState.PUBLISHED:
        tell_later(ctx, plan, News.REMOVED, [candidate_id])


def publish(ctx: Ctx, plan_id: Id) -> Plan:
    """Everybody in it sees it and is told; online study begins (X-11)."""
    plan = own_plan(ctx, plan_id, lock=True)
    _move(plan, PlanState.PUBLISHED)
    if plan.mode == Mode.OFFLINE and not sessions_of(ctx, plan.id):
        raise Refused("no_session", _("线下培训请先添加课次：日期、时间和学时。"))
    if plan.ends_on < local_date(ctx.now):
        raise Refused("over", _("培训计划的结束日期已过，请先修改日期。"))
    plan.published_at = ctx.now
    ctx.db.flush()
    people = [row.candidate_id for row in trainees_of(ctx, plan.id)]
    _begin(ctx, plan, people)
    tell_later(ctx, plan, News.PUBLISHED, people)
    ctx.record("zhejiang.plan_published", plan.id, people=len(people))
    return plan


def call_off(ctx: Ctx, plan_id: Id, reason: str) -> None:
    """取消: its people wait for another plan, and are told why."""
    plan = own_plan(ctx, plan_id, lock=True)
    if not reason.strip():
        raise Refused("reason", _("请写明取消的原因，学员会收到通知。"), field="reason")
    people = [row.candidate_id for row in trainees_of(ctx, plan.id)]
    applied = ctx.db.scalar(select(TestApplication.id).where(
        TestApplication.plan_id == plan.id, TestApplication.state != TestState.WITHDRAWN).limit(1))
    if applied is not None:
        raise Conflict("applied", _("这个计划已经申请过考试，不能取消。"))
    before = plan.state
    _move(plan, PlanState.CANCELLED)
    for row in trainees_of(ctx, plan.id):
        row.removed_at = ctx.now
    plan.taken = 0
    ctx.db.flush()
    ctx.record("zhejiang.plan_cancelled", plan.id, reason=reason, people=len(people))
    if before == PlanState.PUBLISHED:
        tell_later(ctx, plan, News.CANCELLED, people, reason=reason.strip())


def _move(plan: Plan, to: PlanState) -> None:
    now = PlanState(plan.state)
    if to not in PLAN_MOVES[now]:
        raise Conflict("plan_state", _("这个培训计划现在是“%(state)s”，不能这样办理。", state=PLAN_WORDS[now]))
    plan.state = to


def _begin(ctx: Ctx, plan: Plan, candidate_ids: Sequence[Id]) -> None:
    if plan.mode != Mode.ONLINE:
        return
    for start in range(0, len(candidate_ids), _FEW):
        begin_studies(ctx, [one for one in ctx.db.scalars(select(Candidate.enrollment_id).where(
            Candidate.id.in_(candidate_ids[start:start + _FEW]))) if one is not None], plan.packages)
