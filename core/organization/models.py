"""Posts 岗位, and the organizations that staff belong to."""
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, UtcDateTime, id_column
from core.organization.posts import PROFESSIONAL


class Post(Base):
    """A post 岗位 (GD-03, ZJ-35), and the class of persons that hold it (X-24)."""

    __tablename__ = "post"

    id: Mapped[Id] = id_column()
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    family: Mapped[str]
    person_class: Mapped[str] = mapped_column(default=PROFESSIONAL, server_default=PROFESSIONAL)
    position: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Organization(Base):
    """An institution, an enterprise, a school or a city authority: what staff are limited to."""

    __tablename__ = "organization"

    id: Mapped[Id] = id_column()
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    city: Mapped[str] = mapped_column(default="")
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    place: Mapped[str] = mapped_column(default="", server_default="")
    telephone: Mapped[str] = mapped_column(default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InstitutionFee(Base):
    """What a training institution announces (GD-06): two items, in fen. Rows are added and never changed; the
    newest whose day has come is in force."""

    __tablename__ = "institution_fee"

    id: Mapped[Id] = id_column()
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    training_fen: Mapped[int]
    textbook_fen: Mapped[int]
    since: Mapped[date] = mapped_column(Date)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
