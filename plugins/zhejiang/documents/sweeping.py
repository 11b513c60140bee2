"""What nobody waits for any more: zips that never came whole, offers nobody answered, pictures of who was withdrawn,
bytes no row names."""
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from core.api import Ctx

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.documents import keeping, receiving, taking
from plugins.zhejiang.documents.models import Document, Offer, Upload, UploadPiece
from plugins.zhejiang.documents.states import DocumentState, UploadState

_OFFER_DAYS = 30
_SWEEP_AFTER = timedelta(days=1)      # a picture is written shortly before its row is committed
_BATCH = 500
_NAMED: Mapping[str, Sequence[Any]] = {
    receiving.KIND: (UploadPiece.blob_key,), keeping.KIND: (Document.blob_key, Offer.blob_key),
    taking.KIND: (Upload.plan_key,),
}


def abandon(ctx: Ctx) -> None:
    """Uploads that nobody has gone on with for the short time of keeping, offers of a month ago, and what was sent for
    who has been withdrawn that long. Of a paid training that was refunded the pictures stay: it was judged by them."""
    over = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    for upload in ctx.db.scalars(select(Upload).where(Upload.state == UploadState.ARRIVING, Upload.moved_at < over)):
        receiving.end(ctx, upload, UploadState.CANCELLED)
    for offer in ctx.db.scalars(select(Offer).where(Offer.created_at < ctx.now - timedelta(days=_OFFER_DAYS))):
        ctx.db.delete(offer)
    withdrawn = select(Candidate.id).where(
        Candidate.state == CandidateState.CANCELLED, Candidate.enrollment_id.is_(None), Candidate.moved_at < over)
    for model in (Document, Offer):
        ctx.db.execute(delete(model).where(model.candidate_id.in_(withdrawn)))
    ctx.db.flush()


def sweep(ctx: Ctx) -> int:
    """Delete what has lain there for a day and no row names: pictures that were replaced, and what a killed process
    left behind. How many."""
    gone = 0
    for kind, columns in _NAMED.items():
        old = list(ctx.blobs.before(kind, ctx.now - _SWEEP_AFTER))
        for start in range(0, len(old), _BATCH):
            part = old[start:start + _BATCH]
            named = {key for column in columns for key in ctx.db.scalars(select(column).where(column.in_(part)))}
            for key in set(part) - named:
                ctx.blobs.delete(key)
                gone += 1
    if gone:
        ctx.record("zhejiang.documents_swept", "-", count=gone)
    return gone


def forget(ctx: Ctx, keys: list[str]) -> None:
    """The bytes of an upload that has ended; they belong to it alone."""
    for key in keys:
        ctx.blobs.delete(key)


def wake(ctx: Ctx) -> None:
    """Goes on with what stands still: zips whose job failed too often, pictures while the face process was away."""
    over = ctx.now - timedelta(minutes=30)
    for upload in ctx.db.scalars(select(Upload).where(Upload.state == UploadState.RUNNING, Upload.moved_at < over)):
        taking.go_on(ctx, upload, again=True)
    for batch_id in ctx.db.scalars(
            select(Candidate.batch_id).join(Document, Document.candidate_id == Candidate.id)
            .where(Document.state == DocumentState.WAITING, Document.uploaded_at < over).distinct()).all():
        keeping.judge_soon(ctx, batch_id)
