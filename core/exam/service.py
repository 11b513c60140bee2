"""Sitting the exam: start, answer, hand in, close what is overdue (N-40 … N-42)."""
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id, new_id
from core.base.errors import Conflict, Refused
from core.blacklist import bar_hint, bar_of, bar_sentence
from core.contract.values import ExamAdmission
from core.course import Subject, enrollment_facts, own_subject
from core.cycle import Enrollment
from core.exam import bank
from core.exam.events import ExamPassed
from core.exam.models import Question, Sitting, SittingAnswer
from core.exam.queries import (
    RELEASED,
    best_result,
    blueprint,
    check_place,
    exam_passed,
    own_sitting,
    running_sitting,
)
from core.exam.rules import (
    Blueprint,
    Outcome,
    PaperItem,
    accepts,
    deadline,
    draw,
    is_right,
    may_sit_again,
    outcome,
    parse_choice,
    seconds_left,
    submit_from,
)
from core.exam.states import QuestionKind, SittingState, move
from core.extension import hooks
from core.identity import person_of
from core.organization import post_by_name
from core.tenancy import Ctx

CLOSE_JOB = "exam.close"


@dataclass(frozen=True)
class Receipt:
    """What the server holds of an answer after it arrived; `taken` is False for one that was overtaken."""

    taken: bool
    choice: str
    turn: int
    seconds_left: int


def required(ctx: Ctx, asked: Subject) -> bool:
    """Whether this enrollment needs the online exam at all (X-15)."""
    return hooks(ctx).resolve_exam_required(enrollment_facts(ctx, asked))


def why_not(ctx: Ctx, asked: Subject) -> Refused | None:
    """Why an enrollment's exam cannot be begun now, None when it can: the one place that decides (N-40, N-41, X-16)."""
    if not required(ctx, asked):
        return Refused("exam.not_required", _("这个岗位不需要在线考核，学完全部学时即可等待审核。"), status=409)
    if (bar := bar_of(ctx, person_of(ctx, asked.person_id))) is not None:
        return Refused("barred", bar_sentence(bar), hint=bar_hint(), status=403)
    best = best_result(ctx, asked.id)
    if best is not None and best.passed:
        return Refused("exam.passed", _("您已考核合格（%(score)s分），不用再考。", score=best.score), status=409)
    problem = admission(ctx, asked).problem
    if problem is not None:
        return Refused(problem.code, problem.sentence, hint=problem.hint, status=409)
    if best is not None and not may_sit_again(best.sat, best.passed, blueprint(ctx)):
        return Refused("exam.no_retake", _("考核次数已经用完。"), hint=_("请联系培训网客服。"), status=409)
    return None


def admission(ctx: Ctx, asked: Subject) -> ExamAdmission:
    """Who may begin, from when the time runs, and where (X-16)."""
    return hooks(ctx).resolve_exam_admission(enrollment_facts(ctx, asked))


def start(ctx: Ctx, enrollment_id: Id) -> Sitting:
    """Draw a paper and start the server's clock. A sitting that still runs is returned: a double click or a second
    tab begins no second one. Raises Refused with the reason, NotFound for somebody else's enrollment."""
    asked = own_subject(ctx, enrollment_id)
    lock(ctx, asked)
    running = running_sitting(ctx, enrollment_id)
    if running is not None:
        if accepts(running.ends_at, ctx.now, running.grace_seconds):
            return _gone_on_with(ctx, running)
        close(ctx, running)
    refusal = why_not(ctx, asked)
    if refusal is not None:
        raise refusal
    plan = blueprint(ctx)
    post = post_by_name(ctx, asked.post)
    seed = secrets.token_hex(16)
    paper = draw(bank.bank_of(ctx, asked.post, post.family if post else asked.post), plan, seed)
    best = best_result(ctx, enrollment_id)
    return _begin(ctx, asked, plan, seed, paper, (best.sat if best else 0) + 1)


def _gone_on_with(ctx: Ctx, running: Sitting) -> Sitting:
    """One that was released goes on here and nowhere else; one that runs elsewhere is refused."""
    if running.session_id == RELEASED:
        running.session_id = ctx.actor.session_id
        ctx.db.flush()
        ctx.record("exam.resumed", running.id)
    check_place(ctx, running)
    return running


def lock(ctx: Ctx, asked: Subject) -> None:
    """Let one start of an enrollment at a time through; on SQLite the write transaction does that already."""
    ctx.db.execute(select(Enrollment.id).where(Enrollment.id == asked.id).with_for_update()).all()


def _begin(ctx: Ctx, asked: Subject, plan: Blueprint, seed: str, paper: Sequence[PaperItem],
           number: int) -> Sitting:
    admitted = admission(ctx, asked)
    since = admitted.since or ctx.now
    sitting = Sitting(
        id=new_id(), enrollment_id=asked.id, person_id=asked.person_id, number=number, state=SittingState.RUNNING,
        seed=seed, started_at=ctx.now, ends_at=deadline(since, plan), submit_from=submit_from(since, plan),
        session_id=ctx.actor.session_id if admitted.one_place else None, grace_seconds=plan.grace_seconds,
        questions=plan.questions, full_score=plan.full_score, pass_score=plan.pass_score)
    ctx.db.add(sitting)
    ctx.db.flush()
    frozen = _texts(ctx, paper)
    ctx.db.add_all([SittingAnswer(
        sitting_id=sitting.id, place=place, question_id=item.question_id, version=frozen[item.question_id][1],
        kind=item.kind, stem=frozen[item.question_id][0], options=list(item.options), key=item.key, choice="", turn=0)
        for place, item in enumerate(paper, 1)])
    close_later(ctx, sitting)
    ctx.record("exam.started", sitting.id, number=number)
    ctx.db.flush()
    return sitting


