"""A zip that has arrived is taken over: first whose each entry is, then the pictures, some in each transaction.

A worker that is killed goes on with the chunk that was not committed; the same bytes lie under the same key, so
nobody has a picture twice and no picture is left that no row names.
"""
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Ctx
from core.api.people import written_of
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.documents import keeping, names, receiving, words
from plugins.zhejiang.documents.archive import ArchiveError, Entry, content, directory
from plugins.zhejiang.documents.models import Offer, Upload
from plugins.zhejiang.documents.names import Matcher, Miss, Why
from plugins.zhejiang.documents.states import DocumentKind, UploadState
from plugins.zhejiang.settings import ZhejiangRules, rules_of

TAKE = "zhejiang.documents.take"
CHUNK = 500
LINES = 2_000
KIND = "zjplan"


@dataclass(frozen=True)
class Line:
    """An entry of the zip (its place in the directory) and what it is taken for."""

    at: int
    name: str
    candidate: Id
    kind: DocumentKind
    why: Why | None


def match(ctx: Ctx, upload_id: Id) -> None:
    """Look through a zip that has arrived whole, or refuse it with a sentence."""
    upload = receiving.upload_of(ctx, upload_id, lock=True)
    if upload.state != UploadState.RUNNING or upload.plan_key:
        return
    rules = rules_of(ctx)
    try:
        entries = directory(receiving.Pieces(ctx, upload), rules.zip_entries)
    except ArchiveError as error:
        receiving.end(ctx, upload, UploadState.REFUSED, words.whole_zip(error.fault, rules))
        return
    lines, said = _lines(ctx, upload, entries, rules)
    _say(upload, said)
    plan = [[one.at, one.name, str(one.candidate), one.kind, one.why] for one in lines]
    text = json.dumps({"upload": str(upload.id), "lines": plan}, ensure_ascii=False)
    upload.plan_key = ctx.blobs.put(text.encode(), KIND)
    upload.entries, upload.moved_at = len(lines), ctx.now
    go_on(ctx, upload)


def _lines(ctx: Ctx, upload: Upload, entries: Sequence[Entry],
           rules: ZhejiangRules) -> tuple[list[Line], list[tuple[str, str]]]:
    """What is to be taken or offered, and what is said of the rest."""
    people = _people(ctx, upload.batch_id)
    matcher = Matcher({number: name for number, (_id, name, _open) in people.items()},
                      {DocumentKind(kind): word for kind, word in rules.suffixes})
    lines: list[Line] = []
    said: list[tuple[str, str]] = []
    first: dict[tuple[str, DocumentKind], str] = {}
    for at, entry in enumerate(entries):
        read = names.readings(entry.name, entry.better, entry.utf8)
        meant, shown = matcher.meant(read), read[0][-200:] if read else ""
        if meant is Miss.IGNORED:
            continue
        if isinstance(meant, Miss):
            said.append((shown, words.missed(meant)))
            continue
        candidate, _name, still_open = people[meant.number]
        if not still_open:
            said.append((shown, _("这位学员的资料已提交审核，现在不能更换。")))
            continue
        if meant.why is None and (other := first.setdefault((meant.number, meant.kind), shown)) is not shown:
            said.append((shown, _("与“%(other)s”是同一个人的同一种资料，只采用了前一张。", other=other)))
            continue
        lines.append(Line(at, shown, candidate, meant.kind, meant.why))
    return lines, said


def _people(ctx: Ctx, batch_id: Id) -> Mapping[str, tuple[Id, str, bool]]:
    """ID number → candidate, name, whether pictures may still come."""
    rows = ctx.db.execute(select(Candidate.id, Candidate.person_id, Candidate.state).where(
        Candidate.batch_id == batch_id, Candidate.state != CandidateState.CANCELLED)).all()
    written = written_of(ctx, [row.person_id for row in rows])
    return {written[row.person_id].id_number: (row.id, written[row.person_id].name, row.state in keeping.OPEN)
            for row in rows}


def _say(upload: Upload, said: Sequence[tuple[str, str]]) -> None:
    """Add to what did not fit; of very many the first are kept, and how many there are."""
    report = json.loads(upload.report)
    report["lines"] = (report["lines"] + [list(one) for one in said])[:LINES]
    report["total"] += len(said)
    upload.report = json.dumps(report, ensure_ascii=False)


def go_on(ctx: Ctx, upload: Upload, *, again: bool = False) -> None:
    """The next chunk, or the end. `again`: the job that had it is dead."""
    if not upload.plan_key:
        ctx.enqueue(receiving.MATCH, {"upload": str(upload.id)})
    elif upload.looked_at < upload.entries:
        ctx.enqueue(TAKE, {"upload": str(upload.id), "from": upload.looked_at},
                    key=None if again else f"{TAKE}:{upload.id}:{upload.looked_at}")
    else:
        receiving.end(ctx, upload, UploadState.DONE)
        keeping.judge_soon(ctx, upload.batch_id)


def take(ctx: Ctx, upload_id: Id, begin: int) -> None:
    """The pictures of the next entries; hands itself on until all are there."""
    upload = receiving.upload_of(ctx, upload_id, lock=True)
    if upload.state != UploadState.RUNNING or upload.looked_at != begin or not upload.plan_key:
        return
    rules = rules_of(ctx)
    source = receiving.Pieces(ctx, upload)
    entries = directory(source, rules.zip_entries)
    plan = json.loads(ctx.blobs.get(upload.plan_key))["lines"][begin:begin + CHUNK]
    sent: list[keeping.Sent] = []
    said: list[tuple[str, str]] = []
    for at, name, candidate, kind, why in plan:
        line = Line(at, name, UUID(candidate), DocumentKind(kind), Why(why) if why else None)
        try:
            data = content(source, entries[at], most=max(rules.picture_kb, ctx.rules().photo.max_kb) * 1024)
        except ArchiveError as error:
            said.append((name, words.one_entry(error.fault, rules)))
            continue
        reasons = words.at_first_sight(ctx, line.kind, data)
        if line.why is None:
            sent.append(keeping.Sent(line.candidate, line.kind, name, data, tuple(reasons)))
        elif reasons:
            said.append((name, "".join(reasons)))
        else:
            _offer(ctx, upload, line, data)
    kept = keeping.keep(ctx, sent)
    upload.taken += kept.taken
    upload.known += kept.known
    _say(upload, [*said, *kept.said])
    upload.looked_at, upload.moved_at = begin + len(plan), ctx.now
    go_on(ctx, upload)


def _offer(ctx: Ctx, upload: Upload, line: Line, data: bytes) -> None:
    """Put aside for the clerk's word; the same picture for the same place is asked about once."""
    key = ctx.blobs.key_of(data, keeping.KIND)
    place = (Offer.candidate_id == line.candidate, Offer.kind == line.kind, Offer.blob_key == key)
    if line.why is None or ctx.db.scalar(select(Offer.id).where(*place)) is not None:
        return
    if keeping.is_known(ctx, line.candidate, line.kind, key):
        return
    ctx.db.add(Offer(batch_id=upload.batch_id, candidate_id=line.candidate, kind=line.kind, why=line.why,
                     filename=line.name, blob_key=ctx.blobs.put(data, keeping.KIND), size=len(data),
                     created_at=ctx.now))
    ctx.db.flush()
