"""Photos on their way to a person's file, and sheets of people on their way to accounts."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.db import Base, Id, Retention, Sealed, UtcDateTime, id_column, personal
from core.identity import Person


class PhotoDraft(Base):
    """A photo that was judged good and waits for its owner to confirm it (N-12); one per person."""

    __tablename__ = "photo_draft"

    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    photo_key: Mapped[str] = mapped_column(info=personal(Retention.SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhotoTicket(Base):
    """A wish to have an immutable photo replaced, or one accepted that the judge refused; a clerk decides (A.7).

    The photo that was replaced stays on file in `old_key`.
    """

    __tablename__ = "photo_ticket"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    new_key: Mapped[str] = mapped_column(info=personal(Retention.RECORD))
    old_key: Mapped[str | None] = mapped_column(info=personal(Retention.RECORD))
    found: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(lazy="joined")


class PeopleSheet(Base):
    """A sheet of people that was looked through, and how much of it has been written (BJ-05, X-06).

    The good rows lie sealed in `rows_key` as JSON, the sheet to be mended in `mend_key`; `findings` holds the
    first ones as they are shown, without the cells' content.
    """

    __tablename__ = "people_sheet"

    id: Mapped[Id] = id_column()
    filename: Mapped[str]
    rows_key: Mapped[str] = mapped_column(info=personal(Retention.SHORT))
    mend_key: Mapped[str | None] = mapped_column(info=personal(Retention.SHORT))
    state: Mapped[str]
    rows: Mapped[int]
    fresh: Mapped[int]
    known: Mapped[int]
    opened: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[Any]] = mapped_column(JSON)
    finding_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[Id | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
