"""Photos on their way to a person's file."""
from datetime import datetime

from sqlalchemy import ForeignKey
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