def close_later(ctx: Ctx, sitting: Sitting) -> None:
    """When the time is over the sitting is scored, whether anybody comes back or not."""
    ctx.enqueue(CLOSE_JOB, {"sitting": str(sitting.id)}, key=f"{CLOSE_JOB}:{sitting.id}:{sitting.ends_at:%H%M%S}",
                not_before=sitting.ends_at + timedelta(seconds=sitting.grace_seconds + 1))


def _texts(ctx: Ctx, paper: Sequence[PaperItem]) -> Mapping[Id, tuple[str, int]]:
    rows = ctx.db.execute(select(Question.id, Question.stem, Question.version)
                          .where(Question.id.in_([item.question_id for item in paper])))
    return {row.id: (row.stem, row.version) for row in rows}


def answer(ctx: Ctx, sitting_id: Id, place: int, text: str, turn: int) -> Receipt:
    """Keep an answer as soon as it is given. An older `turn` than the kept one was overtaken on the way and changes
    nothing. Raises Conflict after the deadline, Refused for an option that the question has not."""
    sitting = own_sitting(ctx, sitting_id)
    _refuse_late(ctx, sitting)
    row = ctx.db.scalar(select(SittingAnswer).where(SittingAnswer.sitting_id == sitting.id,
                                                    SittingAnswer.place == place).with_for_update())
    if row is None:
        raise Refused("exam.no_question", _("这份试卷没有第%(place)s题。", place=place), status=404)
    choice = parse_choice(QuestionKind(row.kind), len(row.options), text)
    left = seconds_left(sitting.ends_at, ctx.now)
    if turn <= row.turn:
        return Receipt(choice == row.choice, row.choice, row.turn, left)
    row.choice, row.turn, row.answered_at = choice, turn, ctx.now
    ctx.db.flush()
    return Receipt(True, choice, turn, left)


def _refuse_late(ctx: Ctx, sitting: Sitting) -> None:
    if sitting.state != SittingState.RUNNING:
        raise Conflict("exam.closed", _("这次考核已经结束，答案不能再更改。"))
    if not accepts(sitting.ends_at, ctx.now, sitting.grace_seconds):
        raise Conflict("exam.time_over", _("考试时间已到，这个答案没有计入。"),
                       hint=_("截止前已保存的答案照常计分。"))


def submit(ctx: Ctx, sitting_id: Id) -> Sitting:
    """Hand in and score. A repeat returns the same result; after the deadline Conflict is raised, and `close_late`
    scores what was saved in time."""
    sitting = own_sitting(ctx, sitting_id)
    if sitting.state == SittingState.SUBMITTED:
        return sitting
    if sitting.state == SittingState.TIMED_OUT or not accepts(sitting.ends_at, ctx.now, sitting.grace_seconds):
        raise Conflict("exam.late", _("交卷时考试时间已到，已按截止前保存的答案计分。"),
                       hint=_("请查看成绩；未合格可以再次考核。"))
    if sitting.submit_from is not None and ctx.now < sitting.submit_from:
        raise Refused("exam.too_early", _("开考%(minutes)s分钟后才能交卷。", minutes=blueprint(ctx).submit_after_minutes),
                      hint=_("答案已经保存，请再检查一遍，到时间再交卷。"), status=409)
    finish(ctx, sitting, SittingState.SUBMITTED)
    return sitting


def close(ctx: Ctx, sitting: Sitting) -> None:
    """Score a sitting whose time is over; nothing happens to one that is closed or still has time."""
    if sitting.state != SittingState.RUNNING or accepts(sitting.ends_at, ctx.now, sitting.grace_seconds):
        return
    finish(ctx, sitting, SittingState.TIMED_OUT)


def close_overdue(ctx: Ctx) -> int:
    """Close every sitting whose time is over, whatever became of its own job; returns how many."""
    overdue = ctx.db.scalars(select(Sitting).where(Sitting.state == SittingState.RUNNING, Sitting.ends_at < ctx.now)
                             .with_for_update()).all()
    closed = [sitting for sitting in overdue if not accepts(sitting.ends_at, ctx.now, sitting.grace_seconds)]
    for sitting in closed:
        finish(ctx, sitting, SittingState.TIMED_OUT)
    return len(closed)


def finish(ctx: Ctx, sitting: Sitting, to: SittingState) -> None:
    """Score the frozen answers against the frozen keys (N-40) and tell who waits for it."""
    ctx.db.refresh(sitting, with_for_update=True)
    before = exam_passed(ctx, sitting.enrollment_id)
    sitting.state = move(SittingState(sitting.state), to)
    rows = ctx.db.execute(select(SittingAnswer.choice, SittingAnswer.key)
                          .where(SittingAnswer.sitting_id == sitting.id))
    result = outcome(sum(is_right(row.choice, row.key) for row in rows), sitting.questions, sitting.full_score,
                     sitting.pass_score)
    if to is SittingState.VOID:
        result = Outcome(result.right, 0, False)
    sitting.correct, sitting.score, sitting.passed = result.right, result.score, result.passed
    sitting.closed_at = sitting.ends_at if to is SittingState.TIMED_OUT else ctx.now
    ctx.db.flush()
    ctx.record("exam.closed", sitting.id, state=to.value, score=result.score, passed=result.passed)
    if result.passed and not before:
        ctx.publish(ExamPassed(sitting.enrollment_id))
