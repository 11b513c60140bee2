"""Proofs of a year's hours, and the frozen versions of an electronic certificate."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.db import Base, Id, id_column
from core.documents import Document
from core.organization import Post


class Proof(Base):
    """学时证明 (N-49). At most one of an enrollment stands; clearing the hours withdraws it."""

    __tablename__ = "proof"
    __table_args__ = (Index("uq_proof_standing", "enrollment_id", unique=True,
                            sqlite_where=text("withdrawn_at IS NULL"),
                            postgresql_where=text("withdrawn_at IS NULL")),)

    id: Mapped[Id] = id_column()
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("enrollment.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int] = mapped_column(Integer)
    hours: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    document_id: Mapped[Id] = mapped_column(ForeignKey("document.id"))
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship(lazy="joined")
    post: Mapped[Post] = relationship(lazy="joined")


class CertificateIssue(Base):
    """One frozen version of an electronic certificate; the highest is the newest, earlier ones stay verifiable
    as superseded (N-57). `years`: [[2019, 32], …]."""

    __tablename__ = "certificate_issue"
    __table_args__ = (UniqueConstraint("certificate_id", "version"),)

    id: Mapped[Id] = id_column()
    certificate_id: Mapped[Id] = mapped_column(ForeignKey("certificate.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    years: Mapped[list[Any]] = mapped_column(JSON)
    document_id: Mapped[Id] = mapped_column(ForeignKey("document.id"), unique=True)
    issued_at: Mapped[datetime]

    document: Mapped[Document] = relationship(lazy="joined")


class NumberSeries(Base):
    """The last serial given within a series; drawn under its row's lock, so that no number is given twice."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
