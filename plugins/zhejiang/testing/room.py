"""The session in the room: who comes in, who may begin, and what the invigilator does (ZJ-29).

The face match is the way in; an invigilator who has seen the ID card is the other one. All is noted and stays.
"""
from dataclasses import dataclass
from datetime import timedelta
from secrets import compare_digest

from flask_babel import gettext as _

from core.api import Conflict, Ctx, DomainError, EnrollmentFacts, ExamAdmission, Problem, Refused
from core.api.exams import SittingFacts, extend, release, sittings_since, stop
from core.api.messages import tell_person
from core.api.presence import proved_since, witness
from core.api.registry import propose_bar
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.testing import texts
from plugins.zhejiang.testing.models import TestIncident, TestPlan, TestSeat
from plugins.zhejiang.testing.queries import due_to_close, hours_of, open_seat_of, rows_of, seats_of
from plugins.zhejiang.testing.rules import why_not_in
from plugins.zhejiang.testing.service import person_problem, lock
from plugins.zhejiang.testing.states import ENTRY_MOVES, Deed, Entry, PlanState, Stand, move_plan
from plugins.zhejiang.training.service import failed, passed

CLOSE_JOB = "zj.test_close"
MOST_MINUTES = 60
CODE_TRIES = 10
"""Within an hour; a word of six digits is not guessed from outside the room."""
_SPARE = timedelta(minutes=5)


@dataclass(frozen=True)
class Looked:
    """What an invigilator saw: the end of the number on the ID card, why no face matched, a picture of the person."""

    tail: str
    reason: str
    picture: bytes


# --- coming in --------------------------------------------------------------------------------------------

def door_problem(ctx: Ctx, seat: TestSeat) -> Problem | None:
    """Why who has this seat cannot come in now: the doors, the blacklist, an invigilator's refusal."""
    if seat.entry == Entry.ADMITTED:
        return None
    problem = why_not_in(PlanState(seat.plan.state), hours_of(ctx, seat.plan), ctx.now)
    if problem is None and seat.candidate is not None:
        problem = person_problem(ctx, seat.candidate)
    if problem is None and seat.entry == Entry.REFUSED:
        problem = Problem("test_refused", _("监考人员没有准许您入场。"), hint=_("有疑问请举手，由监考人员核对身份证。"))
    return problem


def proof_of(ctx: Ctx, seat: TestSeat) -> Id | None:
    """The face match that opens the way to this seat: of this test's own hours, none from before."""
    candidate = seat.candidate
    if candidate is None or candidate.enrollment_id is None:
        return None
    return proved_since(ctx, candidate.enrollment_id, hours_of(ctx, seat.plan).doors_open)


def enter(ctx: Ctx, seat: TestSeat, code: str) -> None:
    """核对座位: after the face match, with the word that stands in the room."""
    if seat.entry == Entry.ADMITTED:
        return
    _refuse(door_problem(ctx, seat))
    proof = proof_of(ctx, seat)
    if proof is None:
        raise Refused("no_face", _("请先完成人脸核验。"), hint=_("系统判定是本人后才能考试。"), status=409)
    if not compare_digest(code.strip(), seat.plan.code):
        ctx.record_refusal("zhejiang.test_enter", seat.id)
        raise Refused("room_code", _("考场口令不对。"), field="code", hint=_("口令由监考人员在考场公布，是6位数字。"))
    _admit(ctx, seat, proof)


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise Refused(problem.code, problem.sentence, hint=problem.hint, status=409)


def _admit(ctx: Ctx, seat: TestSeat, proof: Id) -> None:
    _move_entry(seat, Entry.ADMITTED)
    seat.entered_at, seat.proof_id = ctx.now, proof
    ctx.db.flush()
    ctx.record("zhejiang.test_enter", seat.id, proof=str(proof))


def _move_entry(seat: TestSeat, to: Entry) -> None:
    if to not in ENTRY_MOVES[Entry(seat.entry)]:
        raise Conflict("entry_moved", _("这位学员的入场状态刚刚变了。请刷新页面后再看。"))
    seat.entry = to


