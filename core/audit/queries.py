"""Reading cases: the queue, one case, what a trainee may know."""
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, Uuid, bindparam, func, select

from core.audit.models import AuditCase, AuditDecision, AuditRisk
from core.audit.rules import Clock, Window, clock, days_left
from core.audit.states import CaseState
from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import NotFound
from core.identity import Person, person_of
from core.organization import Post
from core.tenancy import Ctx


@dataclass(frozen=True)
class Filter:
    """What the queue's address asks for; nonsense counts as nothing asked."""

    state: CaseState = CaseState.WAITING
    year: int | None = None
    post: str = ""
    late: bool = False
    risk: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filter":
        state, year = args.get("state", ""), args.get("year", "")
        return cls(state=CaseState(state) if state in set(CaseState) else CaseState.WAITING,
                   year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
                   post=args.get("post", "")[:40], late=args.get("late") == "1", risk=args.get("risk") == "1")


def case_of(ctx: Ctx, case_id: Id) -> AuditCase:
    """One case; NotFound."""
    found = ctx.db.get(AuditCase, case_id)
    if found is None:
        raise NotFound("no_case", _("没有找到这一条审核。"))
    return found


_LATEST = select(AuditCase).where(AuditCase.enrollment_id == bindparam("enrollment_id", type_=Uuid())).order_by(
    AuditCase.round.desc()).limit(1)


def latest_case(ctx: Ctx, enrollment_id: Id) -> AuditCase | None:
    """The newest case of an enrollment."""
    return ctx.db.scalar(_LATEST, {"enrollment_id": enrollment_id})


def passed_case(ctx: Ctx, enrollment_id: Id) -> AuditCase | None:
    """The case by which the hours count; None while they do not (N-44)."""
    found = latest_case(ctx, enrollment_id)
    return found if found is not None and found.state == CaseState.PASSED else None


def cases_of(ctx: Ctx, person_id: Id) -> list[AuditCase]:
    """A person's cases, the newest first."""
    return list(ctx.db.scalars(select(AuditCase).where(AuditCase.person_id == person_id)
                               .order_by(AuditCase.opened_at.desc(), AuditCase.id.desc())))


def decisions_of(ctx: Ctx, case_id: Id) -> list[AuditDecision]:
    """What was decided on a case, first to last."""
    return list(ctx.db.scalars(select(AuditDecision).where(AuditDecision.case_id == case_id)
                               .order_by(AuditDecision.at, AuditDecision.id)))


def last_decision(ctx: Ctx, case: AuditCase) -> AuditDecision | None:
    decisions = decisions_of(ctx, case.id)
    return decisions[-1] if decisions else None


def queue(ctx: Ctx, asked: Filter) -> Select[AuditCase]:
    """The cases that a filter asks for: who has waited longest first, what was decided last first."""
    rows = select(AuditCase).join(Post, Post.id == AuditCase.post_id).where(AuditCase.state == asked.state)
    if asked.year:
        rows = rows.where(AuditCase.year == asked.year)
    if asked.post:
        rows = rows.where(Post.name == asked.post)
    if asked.late:
        rows = rows.where(AuditCase.due_last < local_date(ctx.now))
    waiting = asked.state is CaseState.WAITING
    if asked.risk:
        rows = rows.join(AuditRisk, AuditRisk.case_id == AuditCase.id).where(AuditRisk.score > 0).order_by(
            AuditRisk.score.desc())
    return rows.order_by(*((AuditCase.due_last, AuditCase.opened_at) if waiting else (AuditCase.opened_at.desc(),)))


def counts(ctx: Ctx) -> dict[CaseState, int]:
    """How many cases stand in each state: the numbers on the tabs."""
    rows = ctx.db.execute(select(AuditCase.state, func.count()).group_by(AuditCase.state))
    found = {CaseState(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in CaseState}


@dataclass(frozen=True)
class Line:
    """A row of the queue."""

    case: AuditCase
    person: Person
    post: str
    clock: Clock
    left: int
    score: int


def line_of(ctx: Ctx, case: AuditCase) -> Line:
    """A case with whose it is and how much time is left."""
    promised, risk = promise(case), ctx.db.get(AuditRisk, case.id)
    return Line(case, person_of(ctx, case.person_id), ctx.db.get_one(Post, case.post_id).name,
                clock(ctx.now, promised), days_left(ctx.now, promised.last), risk.score if risk else 0)


def promise(case: AuditCase) -> Window:
    """Between which days the trainee was promised an answer (N-38)."""
    return Window(case.due_first, case.due_last, case.due_certain)


def next_waiting(ctx: Ctx) -> AuditCase | None:
    """The case to look at next, for an auditor who has just decided one."""
    return ctx.db.scalar(select(AuditCase).where(AuditCase.state == CaseState.WAITING)
                         .order_by(AuditCase.due_last, AuditCase.opened_at).limit(1))
