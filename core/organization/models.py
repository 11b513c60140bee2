"""Posts 岗位, and the organizations that staff belong to."""
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, UtcDateTime, id_column


class Post(Base):
    """A post 岗位 (GD-03, ZJ-35)."""

    __tablename__ = "post"

    id: Mapped[Id] = id_column()
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    family: Mapped[str]
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
