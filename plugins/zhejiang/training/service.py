"""What a test leads to, and what leaving ends (ZJ-28, ZJ-30, ZJ-36)."""
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update

from core.api import Conflict, Ctx
from core.api.enrolling import complete
from core.api.messages import tell_person
from core.api.registry import issue_first
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.training.models import Plan, PlanTrainee, TestApplication
from plugins.zhejiang.training.queries import LIVE, live_application
from plugins.zhejiang.training.states import TestState

PROVINCE = "浙江"
_FEW = 500


def leave(ctx: Ctx, candidate_ids: Sequence[Id]) -> None:
    """Place in the plan and application for the test end. Conflict for who has the certificate already."""
    for start in range(0, len(candidate_ids), _FEW):
        some = candidate_ids[start:start + _FEW]
        rows = ctx.db.scalars(select(TestApplication).where(TestApplication.candidate_id.in_(some),
                                                            TestApplication.state.in_(LIVE))).all()
        if any(row.state == TestState.PASSED for row in rows):
            raise Conflict("certified", _("有学员已经测试合格、取得证书，不能退费。"))
        for row in rows:
            row.state, row.closed_at = TestState.WITHDRAWN, ctx.now
        for inside in ctx.db.scalars(select(PlanTrainee).where(
                PlanTrainee.candidate_id.in_(some), PlanTrainee.removed_at.is_(None))):
            inside.removed_at = ctx.now
            ctx.db.execute(update(Plan).where(Plan.id == inside.plan_id).values(taken=Plan.taken - 1))
    ctx.db.flush()


def passed(ctx: Ctx, candidate: Candidate, score: int) -> Id:
    """The test is passed: the training is completed and the first certificate issued (ZJ-30); its id.

    Twice changes nothing. Conflict for whom no test was applied for, and for who holds a certificate of the post.
    """
    application = _application(ctx, candidate)
    if application.certificate_id is not None:
        return application.certificate_id
    held = issue_first(ctx, candidate.person_id, candidate.post_id, PROVINCE)
    if candidate.enrollment_id is not None:
        complete(ctx, candidate.enrollment_id)
    application.state, application.score, application.closed_at = TestState.PASSED, score, ctx.now
    application.certificate_id = held.id
    ctx.db.flush()
    ctx.record("zhejiang.passed", candidate.id, score=score, certificate=str(held.id))
    tell_person(ctx, candidate.person_id, _(
        "恭喜您，%(post)s岗位测试成绩%(score)s分，合格。电子证书已生成，请在“证书管理”查看、下载。", post=held.post, score=score))
    return held.id


def failed(ctx: Ctx, candidate: Candidate, score: int) -> None:
    """The test is not passed; the institution may apply for another."""
    application = _application(ctx, candidate)
    if application.state != TestState.APPLIED:
        raise Conflict("test_over", _("这位学员的测试已经合格，不能再记为未合格。"))
    application.state, application.score, application.closed_at = TestState.FAILED, score, ctx.now
    ctx.db.flush()
    ctx.record("zhejiang.failed", candidate.id, score=score)
    tell_person(ctx, candidate.person_id, _(
        "您本次测试成绩%(score)s分，没有合格。请联系培训机构，由机构再次申请考试。", score=score))


def _application(ctx: Ctx, candidate: Candidate) -> TestApplication:
    found = live_application(ctx, candidate.id)
    if found is None:
        raise Conflict("not_applied", _("培训机构还没有为这位学员申请考试。"))
    return found
