"""签到 in class, and 申请考试 for who has done enough (ZJ-27, ZJ-28)."""
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import compare_digest

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.messages import tell_person
from core.api.people import cards_of
from core.api.presence import proved_since
from core.api.registry import check_not_barred
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.training.models import Plan, PlanSession, SignIn, TestApplication
from plugins.zhejiang.training.planning import own_plan
from plugins.zhejiang.training.queries import (
    applications_of,
    candidates_in,
    doing,
    first_trainings_of,
    latest_entries,
    live_application,
    plan_of,
    signed,
    trainees_of,
)
from plugins.zhejiang.training.states import How, PlanState, TestState

_NAMED = 10
_EARLY = timedelta(hours=1)


def own_session(ctx: Ctx, plan_id: Id, session_id: Id) -> tuple[Plan, PlanSession]:
    """A lesson of one of the acting clerk's institution's plans; NotFound otherwise."""
    plan, found = own_plan(ctx, plan_id), ctx.db.get(PlanSession, session_id)
    if found is None or found.plan_id != plan.id:
        raise NotFound("session", _("没有找到这次课。"))
    return plan, found


def sign_in(ctx: Ctx, plan_id: Id, session_id: Id, present: Collection[Id], seen: Collection[Id], note: str) -> int:
    """Enter who of `seen` was there: an entry for each whose standing changes; how many there are.

    A correction, which takes an attendance back or adds one after the list was entered, needs a reason.
    """
    plan, session = own_session(ctx, plan_id, session_id)
    own_plan(ctx, plan.id, lock=True)
    _check_time(ctx, plan, session)
    inside = {row.candidate_id for row in trainees_of(ctx, plan.id)}
    if not set(seen) <= inside or not set(present) <= set(seen):
        raise Conflict("list_changed", _("名单已有变化，请刷新页面后再签到。"))
    now = signed(ctx, plan.id)
    before = {one: now.get((session.id, one)) for one in seen}
    changed = [one for one in seen if (before[one] or False) != (one in present)]
    if any(before[one] is not None for one in changed) and not note.strip():
        raise Refused("note", _("更改已有的签到，请写明原因。"), field="note")
    for one in changed:
        enter(ctx, session, one, one in present, How.LIST, note)
    ctx.record("zhejiang.sign_in", session.id, entries=len(changed))
    return len(changed)


def enter(ctx: Ctx, session: PlanSession, candidate_id: Id, present: bool, how: How, note: str = "") -> None:
    """One entry of the sign-in; the newest counts."""
    ctx.db.add(SignIn(session_id=session.id, candidate_id=candidate_id, present=present, how=how, note=note.strip(),
                      by_id=ctx.actor.account_id, at=ctx.now))
    ctx.db.flush()


@dataclass(frozen=True)
class Seat:
    """The acting trainee in a lesson of their plan."""

    plan: Plan
    session: PlanSession
    candidate_id: Id
    enrollment_id: Id
    present: bool

    def open(self, now: datetime) -> bool:
        """By face from an hour before the lesson to its end; by the list also after it."""
        return self.session.starts_at - _EARLY <= now <= self.session.ends_at


def own_seat(ctx: Ctx, session_id: Id) -> Seat:
    """A lesson of a published plan that the acting trainee is in; NotFound otherwise."""
    session = ctx.db.get(PlanSession, session_id)
    for one in first_trainings_of(ctx, ctx.actor.person_id) if session and ctx.actor.person_id else ():
        plan = plan_of(ctx, one.id)
        if plan is not None and session is not None and session.plan_id == plan.id and one.enrollment_id is not None:
            entry = latest_entries(ctx, session.id).get(one.id)
            return Seat(plan, session, one.id, one.enrollment_id, entry is not None and entry.present)
    raise NotFound("session", _("没有找到这次课。"))


def proof_of(ctx: Ctx, seat: Seat) -> Id | None:
    """The face match that was given for this lesson, none from before."""
    return proved_since(ctx, seat.enrollment_id, seat.session.starts_at - _EARLY)


