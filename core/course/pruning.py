"""Beats are kept until nobody can dispute them any more; the segments that they made, and the ledger, stay."""
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from core.base.db import Id
from core.course.leaves import id_ms, unpack_leaves
from core.course.models import BeatRow, BeatsPruned, MediaRead, SealBatch, Segment, StudyLease
from core.cycle import Enrollment
from core.tenancy import Ctx

_LEASES_A_RUN = 2_000


def prune_beats(ctx: Ctx, most: int = _LEASES_A_RUN) -> int:
    """Delete the beats of closed leases whose enrollment ended so long ago that the appeal window and the time of
    keeping are over (A.7), if all their segments are sealed. Returns how many; each lease leaves a row of its own.
    """
    leases = _ended(ctx, most)
    waiting = _unsealed(ctx, leases)
    gone = 0
    for lease in leases:
        if lease in waiting:
            continue
        beats = ctx.db.scalar(select(func.count()).select_from(BeatRow).where(BeatRow.lease_id == lease)) or 0
        ctx.db.execute(delete(BeatRow).where(BeatRow.lease_id == lease))
        ctx.db.execute(delete(MediaRead).where(MediaRead.lease_id == lease))
        ctx.db.add(BeatsPruned(lease_id=lease, beats=beats, at=ctx.now))
        gone += beats
    if gone:
        ctx.record("hours.prune", "beat", leases=len(leases) - len(waiting), beats=gone)
    return gone


def last_day_kept(ctx: Ctx) -> datetime:
    """Enrollments that ended before it keep no beats: appeal window, then the time of keeping, as with pictures."""
    rules = ctx.rules()
    return ctx.now - timedelta(days=rules.audit.appeal_days + rules.retention.evidence_days)


def _ended(ctx: Ctx, most: int) -> list[Id]:
    """An enrollment under way, or opened again by a clearing, has not ended: its beats stay."""
    ended = func.coalesce(Enrollment.completed_at, Enrollment.cancelled_at) < last_day_kept(ctx)
    return list(ctx.db.scalars(
        select(StudyLease.id).join(Enrollment, Enrollment.id == StudyLease.enrollment_id)
        .outerjoin(BeatsPruned, BeatsPruned.lease_id == StudyLease.id)
        .where(ended, StudyLease.closed_ms.is_not(None), BeatsPruned.lease_id.is_(None))
        .order_by(StudyLease.id).limit(most)))


def _unsealed(ctx: Ctx, leases: list[Id]) -> set[Id]:
    """Those of the leases that have a segment which no batch holds."""
    rows = ctx.db.execute(select(Segment.id, Segment.lease_id).where(Segment.lease_id.in_(leases))).all()
    open_ids = {row.id for row in rows}
    since = min((id_ms(one) for one in open_ids), default=0)
    # A row lies in the first batches that reach its time: the newer ones are not read once all are found.
    for packed in ctx.db.scalars(select(SealBatch.leaves).where(SealBatch.horizon_ms >= since)
                                 .order_by(SealBatch.number).execution_options(yield_per=100)):
        if not open_ids:
            break
        open_ids -= {leaf.id for leaf in unpack_leaves(packed) or ()}
    return {row.lease_id for row in rows if row.id in open_ids}
