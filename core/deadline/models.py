"""The grace list, and what the forecast saw when it last looked."""
from datetime import date, datetime

from sqlalchemy import Boolean, Date, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.append_only import append_only, guard
from core.base.db import Base, Id, Retention, id_column, personal
from core.deadline.states import GraceState, GraceStep, state_of
from core.identity import Person
from core.registry import Certificate


class GraceEntry(Base):
    """宽限名单 (C-20): one step of one grace; entries are added and never changed.

    A proposal stands alone; what is said of it (confirmed or refused: turn 1; withdrawn: turn 2) answers it,
    once a turn. The database refuses to change or delete one.
    """

    __tablename__ = "deadline_grace"
    __table_args__ = (UniqueConstraint("answers_id", "turn"),)

    id: Mapped[Id] = id_column()
    certificate_id: Mapped[Id] = mapped_column(ForeignKey("certificate.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    answers_id: Mapped[Id | None] = mapped_column(ForeignKey("deadline_grace.id"))
    turn: Mapped[int] = mapped_column(Integer)
    ends_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(Retention.RECORD))
    by_account: Mapped[Id | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(60), info=personal(Retention.ACCOUNT))
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(viewonly=True)
    certificate: Mapped[Certificate] = relationship(viewonly=True)
    answers: Mapped[list["GraceEntry"]] = relationship(lazy="selectin", order_by="GraceEntry.turn", viewonly=True)

    @property
    def state(self) -> GraceState:
        """Where a proposal stands after all that was said of it."""
        return state_of([GraceStep(entry.step) for entry in self.answers])


class DeadlineOutlook(Base):
    """What the forecast says of one certificate; written anew by each look, so that the page is a plain list."""

    __tablename__ = "deadline_outlook"

    id: Mapped[Id] = id_column()
    certificate_id: Mapped[Id] = mapped_column(ForeignKey("certificate.id"), unique=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    post: Mapped[str] = mapped_column(String(40))
    institution: Mapped[str] = mapped_column(String(120), default="", index=True)
    outlook: Mapped[str] = mapped_column(String(12), index=True)
    misses: Mapped[bool] = mapped_column(Boolean)
    missing: Mapped[str] = mapped_column(String(10), default="")
    ends_on: Mapped[date] = mapped_column(Date)
    finish_on: Mapped[date | None] = mapped_column(Date)
    hours_left: Mapped[float] = mapped_column(Float)
    hours_a_day: Mapped[float] = mapped_column(Float)
    looked_at: Mapped[datetime]

    person: Mapped[Person] = relationship(viewonly=True)
    certificate: Mapped[Certificate] = relationship(viewonly=True)


GRACE_GUARDS = append_only(GraceEntry.__tablename__, "the grace list is append-only")
assert isinstance(GraceEntry.__table__, Table)
guard(GraceEntry.__table__, GRACE_GUARDS)
