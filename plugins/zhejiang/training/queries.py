"""Reading plans, attendance and applications for the test."""
from collections.abc import Sequence

from sqlalchemy import select

from core.api import Ctx
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.training.models import TestApplication
from plugins.zhejiang.training.states import TestState

_LIVE = (TestState.APPLIED, TestState.PASSED)


def live_application(ctx: Ctx, candidate_id: Id) -> TestApplication | None:
    """The application that waits, or that was passed; locked, since its test is being decided."""
    return ctx.db.scalar(select(TestApplication).where(
        TestApplication.candidate_id == candidate_id, TestApplication.state.in_(_LIVE)).with_for_update())


def to_be_tested(ctx: Ctx, institution_id: Id, post_id: Id | None = None) -> Sequence[Candidate]:
    """For whom an institution has applied for a test that is not over, first applied first (ZJ-28)."""
    rows = select(Candidate).join(TestApplication, TestApplication.candidate_id == Candidate.id).where(
        TestApplication.institution_id == institution_id, TestApplication.state == TestState.APPLIED)
    if post_id is not None:
        rows = rows.where(TestApplication.post_id == post_id)
    return ctx.db.scalars(rows.order_by(TestApplication.applied_at, TestApplication.id)).all()
