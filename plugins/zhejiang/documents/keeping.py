"""A picture takes its place: the newest of its kind, looked at behind the request; and out again."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.pictures import Side, adopt_pictures
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.documents.models import Document, Offer
from plugins.zhejiang.documents.queries import documents_of
from plugins.zhejiang.documents.states import DocumentKind, DocumentState
from plugins.zhejiang.documents.words import at_first_sight

KIND = "zjdoc"
JUDGE = "zhejiang.documents.judge"
OPEN = frozenset({CandidateState.ENTERED, CandidateState.RETURNED})
"""While the institution judges, and afterwards, a picture stays as it was judged."""


@dataclass(frozen=True, eq=False)
class Sent:
    """A picture for a place, and what is wrong with it at first sight."""

    candidate_id: Id
    kind: DocumentKind
    filename: str
    data: bytes
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """How many took their place, how many were there already, what is said of the others."""

    taken: int
    known: int
    said: tuple[tuple[str, str], ...]


def keep(ctx: Ctx, pictures: Sequence[Sent]) -> Kept:
    """Each picture in its place. What is refused at first sight is not kept and drives out nothing that is there; it
    only says why in a place that is empty or as bad."""
    there = documents_of(ctx, {one.candidate_id for one in pictures})
    coming: dict[tuple[Id, DocumentKind], Sent] = {}
    known = 0
    for one in pictures:
        row = there[one.candidate_id].get(one.kind)
        if not one.reasons and row is not None and row.origin == ctx.blobs.key_of(one.data, KIND):
            known += 1
        elif not one.reasons or row is None or not row.blob_key:
            coming[one.candidate_id, one.kind] = one
    good = [one for one in coming.values() if not one.reasons]
    keys = dict(zip(good, ctx.blobs.put_many([one.data for one in good], KIND), strict=True))
    for one in coming.values():
        row = there[one.candidate_id].get(one.kind)
        if row is None:
            row = Document(candidate_id=one.candidate_id, kind=one.kind)
            ctx.db.add(row)
        _fill(ctx, row, one, keys.get(one, ""))
    ctx.db.flush()
    return Kept(len(good), known, tuple((one.filename, "".join(one.reasons)) for one in pictures if one.reasons))


def _fill(ctx: Ctx, row: Document, sent: Sent, key: str) -> None:
    row.blob_key = row.origin = key
    row.filename, row.size, row.uploaded_at = sent.filename[-200:], len(sent.data), ctx.now
    row.state = DocumentState.UNFIT if sent.reasons else DocumentState.WAITING
    row.reasons, row.checked_at = list(sent.reasons), ctx.now if sent.reasons else None


def is_known(ctx: Ctx, candidate_id: Id, kind: DocumentKind, key: str) -> bool:
    """Whether just this picture was sent before and stands in its place."""
    return ctx.db.scalar(select(Document.id).where(
        Document.candidate_id == candidate_id, Document.kind == kind, Document.origin == key)) is not None


def judge_soon(ctx: Ctx, batch_id: Id) -> None:
    """After this commit, at the face engine's pace."""
    ctx.enqueue(JUDGE, {"batch": str(batch_id)})


def replace(ctx: Ctx, candidate: Candidate, kind: DocumentKind, filename: str, data: bytes) -> None:
    """One picture without a zip. Refused with what is wrong; then nothing has changed."""
    check_open(candidate)
    if reasons := at_first_sight(ctx, kind, data):
        raise Refused("picture", "".join(reasons), field="picture")
    keep(ctx, [Sent(candidate.id, kind, filename or kind.value, data, ())])
    ctx.record("zhejiang.document", candidate.id, kind=kind.value)
    judge_soon(ctx, candidate.batch_id)


def remove(ctx: Ctx, candidate: Candidate, kind: DocumentKind) -> None:
    """The place is empty again; the bytes go with the next sweep."""
    check_open(candidate)
    row = documents_of(ctx, [candidate.id])[candidate.id].get(kind)
    if row is None:
        raise NotFound("document", _("这份资料已经删除。"))
    ctx.db.delete(row)
    ctx.db.flush()
    ctx.record("zhejiang.document_removed", candidate.id, kind=kind.value)


def check_open(candidate: Candidate) -> None:
    """Conflict once the pictures have been submitted."""
    if candidate.state not in OPEN:
        raise Conflict("documents_closed", _("这位学员的资料已提交审核，现在不能更换。"))


def take_offers(ctx: Ctx, batch_id: Id, offer_ids: Sequence[Id]) -> int:
    """The clerk says yes: each picture takes its place; other offers for the same place fall away. How many."""
    taken = 0
    for offer in _offers(ctx, batch_id, offer_ids):
        candidate = ctx.db.get_one(Candidate, offer.candidate_id)
        if candidate.state not in OPEN:
            continue
        try:
            data = ctx.blobs.get(offer.blob_key)
        except FileNotFoundError:
            continue
        keep(ctx, [Sent(candidate.id, DocumentKind(offer.kind), offer.filename, data, ())])
        ctx.db.execute(delete(Offer).where(Offer.candidate_id == offer.candidate_id, Offer.kind == offer.kind))
        taken += 1
    ctx.record("zhejiang.offers_taken", batch_id, taken=taken)
    judge_soon(ctx, batch_id)
    return taken


def drop_offers(ctx: Ctx, batch_id: Id, offer_ids: Sequence[Id]) -> int:
    """The clerk says no. How many."""
    found = _offers(ctx, batch_id, offer_ids)
    for offer in found:
        ctx.db.delete(offer)
    ctx.db.flush()
    ctx.record("zhejiang.offers_dropped", batch_id, dropped=len(found))
    return len(found)


def _offers(ctx: Ctx, batch_id: Id, offer_ids: Sequence[Id]) -> list[Offer]:
    """Those of this batch, each once; of two for one place the first."""
    found: dict[tuple[Id, str], Offer] = {}
    for start in range(0, len(offer_ids), 500):
        for offer in ctx.db.scalars(select(Offer).where(
                Offer.batch_id == batch_id, Offer.id.in_(offer_ids[start:start + 500])).order_by(Offer.created_at)):
            found.setdefault((offer.candidate_id, offer.kind), offer)
    return list(found.values())


def adopt_photo(ctx: Ctx, candidate: Candidate) -> None:
    """The reviewed photo and ID card become the person's own (ZJ-10: face matches and the certificate use it).
    What the person has on file for good stays."""
    rows = documents_of(ctx, [candidate.id])[candidate.id]
    photo = rows.get(DocumentKind.PHOTO)
    if photo is None or photo.state != DocumentState.FIT:
        raise Conflict("photo_not_fit", _("这位学员还没有合格的照片。"))
    sides = {side: ctx.blobs.get(rows[kind].blob_key) for kind, side in
             ((DocumentKind.ID_FRONT, Side.PORTRAIT), (DocumentKind.ID_BACK, Side.EMBLEM))
             if kind in rows and rows[kind].state == DocumentState.FIT}
    adopt_pictures(ctx, candidate.person_id, ctx.blobs.get(photo.blob_key), sides)
