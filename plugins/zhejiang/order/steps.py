"""三 缴费 as the trainee sees it: the enterprise pays, the institution confirms (ZJ-21 … ZJ-25)."""
from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Ctx, Step, StepState
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState

_PAYING = frozenset({CandidateState.REVIEWED, CandidateState.ORDERED})


def payment_step(ctx: Ctx, person_id: Id) -> Step:
    """Of the newest enrollment that was not cancelled."""
    newest = ctx.db.scalar(select(Candidate).where(
        Candidate.person_id == person_id, Candidate.state != CandidateState.CANCELLED)
        .order_by(Candidate.entered_at.desc(), Candidate.id.desc()).limit(1))
    if newest is not None and newest.state == CandidateState.ENROLLED:
        return Step(3, _("缴费"), StepState.DONE, _("企业已缴费，培训机构已确认。"), since=newest.moved_at)
    if newest is not None and newest.state in _PAYING:
        return Step(3, _("缴费"), StepState.UNDER_WAY, _("由企业缴费，等培训机构确认，您不需要缴费。"), since=newest.moved_at)
    return Step(3, _("缴费"), StepState.WAITING_START, ctx.text("pay_note"))
