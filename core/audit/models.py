"""Audit cases: one for each time that somebody has finished a year's study and exam."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, Retention, id_column, personal


class AuditCase(Base):
    """One case; `round` counts how often this enrollment has come to be audited (N-44, N-45).

    At most one case of an enrollment waits at a time; a decision names who took it, and `version` makes sure
    that it was taken on what the auditor saw (O7).
    """

    __tablename__ = "audit_case"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "round"),
        Index("uq_audit_case_waiting", "enrollment_id", unique=True, sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_audit_case_queue", "state", "due_last"),
    )

    id: Mapped[Id] = id_column()
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("enrollment.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    due_first: Mapped[date] = mapped_column(Date)
    due_last: Mapped[date] = mapped_column(Date)
    due_certain: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": version}


class AuditDecision(Base):
    """A decision on a case; added, never changed (N-45, N-47). `partial`: only some hours were cleared (C-06)."""

    __tablename__ = "audit_decision"

    id: Mapped[Id] = id_column()
    case_id: Mapped[Id] = mapped_column(ForeignKey("audit_case.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    ground: Mapped[str | None] = mapped_column(String(1))
    cleared_slots: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    partial: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(Retention.RECORD))
    by_account: Mapped[Id | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(60), info=personal(Retention.ACCOUNT))
    at: Mapped[datetime]


class AuditRisk(Base):
    """The risk signs of a case as they were read once, by which version of the rules; for the auditor only (L5 …)."""

    __tablename__ = "audit_risk"

    case_id: Mapped[Id] = mapped_column(ForeignKey("audit_case.id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[int] = mapped_column(SmallInteger, index=True)
    hints: Mapped[list[dict[str, Any]]] = mapped_column(JSON, info=personal(Retention.EVIDENCE))
    read_at: Mapped[datetime]


class AuditEvidence(Base):
    """What a decision was taken on, as JSON, with its digest; never changed, the trail holds the digest (C-05)."""

    __tablename__ = "audit_evidence"

    decision_id: Mapped[Id] = mapped_column(ForeignKey("audit_decision.id"), primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("audit_case.id"), index=True)
    body: Mapped[str] = mapped_column(Text, info=personal(Retention.RECORD))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