def admit_by_hand(ctx: Ctx, seat: TestSeat, seen: Looked) -> None:
    """人工核验: the ID card was compared with the person; the picture is kept with the reason."""
    candidate = _candidate(seat)
    _refuse(why_not_in(PlanState(seat.plan.state), hours_of(ctx, seat.plan), ctx.now) or person_problem(ctx, candidate))
    if candidate.enrollment_id is None:
        raise Conflict("not_enrolled", _("这位学员还没有报名确认，不能参加测试。"))
    proof = witness(ctx, candidate.person_id, candidate.enrollment_id, seen.tail, seen.reason, seen.picture)
    _admit(ctx, seat, proof)
    note(ctx, seat.plan, Deed.ADMITTED, seen.reason, seat)


def refuse_entry(ctx: Ctx, seat: TestSeat, reason: str) -> None:
    """不准入场: not the person, or no ID card; who sits already is ended, not refused."""
    candidate = _candidate(seat)
    if _sitting(ctx, seat, candidate) is not None:
        raise Conflict("sits_already", _("这位学员已经开始答题，请用“结束作答”。"))
    _move_entry(seat, Entry.REFUSED)
    seat.entered_at = seat.proof_id = None
    ctx.db.flush()
    note(ctx, seat.plan, Deed.REFUSED, reason, seat)


def admission(ctx: Ctx, enrollment: EnrollmentFacts) -> ExamAdmission:
    """The exam of a first training begins in a room that is running, for whom has come in; for all from one moment
    and at one computer."""
    seat = open_seat_of(ctx, enrollment.id)
    if seat is None:
        return ExamAdmission(Problem("no_test", _("测试在考场进行，还没有安排给您的测试。"),
                                     hint=_("培训结束后由培训机构申请考试，安排好后会通知您。")))
    problem = door_problem(ctx, seat)
    if problem is None and seat.candidate is not None:
        problem = person_problem(ctx, seat.candidate)
    if problem is None and seat.entry != Entry.ADMITTED:
        problem = Problem("not_admitted", _("请先在考场完成人脸核验。"), hint=_("系统判定是本人后才能考试。"))
    if problem is None and seat.plan.state != PlanState.RUNNING:
        problem = Problem("not_opened", _("请等候监考人员宣布开考。"))
    return ExamAdmission(problem, seat.plan.opened_at, one_place=True)


# --- the session ------------------------------------------------------------------------------------------

def begin(ctx: Ctx, plan: TestPlan) -> None:
    """开考: from now on the time of the whole room runs."""
    lock(ctx, plan)
    if ctx.now < plan.starts_at:
        raise Refused("too_early", _("还没有到开考时间。"), status=409)
    plan.state, plan.opened_at = move_plan(plan.state, PlanState.RUNNING), ctx.now
    ctx.enqueue(CLOSE_JOB, {}, key=f"{CLOSE_JOB}:{plan.id}",
                not_before=ctx.now + timedelta(minutes=ctx.rules().exam.minutes) + _SPARE)
    note(ctx, plan, Deed.OPENED, "")


def release_seat(ctx: Ctx, seat: TestSeat, reason: str) -> None:
    """允许换机: the sitting goes on at the next computer at which it is begun again."""
    release(ctx, _running(ctx, seat).id)
    note(ctx, seat.plan, Deed.RELEASED, reason, seat)


def extend_seat(ctx: Ctx, seat: TestSeat, minutes: int, reason: str) -> None:
    """More time where the room, not the candidate, took it."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused("minutes", _("一次可以延长1到%(most)s分钟。", most=MOST_MINUTES), field="minutes")
    extend(ctx, _running(ctx, seat).id, minutes)
    note(ctx, seat.plan, Deed.EXTENDED, _("%(n)s分钟：%(reason)s", n=minutes, reason=reason), seat)


def end_seat(ctx: Ctx, seat: TestSeat, reason: str, *, void: bool) -> None:
    """结束作答: what was answered counts; where somebody cheated nothing does, and the blacklist's keepers decide."""
    candidate, plan = _candidate(seat), seat.plan
    stop(ctx, _running(ctx, seat).id, void=void)
    note(ctx, plan, Deed.VOIDED if void else Deed.ENDED, reason, seat)
    if void:
        said = _("测试%(number)s，%(seat)s号座位，监考人员记录：%(reason)s", number=plan.number, seat=seat.number, reason=reason)
        try:
            propose_bar(ctx, candidate.person_id, plan.institution_id, rules_of(ctx).cheating_bar_months, said)
        except Conflict as error:
            note(ctx, plan, Deed.NOTE, error.sentence, seat)


