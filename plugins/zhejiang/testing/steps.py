"""五 现场测试 of who has a seat: when, where, and the way in (ZJ-28)."""
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Action, Ctx, Step, StepState
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.testing import texts
from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.states import PlanState

ORDER = 5


def step_of(ctx: Ctx, person_id: Id) -> Step | None:
    """The next test that the person was told of; None while there is none."""
    seat = ctx.db.scalar(select(TestSeat).join(TestPlan, TestPlan.id == TestSeat.plan_id).join(
        Candidate, Candidate.id == TestSeat.candidate_id).where(
        Candidate.person_id == person_id, TestSeat.over_at.is_(None), TestPlan.state != PlanState.DRAFT)
        .order_by(TestPlan.starts_at).limit(1))
    if seat is None:
        return None
    plan = seat.plan
    return Step(ORDER, _("现场测试"), StepState.UNDER_WAY, _(
        "%(time)s，%(place)s%(room)s，%(seat)s号座位。请带本人身份证。", time=texts.moment(plan.starts_at), place=plan.place,
        room=plan.room, seat=seat.number), since=plan.published_at,
        action=Action("zj_test", _("测试计划"), url_for("zj_test.one", seat_id=seat.id), primary=True))


def with_test(ctx: Ctx, person_id: Id, steps: list[Step]) -> list[Step]:
    """These steps, the test's own in place of that which only waits for it."""
    own = step_of(ctx, person_id)
    return steps if own is None else [*(step for step in steps if step.order != ORDER), own]
