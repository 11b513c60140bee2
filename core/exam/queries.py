"""What has been sat, and with which result."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, bindparam, select

from core.base.db import Id
from core.base.errors import Conflict, NotFound
from core.exam.models import Sitting, SittingAnswer
from core.exam.rules import Blueprint
from core.exam.states import QuestionKind, SittingState
from core.tenancy import Ctx
from flask_babel import gettext as _


@dataclass(frozen=True)
class Result:
    """The best of an enrollment's sittings; `sat` counts all that are over."""

    sitting_id: Id
    score: int
    passed: bool
    at: datetime
    sat: int


@dataclass(frozen=True)
class Shown:
    """A question as the page gets it: never the key (L9)."""

    place: int
    kind: QuestionKind
    stem: str
    options: tuple[str, ...]
    choice: str
    turn: int


def blueprint(ctx: Ctx) -> Blueprint:
    """The tenant's rules of the exam that are in force now (N-40 … N-42)."""
    rules = ctx.rules().exam
    return Blueprint(rules.questions, rules.full_score, rules.pass_score, rules.minutes,
                     rules.submit_after_minutes, rules.grace_seconds, rules.retakes, rules.judgement, rules.multiple)


_SITTINGS = select(Sitting).where(Sitting.enrollment_id == bindparam("enrollment_id", type_=Uuid())).order_by(
    Sitting.number)


def sittings_of(ctx: Ctx, enrollment_id: Id) -> Sequence[Sitting]:
    """All sittings of an enrollment, first to last."""
    return ctx.look_up(("sittings", enrollment_id),
                       lambda: ctx.db.scalars(_SITTINGS, {"enrollment_id": enrollment_id}).all())


def running_sitting(ctx: Ctx, enrollment_id: Id) -> Sitting | None:
    return next((one for one in sittings_of(ctx, enrollment_id) if one.state == SittingState.RUNNING), None)


def best_result(ctx: Ctx, enrollment_id: Id) -> Result | None:
    """The best result, the earliest of equals; None before the first sitting is over. Kept by clearing (N-47)."""
    over = [sitting for sitting in sittings_of(ctx, enrollment_id) if sitting.state != SittingState.RUNNING]
    if not over:
        return None
    best = max(over, key=lambda sitting: (sitting.score or 0, -sitting.number))
    return Result(best.id, best.score or 0, bool(best.passed), best.closed_at or best.ends_at, len(over))


def exam_passed(ctx: Ctx, enrollment_id: Id) -> bool:
    """Whether any sitting of the enrollment passed (N-40)."""
    found = ctx.db.scalar(select(Sitting.id).where(Sitting.enrollment_id == enrollment_id, Sitting.passed.is_(True))
                          .limit(1))
    return found is not None


def passed_at(ctx: Ctx, enrollment_id: Id) -> datetime | None:
    """When the exam was first passed; a better score later changes nothing of it (C-20)."""
    return ctx.db.scalar(select(Sitting.closed_at).where(Sitting.enrollment_id == enrollment_id,
                                                         Sitting.passed.is_(True)).order_by(Sitting.closed_at).limit(1))


RELEASED = ""
"""`Sitting.session_id` of one that nobody goes on with until it is begun again."""


def check_place(ctx: Ctx, sitting: Sitting) -> None:
    """Raise Conflict for a sitting that runs and is bound to another computer (X-16)."""
    bound = sitting.session_id
    if sitting.state != SittingState.RUNNING or bound is None or bound == ctx.actor.session_id:
        return
    if bound == RELEASED:
        raise Conflict("exam.released", _("监考人员已允许换机，请点“继续考试”。"), hint=_("考试时间一直在走，已保存的答案都在。"))
    raise Conflict("exam.elsewhere", _("这次考试正在另一台电脑上进行。"),
                   hint=_("如果电脑出了故障，请举手，由监考人员在监考台点“允许换机”。已保存的答案都在。"))


def own_sitting(ctx: Ctx, sitting_id: Id) -> Sitting:
    """A sitting of the acting person; anybody else's is as unknown as none. Raises NotFound, or Conflict for one that
    is bound to another computer."""
    sitting = ctx.db.get(Sitting, sitting_id)
    if sitting is None or ctx.actor.person_id is None or sitting.person_id != ctx.actor.person_id:
        raise NotFound("exam.no_sitting", _("没有找到这次考核。请从“我的培训”进入。"))
    check_place(ctx, sitting)
    return sitting


def paper_of(ctx: Ctx, sitting: Sitting) -> list[Shown]:
    """The questions of a sitting in order, without their keys: the key column is not even read."""
    columns = (SittingAnswer.place, SittingAnswer.kind, SittingAnswer.stem, SittingAnswer.options,
               SittingAnswer.choice, SittingAnswer.turn)
    rows = ctx.db.execute(select(*columns).where(SittingAnswer.sitting_id == sitting.id)
                          .order_by(SittingAnswer.place))
    return [Shown(row.place, QuestionKind(row.kind), row.stem, tuple(row.options), row.choice, row.turn)
            for row in rows]


def unanswered(ctx: Ctx, sitting: Sitting) -> list[int]:
    """The numbers of the questions without an answer."""
    return list(ctx.db.scalars(select(SittingAnswer.place).where(
        SittingAnswer.sitting_id == sitting.id, SittingAnswer.choice == "").order_by(SittingAnswer.place)))
