"""Reading tickets: one person's, the questions and how far they are, what waits."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from core.api import Ctx, NotFound
from core.api.store import Id

from plugins.desk.models import AskedQuestion, Call, Entry, Ticket
from plugins.desk.rules import Standing, cool_down_ends, desk_rules, standing
from plugins.desk.states import DEED_TONES, DEED_WORDS, SECOND_EYES, UNDECIDED, Deed, State

FEW = 20


def ticket_of(ctx: Ctx, ticket_id: Id) -> Ticket:
    """Raises NotFound."""
    ticket = ctx.db.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound("desk_ticket", _("没有这张工单。"))
    return ticket


def tickets_of(ctx: Ctx, person_id: Id) -> Sequence[Ticket]:
    """All tickets of a person, the newest first."""
    return ctx.db.scalars(select(Ticket).where(Ticket.person_id == person_id)
                          .order_by(Ticket.opened_at.desc(), Ticket.id.desc())).all()


def open_ticket_of(ctx: Ctx, person_id: Id) -> Ticket | None:
    """The undecided one."""
    return ctx.db.scalar(select(Ticket).where(Ticket.person_id == person_id, Ticket.state.in_(UNDECIDED)))


def tickets_like(ctx: Ctx, term: str) -> Sequence[Ticket]:
    """By the ticket's number, or by a number that somebody called from."""
    digits = "".join(char for char in term if char.isdigit())
    if len(digits) < 4:
        return []
    called = select(Call.ticket_id).where(Call.phone_mac.in_([ctx.mac(digits), ctx.mac(digits[-11:])]))
    plain = func.replace(Ticket.number, "-", "")
    return ctx.db.scalars(select(Ticket).where(or_(plain == digits, Ticket.id.in_(called)))
                          .order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(FEW)).all()


def questions_of(ctx: Ctx, ticket: Ticket) -> Sequence[AskedQuestion]:
    return ctx.db.scalars(select(AskedQuestion).where(AskedQuestion.ticket_id == ticket.id)
                          .order_by(AskedQuestion.position)).all()


def standing_of(ctx: Ctx, ticket: Ticket) -> Standing:
    """How many right ones are still needed, how many wrong ones are still allowed."""
    rules = desk_rules(ticket.opened_at)
    own = [question.right for question in questions_of(ctx, ticket)]
    before = ctx.db.scalar(select(func.count()).select_from(AskedQuestion).where(
        AskedQuestion.person_id == ticket.person_id, AskedQuestion.ticket_id != ticket.id,
        AskedQuestion.right.is_(False),
        AskedQuestion.answered_at > ticket.opened_at - timedelta(hours=rules.wrong_hours))) or 0
    return standing(rules, own.count(True), own.count(False), before)


def who_worked_on(ctx: Ctx, ticket: Ticket) -> set[Id]:
    """The accounts that did anything to the ticket but judge it."""
    rows = ctx.db.scalars(select(Entry.account_id).where(
        Entry.ticket_id == ticket.id, Entry.deed.not_in(SECOND_EYES)).distinct())
    return set(rows)


@dataclass(frozen=True)
class Line:
    """One line of the timeline, as `ui/parts.html` draws it."""

    at: datetime
    title: str
    text: str
    tone: str


def timeline_of(ctx: Ctx, ticket: Ticket) -> list[Line]:
    """All that was done, the newest first."""
    rows = ctx.db.scalars(select(Entry).where(Entry.ticket_id == ticket.id).order_by(Entry.at.desc(), Entry.id.desc()))
    return [Line(row.at, str(DEED_WORDS[Deed(row.deed)]), f"{row.name}　{row.text}".strip("　"),
                 DEED_TONES.get(Deed(row.deed), "")) for row in rows]


def calls_of(ctx: Ctx, person_id: Id) -> Sequence[Call]:
    """Everything that was said with or about a person, the newest first."""
    return ctx.db.scalars(select(Call).where(Call.person_id == person_id)
                          .order_by(Call.at.desc(), Call.id.desc()).limit(FEW)).all()


def waiting(ctx: Ctx) -> int:
    """How many tickets wait for a second pair of eyes."""
    return ctx.db.scalar(select(func.count()).select_from(Ticket).where(
        Ticket.state.in_([State.WAITING, State.REPORTED]))) or 0


@dataclass(frozen=True)
class Wait:
    """Why a person has to wait with what is sensitive: a report that is looked into, or until when."""

    ticket: Ticket
    reported: bool
    until: datetime


def wait_of(ctx: Ctx, person_id: Id) -> Wait | None:
    """The newest correction that still makes wait; None when there is none."""
    rows = [row for row in tickets_of(ctx, person_id) if row.applied_at is not None]
    for row in rows:
        assert row.applied_at is not None
        until = cool_down_ends(desk_rules(row.applied_at), row.applied_at)
        if row.state == State.REPORTED or row.state == State.APPLIED and ctx.now < until:
            return Wait(row, row.state == State.REPORTED, until)
    return None
