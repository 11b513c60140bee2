"""Reading: a candidate with all that a reviewer looks at, and how a batch stands."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from core.api import Ctx, local_date
from core.api.organization import parties_of
from core.api.people import Written, written_of
from core.api.posts import PostName, post_names
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.queries import documents_of
from plugins.zhejiang.documents.states import DocumentKind, DocumentState, needed_of
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import Kind
from plugins.zhejiang.review.models import Application, Bulk, Review, Sample
from plugins.zhejiang.review.rules import Facts, Outcome, Verdict, Years, jobs_from, judge
from plugins.zhejiang.review.states import OPEN
from plugins.zhejiang.review.table import level_of
from plugins.zhejiang.settings import rules_of

_FEW = 500


@dataclass(frozen=True)
class Case:
    """A candidate with person, post, application, pictures, and what the rules say."""

    candidate: Candidate
    person: Written
    post: PostName
    application: Application | None
    documents: Mapping[DocumentKind, Document]
    verdict: Verdict
    last: Review | None
    by_school: bool

    @property
    def missing(self) -> tuple[DocumentKind, ...]:
        """Pictures that are not there, or there and not fit."""
        return tuple(kind for kind in self.needed if kind not in self.documents
                     or self.documents[kind].state != DocumentState.FIT)

    @property
    def needed(self) -> tuple[DocumentKind, ...]:
        return needed_of(by_school=self.by_school)

    @property
    def version(self) -> str:
        """Changes with every move and every entry: who decides on an older one is told so."""
        filled = self.application.filled_at.isoformat() if self.application else ""
        pictures = max((one.uploaded_at.isoformat() for one in self.documents.values()), default="")
        return f"{self.candidate.moved_at.isoformat()}|{filled}|{pictures}"


def cases_of(ctx: Ctx, candidates: Sequence[Candidate]) -> list[Case]:
    """In the order given; a few questions however many there are."""
    ids = [one.id for one in candidates]
    people = written_of(ctx, {one.person_id for one in candidates})
    applied = {row.candidate_id: row for row in in_parts(ctx, select(Application), Application.candidate_id, ids)}
    last: dict[Id, Review] = {}
    for row in sorted(in_parts(ctx, select(Review), Review.candidate_id, ids), key=lambda row: row.at):
        last[row.candidate_id] = row
    pictures, posts, schools = documents_of(ctx, ids), post_names(ctx), _schools(ctx, candidates)
    found = []
    for one in candidates:
        case = Case(one, people[one.person_id], posts[one.post_id], applied.get(one.id), pictures[one.id],
                    Verdict(Outcome.UNKNOWN), last.get(one.id), one.enterprise_id in schools)
        found.append(_judged(ctx, case))
    return found


def case_of(ctx: Ctx, candidate: Candidate) -> Case:
    return cases_of(ctx, [candidate])[0]


def in_parts(ctx: Ctx, wanted: Select[Any], column: Any, ids: Collection[Id]) -> list[Any]:
    """The rows whose `column` is one of the ids, however many ids there are."""
    every, found = list(ids), list[Any]()
    for start in range(0, len(every), _FEW):
        found += ctx.db.scalars(wanted.where(column.in_(every[start:start + _FEW])))
    return found


def _schools(ctx: Ctx, candidates: Sequence[Candidate]) -> set[Id]:
    ids = {one.enterprise_id for one in candidates}
    return set(ctx.db.scalars(select(Enterprise.id).where(Enterprise.id.in_(ids), Enterprise.kind == Kind.SCHOOL)))


def firms_of(ctx: Ctx, candidates: Sequence[Candidate]) -> dict[Id, str]:
    """The names of the enterprises and schools that enroll them, by enterprise."""
    rows = in_parts(ctx, select(Enterprise), Enterprise.id, {one.enterprise_id for one in candidates})
    parties = parties_of(ctx, [row.organization_id for row in rows])
    return {row.id: parties[row.organization_id].name for row in rows}


def years_of(ctx: Ctx) -> Years:
    """The years of work that this tenant asks for."""
    rules = rules_of(ctx)
    return Years(dict(rules.years_own), dict(rules.years_related), dict(rules.years_other))


def _judged(ctx: Ctx, case: Case) -> Case:
    held, candidate = case.application, case.candidate
    facts = Facts(
        level_of(candidate.education), case.post.family, held.speciality if held else "",
        held.graduated_on if held else None, held.years if held else None, jobs_from(held.jobs) if held else (),
        case.person.born, case.by_school, candidate.year)
    verdict = judge(facts, years_of(ctx), local_date(ctx.now))
    return Case(candidate, case.person, case.post, held, case.documents, verdict, case.last, case.by_school)


def history_of(ctx: Ctx, candidate_id: Id) -> list[Review]:
    """All verdicts, the newest first."""
    return list(ctx.db.scalars(select(Review).where(Review.candidate_id == candidate_id)
                               .order_by(Review.at.desc(), Review.id.desc())))


def application_of(ctx: Ctx, candidate_id: Id) -> Application | None:
    return ctx.db.scalar(select(Application).where(Application.candidate_id == candidate_id))


def snapshot(application: Application | None) -> dict[str, Any]:
    """What the verdict keeps of the application."""
    if application is None:
        return {}
    left = application.graduated_on
    return {"speciality": application.speciality, "graduated_on": left.isoformat() if left else "",
            "years": "" if application.years is None else str(application.years),
            "jobs": "；".join(f"{since} 至 {until or '今'} {post}" for since, until, post in application.jobs)}


def changed_pictures(case: Case) -> set[DocumentKind]:
    """The pictures that came after the last verdict."""
    if case.last is None:
        return set()
    return {kind for kind, row in case.documents.items() if row.uploaded_at > case.last.at}


def changed_fields(case: Case) -> dict[str, str]:
    """{field: what it was at the last verdict} of those that are otherwise now."""
    if case.last is None or not case.last.seen:
        return {}
    now = snapshot(case.application)
    return {key: str(before) for key, before in case.last.seen.items() if now.get(key) != before}


# lists


def batch_counts(ctx: Ctx, batch_ids: Collection[Id]) -> dict[Id, dict[CandidateState, int]]:
    """How many of each batch stand where."""
    rows = ctx.db.execute(select(Candidate.batch_id, Candidate.state, func.count()).where(
        Candidate.batch_id.in_(batch_ids)).group_by(Candidate.batch_id, Candidate.state))
    found: dict[Id, dict[CandidateState, int]] = {one: {} for one in batch_ids}
    for batch_id, state, number in rows:
        found[batch_id][CandidateState(state)] = number
    return found


def reviewed_batches(enterprise_id: Id) -> Select[Any]:
    """The batches of an enterprise that have a review at all (ZJ-26: continuing education has none)."""
    return select(Batch).where(Batch.enterprise_id == enterprise_id, Batch.mode != Mode.CONTINUING) \
        .order_by(Batch.created_at.desc(), Batch.id.desc())


def waiting(ctx: Ctx) -> int:
    """How many wait for the acting clerk's institution; 0 for anybody else."""
    if ctx.actor.organization_id is None:
        return 0
    return ctx.db.scalar(select(func.count()).select_from(Candidate).where(
        Candidate.institution_id == ctx.actor.organization_id, Candidate.state == CandidateState.SUBMITTED)) or 0


def returned(ctx: Ctx) -> int:
    """How many came back to the acting clerk's enterprise."""
    if ctx.actor.organization_id is None:
        return 0
    return ctx.db.scalar(select(func.count()).select_from(Candidate).join(
        Enterprise, Enterprise.id == Candidate.enterprise_id).where(
        Enterprise.organization_id == ctx.actor.organization_id, Candidate.state == CandidateState.RETURNED)) or 0


def open_bulk(ctx: Ctx, batch_id: Id) -> Bulk | None:
    """The bulk verdict of a batch that is under way."""
    return ctx.db.scalar(select(Bulk).where(Bulk.batch_id == batch_id, Bulk.state.in_(OPEN))
                         .order_by(Bulk.created_at.desc()).limit(1))


def samples_of(ctx: Ctx, bulk_id: Id) -> list[Sample]:
    return list(ctx.db.scalars(select(Sample).where(Sample.bulk_id == bulk_id).order_by(Sample.id)))
