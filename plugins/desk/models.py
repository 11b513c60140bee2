"""Tables of the desk: tickets, what was done to them, the questions, the calls. Only a ticket's state ever changes."""
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, append_only, guard, id_column, personal

from plugins.desk.states import State


_UNDECIDED = text("state IN ('open', 'in_person', 'verified', 'waiting')")


class Ticket(Base):
    """工单: one wish to have the phone corrected."""

    __tablename__ = "desk_ticket"
    __table_args__ = (Index("ix_desk_ticket_undecided", "person_id", unique=True, sqlite_where=_UNDECIDED,
                            postgresql_where=_UNDECIDED),)

    id: Mapped[Id] = id_column()
    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(default=State.OPEN, index=True)
    old_phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    new_phone: Mapped[str | None] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    in_person: Mapped[bool] = mapped_column(default=False)
    opened_by: Mapped[Id] = mapped_column(index=True)
    clerk: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    moved_at: Mapped[datetime]
    applied_at: Mapped[datetime | None] = mapped_column(index=True)


class Entry(Base):
    """One thing that was done; never changed, never deleted: an undo is another entry."""

    __tablename__ = "desk_entry"

    id: Mapped[Id] = id_column()
    ticket_id: Mapped[Id] = mapped_column(ForeignKey("desk_ticket.id"), index=True)
    at: Mapped[datetime]
    deed: Mapped[str]
    account_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))
    text: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.SECURITY))


ENTRY_GUARDS = append_only(Entry.__tablename__, "the history of a ticket is append-only")
assert isinstance(Entry.__table__, Table)
guard(Entry.__table__, ENTRY_GUARDS)


class AskedQuestion(Base):
    """A question drawn for a ticket; of the answers only MACs are kept, so nobody reads them here."""

    __tablename__ = "desk_question"
    __table_args__ = (Index("ix_desk_question_ticket", "ticket_id", "position"),)

    id: Mapped[Id] = id_column()
    ticket_id: Mapped[Id] = mapped_column(ForeignKey("desk_ticket.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str]
    answer_macs: Mapped[str]
    answered_at: Mapped[datetime | None]
    right: Mapped[bool | None]


class Call(Base):
    """通话记录: when, with which number, who took it, what was said."""

    __tablename__ = "desk_call"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    ticket_id: Mapped[Id | None] = mapped_column(ForeignKey("desk_ticket.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    outgoing: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SECURITY))
    phone_mac: Mapped[str] = mapped_column(index=True, info=personal(Retention.SECURITY))
    said: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SECURITY))
    account_id: Mapped[Id]
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))
