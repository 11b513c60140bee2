"""Employees of an enterprise, and what the board saw when it last looked."""
from datetime import date, datetime

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.api.store import Base, Id, Retention, Sealed, id_column, personal

from plugins.zhejiang.board.states import Reason, Standing

_HERE = text("left_on IS NULL")


class Employee(Base):
    """职工: whoever a batch enrolled or a clerk put on the list; one who left stays in the table with the day."""

    __tablename__ = "zj_employee"
    __table_args__ = (
        Index("uq_zj_employee_here", "enterprise_id", "person_id", unique=True, sqlite_where=_HERE,
              postgresql_where=_HERE),
        Index("ix_zj_employee_name", "enterprise_id", "name_mac"),
    )

    id: Mapped[Id] = id_column()
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    name_mac: Mapped[str] = mapped_column(info=personal(Retention.RECORD))
    id_mac: Mapped[str] = mapped_column(info=personal(Retention.RECORD))
    id_shown: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class BoardRow(Base):
    """An employee × post × year as last looked at; written anew by each look, so that the page is a plain list."""

    __tablename__ = "zj_board_row"
    __table_args__ = (
        UniqueConstraint("employee_id", "post_id", "year"),
        Index("ix_zj_board_row_list", "enterprise_id", "place", "id"),
    )

    id: Mapped[Id] = id_column()
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"))
    employee_id: Mapped[Id] = mapped_column(ForeignKey("zj_employee.id"))
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    post: Mapped[str]
    year: Mapped[int]
    standing: Mapped[str] = mapped_column(default=Standing.DUE)
    reason: Mapped[str] = mapped_column(default=Reason.NONE)
    place: Mapped[int]
    hours_done: Mapped[float] = mapped_column(Float)
    hours_due: Mapped[int]
    enrollment_id: Mapped[Id | None]
    looked_at: Mapped[datetime]

    employee: Mapped[Employee] = relationship(lazy="joined")


class Bundle(Base):
    """证明下载: all proofs and certificates that a filter of the board asked for, in one zip; forgotten soon."""

    __tablename__ = "zj_bundle"

    id: Mapped[Id] = id_column()
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"), index=True)
    year: Mapped[int]
    wanted: Mapped[int]
    looked_at: Mapped[int] = mapped_column(default=0)
    papers: Mapped[int] = mapped_column(default=0)
    blob_key: Mapped[str | None] = mapped_column(info=personal(Retention.SHORT))
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
