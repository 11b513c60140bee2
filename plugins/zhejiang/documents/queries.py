"""Reading documents: who is complete and what is missing."""
from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from core.api import Ctx
from core.api.store import Id

from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import DocumentKind, DocumentState

_FEW = 500


def documents_of(ctx: Ctx, candidate_ids: Collection[Id]) -> dict[Id, dict[DocumentKind, Document]]:
    """The newest picture of each kind, for everybody asked for; one question for each 500 people."""
    found: dict[Id, dict[DocumentKind, Document]] = {one: {} for one in candidate_ids}
    for part in _parts(candidate_ids):
        for row in ctx.db.scalars(select(Document).where(Document.candidate_id.in_(part))):
            found[row.candidate_id][DocumentKind(row.kind)] = row
    return found


def complete(ctx: Ctx, candidate_ids: Collection[Id]) -> set[Id]:
    """Those of the candidates whose six pictures are all there with nothing against any (ZJ-09)."""
    found: set[Id] = set()
    for part in _parts(candidate_ids):
        found.update(ctx.db.scalars(
            select(Document.candidate_id).where(Document.candidate_id.in_(part), Document.state == DocumentState.FIT)
            .group_by(Document.candidate_id).having(func.count() == len(DocumentKind))))
    return found


def missing_of(ctx: Ctx, candidate_ids: Collection[Id]) -> Mapping[Id, tuple[DocumentKind, ...]]:
    """For each candidate the kinds that are not there, or there and not fit (waiting, unfit, refused)."""
    return {candidate_id: tuple(kind for kind in DocumentKind
                                if kind not in rows or rows[kind].state != DocumentState.FIT)
            for candidate_id, rows in documents_of(ctx, candidate_ids).items()}


def _parts(ids: Collection[Id]) -> list[list[Id]]:
    every = list(ids)
    return [every[start:start + _FEW] for start in range(0, len(every), _FEW)]
