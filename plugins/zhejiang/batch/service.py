"""Opening a batch, and what moves a candidate."""
from collections.abc import Sequence
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from core.api import Conflict, Ctx, Refused, local_date
from core.api.organization import offer_in_force, post_by_id
from core.api.store import Id, one_at_a_time

from plugins.zhejiang.batch.models import Answer, Batch, BatchSheet, Candidate
from plugins.zhejiang.batch.states import ENTRY_WORDS, MOVES, CandidateState, Mode, SheetState
from plugins.zhejiang.parties import own_enterprise

WITHDRAWABLE: Final = (CandidateState.ENTERED, CandidateState.RETURNED)
"""Before the institution looks, and when it has handed back. In continuing education, which nobody looks at, until the
order."""

ANSWERS: Final = (CandidateState.RETURNED, CandidateState.REVIEWED)
"""What an institution says to a candidate that was submitted to it."""


def move(ctx: Ctx, candidate: Candidate, to: CandidateState) -> None:
    """The one way to move a candidate. Conflict for a move that the table does not have."""
    before = CandidateState(candidate.state)
    if to not in MOVES[before]:
        raise Conflict("candidate_moved", _("这位学员现在是“%(state)s”，不能这样办理。请刷新页面后再看。",
                                            state=ENTRY_WORDS[before]))
    if before is CandidateState.SUBMITTED and to in ANSWERS:
        ctx.db.add(Answer(candidate_id=candidate.id, institution_id=candidate.institution_id, at=ctx.now,
                          passed=to is CandidateState.REVIEWED,
                          seconds=int((ctx.now - candidate.moved_at).total_seconds())))
    candidate.state, candidate.moved_at = to, ctx.now
    ctx.db.flush()
    ctx.record("zhejiang.candidate", candidate.id, **{"from": before.value, "to": to.value})


def open_batch(ctx: Ctx, post_id: Id, mode: Mode, institution_id: Id) -> Batch:
    """A new batch: one post, one mode, one institution that offers it (ZJ-12, ZJ-15, ZJ-26)."""
    enterprise = own_enterprise(ctx)
    if offer_in_force(ctx, institution_id, post_id, mode) is None:
        raise Refused("zhejiang.no_offer", _("这家机构现在不开这个岗位的这种培训。"), hint=_("请在列表中另选一家。"), field="institution")
    batch = Batch(number=_next_number(ctx), enterprise_id=enterprise.id, institution_id=institution_id, mode=mode,
                  post_id=post_by_id(ctx, post_id).id, year=local_date(ctx.now).year,
                  created_by=ctx.actor.account_id, created_at=ctx.now)
    ctx.db.add(batch)
    ctx.db.flush()
    ctx.record("zhejiang.batch_opened", batch.id, number=batch.number, mode=mode.value)
    return batch


def _next_number(ctx: Ctx) -> str:
    """20261120-0001, counted by day over the whole tenant."""
    one_at_a_time(ctx.db, "zhejiang.batch_number")
    day = f"{local_date(ctx.now):%Y%m%d}"
    last = ctx.db.scalar(select(func.max(Batch.number)).where(Batch.number.startswith(f"{day}-")))
    return f"{day}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


def withdrawable(batch: Batch) -> Sequence[CandidateState]:
    """The states that a candidate of this batch may be withdrawn from."""
    return (*WITHDRAWABLE, CandidateState.REVIEWED) if batch.mode == Mode.CONTINUING else WITHDRAWABLE


def withdraw(ctx: Ctx, batch: Batch, candidate: Candidate) -> None:
    """撤下: out of the batch; the account stays, and another sheet may bring the person back."""
    ctx.db.refresh(candidate, with_for_update=True)
    if candidate.state not in withdrawable(batch):
        raise Conflict("zhejiang.not_withdrawable", _("这位学员现在是“%(state)s”，不能撤下。",
                                                      state=ENTRY_WORDS[CandidateState(candidate.state)]),
                       hint=_("已交培训机构审核的，请先请机构退回；已进订单的，请先取消订单。"))
    move(ctx, candidate, CandidateState.CANCELLED)


def discard(ctx: Ctx, batch: Batch) -> None:
    """作废: off the list, so that nothing is uploaded into it; while nobody is in it."""
    _refuse_running(ctx, batch)
    if ctx.db.scalar(select(Candidate.id).where(Candidate.batch_id == batch.id,
                                                Candidate.state != CandidateState.CANCELLED).limit(1)) is not None:
        raise Conflict("zhejiang.batch_filled", _("批次里还有学员，不能作废。"), hint=_("请先撤下全部学员。"))
    batch.closed_at = ctx.now
    ctx.record("zhejiang.batch_discarded", batch.id, number=batch.number)


def restore(ctx: Ctx, batch: Batch) -> None:
    """恢复: on the list again."""
    batch.closed_at = None
    ctx.record("zhejiang.batch_restored", batch.id, number=batch.number)


def _refuse_running(ctx: Ctx, batch: Batch) -> None:
    running = ctx.db.scalar(select(BatchSheet.id).where(BatchSheet.batch_id == batch.id,
                                                        BatchSheet.state == SheetState.RUNNING).limit(1))
    if running is not None:
        raise Conflict("zhejiang.sheet_running", _("这个批次正在导入表格。"), hint=_("请等它完成，或先取消导入。"))


def withdraw_all(ctx: Ctx, batch: Batch) -> int:
    """撤下全部: everybody who can still be withdrawn, in one statement and one line of the trail; how many."""
    _refuse_running(ctx, batch)
    gone = ctx.db.scalars(update(Candidate).where(Candidate.batch_id == batch.id,
                                                  Candidate.state.in_(withdrawable(batch)))
                          .values(state=CandidateState.CANCELLED, moved_at=ctx.now).returning(Candidate.id)).all()
    ctx.record("zhejiang.batch_withdrawn", batch.id, people=len(gone))
    return len(gone)
