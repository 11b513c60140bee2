"""What the pages of the documents show, gathered."""
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.api import Ctx, NotFound
from core.api.organization import post_by_id
from core.api.people import listed
from core.api.store import Id
from core.api.web import page_of

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import MODE_WORDS, Mode
from plugins.zhejiang.documents import keeping, queries, receiving
from plugins.zhejiang.documents.names import Why
from plugins.zhejiang.documents.states import KIND_WORDS, STATE_TONES, STATE_WORDS, DocumentKind, UploadState, needed_of
from plugins.zhejiang.documents.words import offered
from plugins.zhejiang.settings import rules_of

OFFERS_SHOWN = 100
UPLOAD_WORDS: Mapping[UploadState, Any] = {
    UploadState.ARRIVING: _l("没有传完"), UploadState.RUNNING: _l("正在核对"), UploadState.DONE: _l("已核对"),
    UploadState.REFUSED: _l("没有采用"), UploadState.CANCELLED: _l("已取消"),
}
UPLOAD_TONES: Mapping[UploadState, str] = {
    UploadState.ARRIVING: "active", UploadState.RUNNING: "active", UploadState.DONE: "done",
    UploadState.REFUSED: "stop", UploadState.CANCELLED: "quiet",
}


def is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def posts_of(ctx: Ctx, batches: Sequence[Batch]) -> dict[Id, str]:
    """The name of each batch's post."""
    return {batch.id: post_by_id(ctx, batch.post_id).name for batch in batches}


def grid_of(ctx: Ctx, batch: Batch, args: Mapping[str, str], term: str = "") -> dict[str, Any]:
    """The grid's variables: the page that the address asks for or whom a search found, zips, offers, numbers."""
    said = args.get("standing", "")
    people = queries.people_in(batch.id, queries.Standing(said) if said in set(queries.Standing) else None)
    found = page_of(ctx.db, queries.narrowed_to(ctx, people, term) if term else people, args, size=50 if term else 20)
    offers = queries.offers_of(ctx, batch.id, OFFERS_SHOWN)
    rules, needed = rules_of(ctx), needed_of(by_school=queries.is_by_school(ctx, batch.id))
    owners = queries.owners_of(ctx, offers)
    cards = listed(ctx, list(owners.values()))
    return {
        "batch": batch, "post": post_by_id(ctx, batch.post_id).name, "mode": MODE_WORDS[Mode(batch.mode)],
        "page": found, "rows": queries.grid(ctx, found.items), "counts": queries.counts_of(ctx, batch.id),
        "uploads": queries.uploads_of(ctx, batch.id), "upload_words": UPLOAD_WORDS, "upload_tones": UPLOAD_TONES,
        "offers": offers, "whose": {one: cards[person] for one, person in owners.items()},
        "why": {one.value: offered(one) for one in Why},
        "columns": [("who", _("学员")), *((kind, KIND_WORDS[kind]) for kind in needed)], "kind_words": KIND_WORDS,
        "words": STATE_WORDS, "tones": STATE_TONES, "standing": said, "term": term, "open": keeping.OPEN,
        "standings": [(one.value, words) for one, words in queries.STANDING_WORDS.items()], "rules": rules,
        "suffixes": [f"${word}" for _kind, word in rules.suffixes], "piece": receiving.PIECE,
        "photo_kb": ctx.rules().photo.max_kb, "most": rules.zip_mb * 2**20, "progress": progress_of(ctx, batch),
    }


def progress_of(ctx: Ctx, batch: Batch) -> dict[str, Any]:
    """What is under way: pictures of zips taken over, pictures looked at."""
    running, counts = queries.running_of(ctx, batch.id), queries.counts_of(ctx, batch.id)
    bars = {"take": {"now": sum(one.looked_at for one in running), "total": sum(one.entries for one in running)},
            "judge": {"now": counts.pictures - counts.waiting, "total": counts.pictures}}
    return {"busy": bool(running or counts.waiting), "taking": bool(running), "bars": bars}


def document_of(ctx: Ctx, candidate: Candidate, kind: DocumentKind) -> dict[str, Any]:
    """One place of the grid."""
    rows = queries.documents_of(ctx, [candidate.id])[candidate.id]
    row = rows.get(kind)
    needed = needed_of(by_school=queries.is_by_school(ctx, candidate.batch_id))
    kinds = [one for one in DocumentKind if one in needed or one is kind]
    at = kinds.index(kind)
    rules = rules_of(ctx)
    return {
        "candidate": candidate, "card": listed(ctx, [candidate.person_id])[candidate.person_id], "kind": kind,
        "row": row,
        "kind_words": KIND_WORDS, "words": STATE_WORDS, "tones": STATE_TONES, "open": candidate.state in keeping.OPEN,
        "picture": url_for("zj_documents.shown", candidate_id=candidate.id, kind=kind) if row and row.blob_key else "",
        "before": kinds[at - 1] if at else None, "after": kinds[at + 1] if at + 1 < len(kinds) else None,
        "most_kb": ctx.rules().photo.max_kb if kind is DocumentKind.PHOTO else rules.picture_kb,
        "side": rules.picture_side, "is_photo": kind is DocumentKind.PHOTO,
    }


def picture(ctx: Ctx, candidate_id: Id, kind: str, key: str) -> Response:
    """The bytes, kept nowhere on the way; each look is on the trail (P-08)."""
    try:
        data = ctx.blobs.get(key) if key else b""
    except FileNotFoundError:
        data = b""
    if not data:
        raise NotFound("no_picture", _("没有这张图片，可能刚刚换过。请刷新页面后再看。"))
    ctx.record_aside("zhejiang.look_at_document", candidate_id, kind=kind)
    mimetype = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Response(data, mimetype=mimetype, headers={"Cache-Control": "no-store"})
