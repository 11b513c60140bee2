"""Reading documents: who is complete, what is missing, the grid of people × documents, how far a zip is."""
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, exists, func, select

from core.api import Ctx, NotFound
from core.api.people import find, listed
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.documents.models import Document, Offer, Upload
from plugins.zhejiang.documents.states import DocumentKind, DocumentState, UploadState, needed_of
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import Kind

_FEW = 500


def documents_of(ctx: Ctx, candidate_ids: Collection[Id]) -> dict[Id, dict[DocumentKind, Document]]:
    """The newest picture of each kind, for everybody asked for; one question for each 500 people."""
    found: dict[Id, dict[DocumentKind, Document]] = {one: {} for one in candidate_ids}
    for part in _parts(candidate_ids):
        for row in ctx.db.scalars(select(Document).where(Document.candidate_id.in_(part))):
            found[row.candidate_id][DocumentKind(row.kind)] = row
    return found


def _parts(ids: Collection[Id]) -> list[list[Id]]:
    every = list(ids)
    return [every[start:start + _FEW] for start in range(0, len(every), _FEW)]


class Standing(StrEnum):
    """What the grid may be narrowed to."""

    INCOMPLETE = "incomplete"
    PROBLEMS = "problems"
    MISSING = "missing"
    CHECKING = "checking"
    COMPLETE = "complete"


STANDING_WORDS: Mapping[Standing, Any] = {
    Standing.INCOMPLETE: _l("还没有齐全"), Standing.PROBLEMS: _l("有不合格的"), Standing.MISSING: _l("有缺少的"),
    Standing.CHECKING: _l("有检查中的"), Standing.COMPLETE: _l("已齐全"),
}
_BAD = (DocumentState.UNFIT, DocumentState.REFUSED)


def people_in(batch_id: Id, standing: Standing | None = None) -> Select[Candidate]:
    """The candidates of a batch in the order of their sheet."""
    wanted = select(Candidate).where(Candidate.batch_id == batch_id, Candidate.state != CandidateState.CANCELLED)
    if standing is not None:
        wanted = wanted.where(_stands(standing))
    return wanted.order_by(Candidate.row, Candidate.id)


def _stands(standing: Standing) -> ColumnElement[bool]:
    def counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return select(func.count()).select_from(Document).where(
            Document.candidate_id == Candidate.id, *conditions).scalar_subquery()

    def some(*states: DocumentState) -> ColumnElement[bool]:
        return exists().where(Document.candidate_id == Candidate.id, Document.state.in_(states))

    by_school = Candidate.enterprise_id.in_(select(Enterprise.id).where(Enterprise.kind == Kind.SCHOOL))
    needed = case((by_school, len(needed_of(by_school=True))), else_=len(needed_of(by_school=False)))
    asked = Document.kind.in_(needed_of(by_school=True)) | ~by_school
    fit = counted(Document.state == DocumentState.FIT, asked)
    return {
        Standing.INCOMPLETE: fit < needed, Standing.COMPLETE: fit == needed,
        Standing.PROBLEMS: some(*_BAD), Standing.CHECKING: some(DocumentState.WAITING),
        Standing.MISSING: counted(asked) < needed,
    }[standing]


def is_by_school(ctx: Ctx, batch_id: Id) -> bool:
    """Whether a school enrolls the people of a batch."""
    return ctx.db.scalar(select(Enterprise.kind).join(Batch, Batch.enterprise_id == Enterprise.id).where(
        Batch.id == batch_id)) == Kind.SCHOOL


def narrowed_to(ctx: Ctx, people: Select[Candidate], term: str) -> Select[Candidate]:
    """By the whole name, the ID number, or the last four digits of it or of the phone."""
    return people.where(Candidate.person_id.in_([card.id for card in find(ctx, term)]))


@dataclass(frozen=True)
class GridRow:
    """A person and the places of the pictures."""

    candidate: Candidate
    name: str
    id_shown: str
    cells: Mapping[DocumentKind, Document]


def grid(ctx: Ctx, candidates: Sequence[Candidate]) -> list[GridRow]:
    """The rows of a page."""
    people = listed(ctx, [one.person_id for one in candidates])
    there = documents_of(ctx, [one.id for one in candidates])
    return [GridRow(one, people[one.person_id].name, people[one.person_id].id_shown, there[one.id])
            for one in candidates]


@dataclass(frozen=True)
class Counts:
    """A batch in numbers: people, those who are complete; pictures that wait, that are unfit or refused."""

    people: int
    complete: int
    pictures: int
    waiting: int
    bad: int
    missing: int


def counts_of(ctx: Ctx, batch_id: Id) -> Counts:
    """For the head of the grid."""
    needed = needed_of(by_school=is_by_school(ctx, batch_id))
    by_state = {state: number for state, number in ctx.db.execute(
        select(Document.state, func.count()).join(Candidate, Candidate.id == Document.candidate_id)
        .where(Candidate.batch_id == batch_id, Candidate.state != CandidateState.CANCELLED, Document.kind.in_(needed))
        .group_by(Document.state))}
    people, whole = (ctx.db.scalar(select(func.count()).select_from(people_in(batch_id, one).order_by(None).subquery()))
                     or 0 for one in (None, Standing.COMPLETE))
    pictures = sum(by_state.values())
    return Counts(people, whole, pictures, by_state.get(DocumentState.WAITING, 0),
                  sum(by_state.get(one, 0) for one in _BAD), people * len(needed) - pictures)


def uploads_of(ctx: Ctx, batch_id: Id) -> Sequence[Upload]:
    """The newest zips of a batch."""
    return ctx.db.scalars(select(Upload).where(Upload.batch_id == batch_id)
                          .order_by(Upload.created_at.desc(), Upload.id.desc()).limit(5)).all()


def owners_of(ctx: Ctx, offers: Sequence[Offer]) -> dict[Id, Id]:
    """Candidate → person, for the offers of a page."""
    asked = {one.candidate_id for one in offers}
    return {candidate: person for candidate, person in ctx.db.execute(
        select(Candidate.id, Candidate.person_id).where(Candidate.id.in_(asked)))}


@dataclass(frozen=True)
class Report:
    """What of a zip did not fit: the first of the lines (name, why), and how many there are."""

    lines: Sequence[tuple[str, str]]
    total: int


def report_of(upload: Upload) -> Report:
    said = json.loads(upload.report)
    return Report([(name, why) for name, why in said["lines"]], said["total"])


def offers_of(ctx: Ctx, batch_id: Id, most: int) -> Sequence[Offer]:
    """Pictures that wait for the clerk's word, the oldest first."""
    return ctx.db.scalars(select(Offer).where(Offer.batch_id == batch_id)
                          .order_by(Offer.created_at, Offer.id).limit(most)).all()


def batches_of(enterprise_id: Id) -> Select[Batch]:
    """An enterprise's batches that need documents, the newest first."""
    return select(Batch).where(Batch.enterprise_id == enterprise_id, Batch.mode != Mode.CONTINUING).order_by(
        Batch.created_at.desc(), Batch.id.desc())


def running_of(ctx: Ctx, batch_id: Id) -> Sequence[Upload]:
    """The zips that are being looked through."""
    return ctx.db.scalars(select(Upload).where(Upload.batch_id == batch_id, Upload.state == UploadState.RUNNING)).all()


def offer_of(ctx: Ctx, offer_id: Id) -> Offer:
    """Raises NotFound; whose it is, is asked of its batch."""
    offer = ctx.db.get(Offer, offer_id)
    if offer is None:
        raise NotFound("offer", _("这张图片已经处理过了。"))
    return offer
