"""Lists of batches and of the people in them, as their enterprise sees them."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from core.api import Ctx
from core.api.intake import Contact, contacts_of, people_like
from core.api.organization import Institution, Offer, institutions_offering, parties_of, posts
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.enterprise.models import Enterprise


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; "" asks for all, but `closed` for those discarded alone."""

    number: str = ""
    post: str = ""
    mode: str = ""
    year: str = ""
    closed: str = ""


def batches(enterprise: Enterprise, continuing: bool, asked: Filters) -> Select[Batch]:
    """The enterprise's batches, the newest first."""
    wanted = select(Batch).where(Batch.enterprise_id == enterprise.id,
                                 (Batch.mode == Mode.CONTINUING) if continuing else (Batch.mode != Mode.CONTINUING))
    wanted = wanted.where(Batch.closed_at.is_not(None) if asked.closed else Batch.closed_at.is_(None))
    if asked.number:
        wanted = wanted.where(Batch.number.contains(asked.number, autoescape=True))
    if asked.mode:
        wanted = wanted.where(Batch.mode == asked.mode)
    if asked.year.isdigit():
        wanted = wanted.where(Batch.year == int(asked.year[:4]))
    if asked.post:
        wanted = wanted.where(Batch.post_id.in_([row for row in [_id(asked.post)] if row]))
    return wanted.order_by(Batch.created_at.desc(), Batch.id.desc())


def years(ctx: Ctx, enterprise: Enterprise) -> Sequence[int]:
    """The years that the enterprise has batches of, the newest first."""
    return ctx.db.scalars(select(Batch.year).where(Batch.enterprise_id == enterprise.id).distinct()
                          .order_by(Batch.year.desc())).all()


def _id(text: str) -> Id | None:
    try:
        return Id(text)
    except ValueError:
        return None


def headcounts(ctx: Ctx, batch_ids: Collection[Id]) -> dict[Id, dict[CandidateState, int]]:
    """How many people of each state stand in each batch."""
    found: dict[Id, dict[CandidateState, int]] = {batch_id: {} for batch_id in batch_ids}
    rows = ctx.db.execute(select(Candidate.batch_id, Candidate.state, func.count()).where(
        Candidate.batch_id.in_(batch_ids)).group_by(Candidate.batch_id, Candidate.state))
    for batch_id, state, number in rows:
        found[batch_id][CandidateState(state)] = number
    return found


def post_names(ctx: Ctx) -> dict[Id, str]:
    """Also of retired posts: a batch keeps its name."""
    return {post.id: post.name for post in posts(ctx, retired=True)}


def institution_names(ctx: Ctx, ids: Collection[Id]) -> dict[Id, str]:
    return {party_id: party.name for party_id, party in parties_of(ctx, set(ids)).items()}


def choices(ctx: Ctx, post_id: Id, mode: Mode) -> Sequence[tuple[Institution, Offer]]:
    """The institutions that take people for this post in this mode today."""
    return institutions_offering(ctx, post_id, mode)


def sheets_of(ctx: Ctx, batch: Batch) -> Sequence[BatchSheet]:
    """The sheets that were uploaded into a batch, the newest first."""
    return ctx.db.scalars(select(BatchSheet).where(BatchSheet.batch_id == batch.id)
                          .order_by(BatchSheet.created_at.desc(), BatchSheet.id.desc())).all()


def candidates(batch: Batch, state: str = "", *, cancelled: bool = False) -> Select[Candidate]:
    """The people of a batch in the order of its sheets; who was withdrawn only where asked for."""
    wanted = select(Candidate).where(Candidate.batch_id == batch.id).order_by(Candidate.row, Candidate.id)
    if state in set(CandidateState):
        return wanted.where(Candidate.state == state)
    return wanted if cancelled else wanted.where(Candidate.state != CandidateState.CANCELLED)


def candidates_like(ctx: Ctx, batch: Batch, term: str) -> Sequence[Candidate]:
    """Those of a batch whom a name, an ID number, a phone or its last four digits fit."""
    return ctx.db.scalars(candidates(batch, cancelled=True).where(
        Candidate.person_id.in_(people_like(ctx, term))).limit(50)).all()


def contacts(ctx: Ctx, rows: Collection[Candidate]) -> Mapping[Id, Contact]:
    """By person, who they are: one question for a page or a whole export."""
    return contacts_of(ctx, {row.person_id for row in rows})
