"""Behind the request each picture is really opened: the photo by the photo rules, the papers written anew (F5)."""
from time import monotonic

from sqlalchemy import select

from core.api import Ctx, DomainError
from core.api.pictures import clean_picture, judge_photo
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.documents import keeping
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import DocumentKind, DocumentState
from plugins.zhejiang.settings import rules_of

_SECONDS = 0.5        # on SQLite nobody else writes meanwhile
_AT_ONCE = 50
_LONGEST = (2000, 2000)


def judge(ctx: Ctx, batch_id: Id) -> None:
    """Some of a batch's pictures that wait, the longest waiting first; hands itself on while there are more. Raises
    FaceServiceDown, upon which the outbox tries again later."""
    rows = ctx.db.scalars(select(Document).join(Candidate, Candidate.id == Document.candidate_id).where(
        Candidate.batch_id == batch_id, Document.state == DocumentState.WAITING)
        .order_by(Document.uploaded_at, Document.id).limit(_AT_ONCE)
        .with_for_update(of=Document, skip_locked=True)).all()      # who replaces one waits, and is judged anew
    until = monotonic() + _SECONDS
    for row in rows:
        judge_one(ctx, row)
        if monotonic() > until:
            break
    ctx.db.flush()
    if any(row.state == DocumentState.WAITING for row in rows) or len(rows) == _AT_ONCE:
        keeping.judge_soon(ctx, batch_id)


def judge_one(ctx: Ctx, row: Document) -> None:
    """FIT with a clean JPEG of our own writing, or UNFIT with the reasons."""
    try:
        data = ctx.blobs.get(row.blob_key)
    except FileNotFoundError:
        data = b""
    clean, reasons = _photo(ctx, data) if row.kind == DocumentKind.PHOTO else _paper(ctx, data)
    row.state = DocumentState.FIT if clean else DocumentState.UNFIT
    row.reasons, row.checked_at = reasons, ctx.now
    if clean:
        row.blob_key, row.size = ctx.blobs.put(clean, keeping.KIND), len(clean)


def _photo(ctx: Ctx, data: bytes) -> tuple[bytes, list[str]]:
    verdict = judge_photo(ctx, data)
    told = verdict.problems or verdict.warnings
    return verdict.clean, [f"{problem.sentence}{problem.hint}" for problem in told]


def _paper(ctx: Ctx, data: bytes) -> tuple[bytes, list[str]]:
    try:
        return clean_picture(data, most=rules_of(ctx).picture_kb * 1024, size=_LONGEST), []
    except DomainError as error:
        return b"", [f"{error.sentence}{error.hint}"]