def sign_in_by_face(ctx: Ctx, seat: Seat, word: str) -> None:
    """人脸签到: after the face match, with the word that stands in the room; twice is one entry."""
    if seat.present:
        return
    if not seat.open(ctx.now):
        raise Refused("not_now", _("开课前 1 小时到下课可以人脸签到。没赶上的，请找培训机构的工作人员按名单签到。"))
    if proof_of(ctx, seat) is None:
        raise Refused("no_face", _("请先完成人脸核验。"))
    if not seat.session.word or not compare_digest(word.strip().encode(), seat.session.word.encode()):
        raise Refused("word", _("签到口令不对，请看教室里公布的6位数字。"), field="word")
    enter(ctx, seat.session, seat.candidate_id, True, How.FACE)
    ctx.record("zhejiang.sign_in", seat.session.id, face=True)


def open_now(ctx: Ctx, plan: Plan, session: PlanSession) -> bool:
    """Whether the session's list may be entered: from an hour before it begins."""
    return plan.state == PlanState.PUBLISHED and ctx.now >= session.starts_at - _EARLY


def _check_time(ctx: Ctx, plan: Plan, session: PlanSession) -> None:
    if plan.state != PlanState.PUBLISHED:
        raise Conflict("not_published", _("培训计划还没有发布，不能签到。"))
    if not open_now(ctx, plan, session):
        raise Refused("too_early", _("还没到上课时间。开课前 1 小时起可以签到。"))


def apply(ctx: Ctx, plan_id: Id, candidate_ids: Sequence[Id]) -> int:
    """申请考试 for people of a plan who have done enough, all or none; how many.

    Refused with the names of who has not, who is barred (ZJ-14), or for whom it is under way already.
    """
    plan = own_plan(ctx, plan_id, lock=True)
    inside = {one.id: one for one in ctx.db.scalars(candidates_in(plan.id))}
    wanted = list(dict.fromkeys(candidate_ids))
    if not wanted or any(one not in inside for one in wanted):
        raise Refused("nobody", _("请选择本计划中的学员。"))
    chosen = [inside[one] for one in wanted]
    far, known = doing(ctx, plan, chosen), applications_of(ctx, wanted)
    _refuse(ctx, [one for one in chosen if not far[one.id].done], _("培训还没有完成，不能申请考试"))
    _refuse(ctx, [one for one in chosen if one.id in known and known[one.id].state != TestState.FAILED],
            _("已经申请过考试"))
    for one in chosen:
        check_not_barred(ctx, one.person_id)
    ctx.db.add_all(TestApplication(candidate_id=one.id, institution_id=plan.institution_id, post_id=plan.post_id,
                                   plan_id=plan.id, applied_by=ctx.actor.account_id, applied_at=ctx.now)
                   for one in chosen)
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("applied", _("有学员刚刚申请过考试，请刷新页面。")) from None
    for one in chosen:
        tell_person(ctx, one.person_id, _("培训机构已为您申请考试，考场、座位和时间安排好后会通知您。"))
    ctx.record("zhejiang.apply", plan.id, count=len(chosen))
    return len(chosen)


def ready(ctx: Ctx, plan: Plan) -> list[Id]:
    """Everybody of a plan who has done enough and for whom no test is under way or passed."""
    people = list(ctx.db.scalars(candidates_in(plan.id)))
    far, known = doing(ctx, plan, people), applications_of(ctx, [one.id for one in people])
    return [one.id for one in people if far[one.id].done
            and (one.id not in known or known[one.id].state == TestState.FAILED)]


def _refuse(ctx: Ctx, those: Sequence[Candidate], why: str) -> None:
    if those:
        cards = cards_of(ctx, {one.person_id for one in those[:_NAMED]})
        names = "、".join(cards[one.person_id].name for one in those[:_NAMED])
        more = _("等 %(count)s 人", count=len(those)) if len(those) > _NAMED else ""
        raise Refused("not_testable", _("%(names)s%(more)s：%(why)s。", names=names, more=more, why=why))


def withdraw(ctx: Ctx, candidate_id: Id) -> Id:
    """撤回考试申请; the plan it came from. Whoever calls has seen that no seat was given for it."""
    row = live_application(ctx, candidate_id)
    if row is None or row.state != TestState.APPLIED:
        raise NotFound("application", _("没有找到这位学员的考试申请。"))
    row.state, row.closed_at = TestState.WITHDRAWN, ctx.now
    ctx.db.flush()
    ctx.record("zhejiang.apply_withdrawn", candidate_id)
    return row.plan_id
