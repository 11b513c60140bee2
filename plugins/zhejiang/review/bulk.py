"""批量审核: whom the rules pass are passed together, once a sample drawn by the server has been looked at one by one.

Drawn when a bulk is opened, kept until it is over: it cannot be drawn again for a better one. Who is sampled and
returned makes the bulk void, since the rules were not enough there. Who needs a person is never in a bulk.
"""
import secrets
from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.registry import barred_people
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.parties import institution_id_of
from plugins.zhejiang.review.models import Bulk, Sample
from plugins.zhejiang.review.queries import Case, cases_of, in_parts, open_bulk, samples_of
from plugins.zhejiang.review.rules import Outcome
from plugins.zhejiang.review.service import decide
from plugins.zhejiang.review.states import OPEN, BulkState
from plugins.zhejiang.settings import rules_of

JOB = "zhejiang.bulk_review"
CHUNK = 50


def institution_batch(ctx: Ctx, batch_id: Id) -> Batch:
    """A batch for the acting clerk's institution; NotFound otherwise."""
    found = ctx.db.get(Batch, batch_id)
    if found is None or found.institution_id != institution_id_of(ctx):
        raise NotFound("batch", _("没有找到这个批次。"))
    return found


def waiting_cases(ctx: Ctx, batch: Batch) -> list[Case]:
    """All of the batch who wait, judged now."""
    rows = ctx.db.scalars(select(Candidate).where(Candidate.batch_id == batch.id,
                                                  Candidate.state == CandidateState.SUBMITTED).order_by(Candidate.row))
    return cases_of(ctx, rows.all())


def passable(ctx: Ctx, cases: Sequence[Case]) -> list[Case]:
    """In a bulk is only who waits, whom the rules pass, whose pictures are all fit, and who is not on the blacklist."""
    found = [case for case in cases if case.candidate.state == CandidateState.SUBMITTED
             and case.verdict.outcome is Outcome.PASSES and not case.missing]
    barred = barred_people(ctx, [case.candidate.person_id for case in found])
    return [case for case in found if case.candidate.person_id not in barred]


def sample_size(total: int, percent: int) -> int:
    """So many per cent, rounded up; at least one, so that no bulk goes unseen."""
    return min(total, max(1, -(-total * percent // 100)))


def draw(ctx: Ctx, batch: Batch) -> Bulk:
    """Open a bulk verdict; the one that is open already stays as it was drawn."""
    ctx.db.scalar(select(Batch.id).where(Batch.id == batch.id).with_for_update())
    if (held := open_bulk(ctx, batch.id)) is not None:
        return held
    chosen = [case.candidate.id for case in passable(ctx, waiting_cases(ctx, batch))]
    if not chosen:
        raise Refused("nobody_passes", _("这个批次里没有可以批量通过的学员。"), hint=_("需人工判断的学员请逐个审核。"))
    bulk = Bulk(batch_id=batch.id, candidates=[str(one) for one in chosen], account_id=ctx.actor.account_id,
                name=ctx.actor.name, created_at=ctx.now)
    ctx.db.add(bulk)
    ctx.db.flush()
    size = sample_size(len(chosen), rules_of(ctx).sampling_percent)
    for candidate_id in secrets.SystemRandom().sample(chosen, size):
        ctx.db.add(Sample(bulk_id=bulk.id, candidate_id=candidate_id))
    ctx.db.flush()
    ctx.record("zhejiang.review.draw", bulk.id, candidates=len(chosen), sample=size)
    return bulk


def note_opened(ctx: Ctx, candidate_id: Id) -> None:
    """Somebody of the institution has said that they looked at the page of this candidate."""
    for sample in ctx.db.scalars(select(Sample).join(Bulk, Bulk.id == Sample.bulk_id).where(
            Sample.candidate_id == candidate_id, Sample.opened_at.is_(None), Bulk.state.in_(OPEN))):
        sample.opened_at = ctx.now
        ctx.record("zhejiang.review.opened", candidate_id, bulk=str(sample.bulk_id))


def start(ctx: Ctx, batch: Batch) -> Bulk:
    """全部通过: behind the request. Refused while the sample has not been looked at; void when one was returned."""
    bulk = ctx.db.scalar(select(Bulk).where(Bulk.batch_id == batch.id, Bulk.state.in_(OPEN)).with_for_update()
                         .execution_options(populate_existing=True))
    if bulk is None or bulk.state != BulkState.DRAWN:
        raise Conflict("bulk_started", _("批量通过已经开始，或还没有抽查名单。请刷新页面后再看。"))
    samples = samples_of(ctx, bulk.id)
    states = {one.id: one.state for one in in_parts(ctx, select(Candidate), Candidate.id,
                                                    [sample.candidate_id for sample in samples])}
    if any(states[one.candidate_id] == CandidateState.RETURNED for one in samples):
        bulk.state, bulk.finished_at = BulkState.VOID, ctx.now
        ctx.record("zhejiang.review.void", bulk.id)
        return bulk
    unseen = sum(1 for one in samples if one.opened_at is None and states[one.candidate_id] == CandidateState.SUBMITTED)
    if unseen:
        raise Refused("sample_unseen", _("抽查的学员还有 %(left)s 人没有看过，不能批量通过。", left=unseen),
                      hint=_("请逐个打开抽查名单里的学员，看过资料后点“已看过”。"))
    bulk.state, bulk.name = BulkState.RUNNING, ctx.actor.name
    bulk.account_id = ctx.actor.account_id or bulk.account_id
    ctx.enqueue(JOB, {"bulk": str(bulk.id), "from": 0}, key=f"{JOB}:{bulk.id}:0")
    ctx.record("zhejiang.review.bulk", bulk.id, candidates=len(bulk.candidates))
    return bulk


def pass_chunk(ctx: Ctx, bulk_id: Id, begin: int) -> None:
    """Pass the next of a bulk: each judged once more; who has moved or no longer passes is left to a person."""
    bulk = ctx.db.get_one(Bulk, bulk_id)
    if bulk.state != BulkState.RUNNING or bulk.looked_at != begin:
        return
    ids = [UUID(one) for one in bulk.candidates[begin:begin + CHUNK]]
    rows = ctx.db.scalars(select(Candidate).where(Candidate.id.in_(ids)).order_by(Candidate.row).with_for_update()
                          .execution_options(populate_existing=True)).all()
    for case in passable(ctx, cases_of(ctx, rows)):
        decide(ctx, case, bulk=True, by=(bulk.account_id, bulk.name))
        bulk.passed += 1
    bulk.looked_at = begin + len(ids)
    if bulk.looked_at < len(bulk.candidates):
        ctx.enqueue(JOB, {"bulk": str(bulk.id), "from": bulk.looked_at}, key=f"{JOB}:{bulk.id}:{bulk.looked_at}")
        return
    bulk.state, bulk.finished_at = BulkState.DONE, ctx.now
    ctx.record("zhejiang.review.bulk_done", bulk.id, passed=bulk.passed)


def newest(ctx: Ctx, batch: Batch) -> Bulk | None:
    """The bulk verdict of a batch that is under way, or the last one that was."""
    return ctx.db.scalar(select(Bulk).where(Bulk.batch_id == batch.id)
                         .order_by(Bulk.created_at.desc(), Bulk.id.desc()).limit(1))
