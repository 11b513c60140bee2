"""公平监测: every institution's figures against the province, for its city's regulator and administrators (C-21)."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from core.api import Ctx, Role
from core.api.organization import Institution, listed
from core.api.oversight import cleared, first_results
from core.api.store import Id

from plugins.zhejiang.batch.models import Answer
from plugins.zhejiang.institutions.funnel import Counted, Kind, Measure, measure
from plugins.zhejiang.settings import rules_of

DAY_S = 86_400
NONE = Counted(0, 0)


@dataclass(frozen=True)
class Watched:
    """One institution; `days`: how long it took to answer, on average, None where it answered nobody."""

    institution: Institution
    measures: tuple[Measure, ...]
    days: float | None

    @property
    def flags(self) -> int:
        return sum(one.flagged for one in self.measures)


def watched(ctx: Ctx, days: int) -> list[Watched]:
    """The institutions that the actor supervises, who stands out first; compared with the whole province."""
    since = ctx.now - timedelta(days=days)
    answers = _answers(ctx, since)
    figures: Mapping[Kind, Mapping[Id, Counted]] = {
        Kind.PASSED: {one: Counted(*found) for one, found in first_results(ctx, since).items()},
        Kind.REFUSED: {one: Counted(found.refused, found.of) for one, found in answers.items()},
        Kind.CLEARED: {one: Counted(*found) for one, found in cleared(ctx, since).items()},
        Kind.LATE: {one: Counted(found.late, found.of) for one, found in answers.items()},
    }
    everybody = {kind: Counted(sum(one.count for one in by.values()), sum(one.of for one in by.values()))
                 for kind, by in figures.items()}
    rows = [Watched(one, tuple(measure(kind, by.get(one.id, NONE), everybody[kind]) for kind, by in figures.items()),
                    answers[one.id].seconds / answers[one.id].of / DAY_S if one.id in answers else None)
            for one in listed(ctx) if _supervises(ctx, one)]
    return sorted(rows, key=lambda row: (-row.flags, row.institution.city, row.institution.name))


def _supervises(ctx: Ctx, one: Institution) -> bool:
    return bool(ctx.actor.roles & {Role.ADMINISTRATOR, Role.APPROVER}) or one.city == ctx.actor.city


@dataclass(frozen=True)
class _Answered:
    refused: int
    late: int
    seconds: int
    of: int


def _answers(ctx: Ctx, since: datetime) -> Mapping[Id, _Answered]:
    late = rules_of(ctx).review_days * DAY_S
    rows = ctx.db.execute(
        select(Answer.institution_id, func.sum(case((Answer.passed.is_(False), 1), else_=0)),
               func.sum(case((Answer.seconds > late, 1), else_=0)), func.sum(Answer.seconds), func.count())
        .where(Answer.at >= since).group_by(Answer.institution_id))
    return {institution_id: _Answered(int(refused), int(slow), int(seconds), int(of))
            for institution_id, refused, slow, seconds, of in rows}
