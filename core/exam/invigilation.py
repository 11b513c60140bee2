"""What an invigilator does to sittings, and how they stand all at once (X-16). Who may is for the caller to say."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from core.base.db import Id
from core.base.errors import Conflict, NotFound
from core.exam.models import Sitting, SittingAnswer
from core.exam.queries import RELEASED
from core.exam.service import close_later, finish
from core.exam.states import SittingState
from core.tenancy import Ctx


@dataclass(frozen=True)
class SittingFacts:
    """A sitting as a board shows it: never an answer or a key. `released`: goes on where it is begun again."""

    id: Id
    enrollment_id: Id
    state: SittingState
    started_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    answered: int
    questions: int
    score: int | None
    passed: bool | None
    released: bool

    @property
    def running(self) -> bool:
        return self.state is SittingState.RUNNING


def sittings_since(ctx: Ctx, enrollment_ids: Sequence[Id], since: datetime) -> dict[Id, SittingFacts]:
    """The newest sitting of each enrollment that began at `since` or later."""
    answered = (select(func.count()).where(SittingAnswer.sitting_id == Sitting.id, SittingAnswer.choice != "")
                .correlate(Sitting).scalar_subquery())
    rows = ctx.db.execute(select(Sitting, answered).where(
        Sitting.enrollment_id.in_(enrollment_ids), Sitting.started_at >= since).order_by(Sitting.number))
    return {one.enrollment_id: SittingFacts(
        one.id, one.enrollment_id, SittingState(one.state), one.started_at, one.ends_at, one.closed_at, count,
        one.questions, one.score, one.passed, one.session_id == RELEASED) for one, count in rows}


def release(ctx: Ctx, sitting_id: Id) -> None:
    """The computer broke down: another one goes on; the time runs on meanwhile."""
    sitting = _running(ctx, sitting_id)
    sitting.session_id = RELEASED
    ctx.db.flush()
    ctx.record("exam.released", sitting.id)


def extend(ctx: Ctx, sitting_id: Id, minutes: int) -> datetime:
    """More time for one sitting; returns when it now ends."""
    sitting = _running(ctx, sitting_id)
    sitting.ends_at += timedelta(minutes=minutes)
    ctx.db.flush()
    close_later(ctx, sitting)
    ctx.record("exam.extended", sitting.id, minutes=minutes)
    return sitting.ends_at


def stop(ctx: Ctx, sitting_id: Id, *, void: bool) -> None:
    """End a sitting now: scored as it stands, or worth nothing where somebody cheated."""
    finish(ctx, _running(ctx, sitting_id), SittingState.VOID if void else SittingState.STOPPED)


def _running(ctx: Ctx, sitting_id: Id) -> Sitting:
    sitting = ctx.db.get(Sitting, sitting_id, with_for_update=True)
    if sitting is None:
        raise NotFound("exam.no_sitting", _("没有找到这次考核。"))
    if sitting.state != SittingState.RUNNING:
        raise Conflict("exam.closed", _("这次考试已经结束。请刷新页面查看成绩。"))
    return sitting