def warn(ctx: Ctx, seat: TestSeat, reason: str) -> None:
    """警告: noted, and the candidate reads it."""
    tell_person(ctx, _candidate(seat).person_id, texts.WARNED.format(reason=reason))
    note(ctx, seat.plan, Deed.WARNED, reason, seat)


def note(ctx: Ctx, plan: TestPlan, deed: Deed, said: str, seat: TestSeat | None = None) -> None:
    """One line of the session's record."""
    ctx.db.add(TestIncident(plan_id=plan.id, seat_id=seat.id if seat else None,
                            candidate_id=seat.candidate_id if seat else None, at=ctx.now, deed=deed, said=said.strip(),
                            account_id=ctx.actor.account_id or plan.created_by, name=ctx.actor.name))
    ctx.db.flush()
    ctx.record("zhejiang.test_incident", plan.id, deed=deed.value, seat=seat.number if seat else 0)


def _candidate(seat: TestSeat) -> Candidate:
    if seat.candidate is None:
        raise Conflict("seat_free", _("这个座位没有人。"))
    return seat.candidate


def _sitting(ctx: Ctx, seat: TestSeat, candidate: Candidate) -> SittingFacts | None:
    if seat.plan.opened_at is None or candidate.enrollment_id is None:
        return None
    return sittings_since(ctx, [candidate.enrollment_id], seat.plan.opened_at).get(candidate.enrollment_id)


def _running(ctx: Ctx, seat: TestSeat) -> SittingFacts:
    found = _sitting(ctx, seat, _candidate(seat))
    if found is None or not found.running:
        raise Conflict("not_sitting", _("这位学员没有正在进行的考试。请刷新页面后再看。"))
    return found


# --- the end ----------------------------------------------------------------------------------------------

def close_session(ctx: Ctx, plan: TestPlan) -> None:
    """结束测试: the results go to the training; who was absent waits for another plan. Refused while somebody sits."""
    lock(ctx, plan)
    state, rows = move_plan(plan.state, PlanState.CLOSED), rows_of(ctx, plan)
    sitting = [row.seat.number for row in rows if row.stand in (Stand.SITTING, Stand.RELEASED)]
    if sitting:
        raise Refused("still_sitting", _("还有人在答题（%(seats)s号），不能结束测试。", seats="、".join(map(str, sitting))),
                      hint=_("时间到后系统自动交卷；确需提前的，请逐人结束作答。"), status=409)
    closes = hours_of(ctx, plan).doors_close
    if closes is not None and ctx.now < closes:
        raise Refused("doors_open", _("开考后%(n)s分钟内还可以入场，请稍后再结束。", n=hours_of(ctx, plan).late_entry_minutes),
                      status=409)
    for row in rows:
        seat, one, sat = row.seat, row.seat.candidate, row.sitting
        seat.over_at = ctx.now
        if one is None or sat is None:
            continue
        seat.score, seat.passed = sat.score or 0, bool(sat.passed)
        _hand_on(ctx, seat, one, seat.score)
    plan.state, plan.closed_at = state, ctx.now
    note(ctx, plan, Deed.CLOSED, "")


def _hand_on(ctx: Ctx, seat: TestSeat, one: Candidate, score: int) -> None:
    """What stands against one certificate must not hold back the results of the room: it is noted."""
    try:
        (passed if seat.passed else failed)(ctx, one, score)
    except DomainError as error:
        note(ctx, seat.plan, Deed.NOTE, _("成绩没有转交：%(why)s", why=error.sentence), seat)


def close_overdue(ctx: Ctx) -> None:
    """Sessions whose time is over for everybody, where nobody pressed the button."""
    length = timedelta(minutes=ctx.rules().exam.minutes)
    for plan in due_to_close(ctx, ctx.now - length):
        if any(row.stand in (Stand.SITTING, Stand.RELEASED) for row in rows_of(ctx, plan, seats_of(ctx, plan))):
            ctx.enqueue(CLOSE_JOB, {}, not_before=ctx.now + _SPARE)
        else:
            close_session(ctx, plan)
