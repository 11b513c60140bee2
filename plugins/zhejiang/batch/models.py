"""Batches, the sheets that were uploaded into them, and the candidates that came out."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, id_column, personal

from plugins.zhejiang.batch.states import CandidateState, Mode, SheetState

_LIVE = text("state <> 'cancelled'")


class Batch(Base):
    """批次: one post, one mode, one institution (ZJ-12, ZJ-15). `closed_at`: 作废, while nobody is in it."""

    __tablename__ = "zj_batch"

    id: Mapped[Id] = id_column()
    number: Mapped[str] = mapped_column(unique=True)
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"), index=True)
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    mode: Mapped[str] = mapped_column(default=Mode.ONLINE)
    year: Mapped[int]
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]


class BatchSheet(Base):
    """报名汇总表: an uploaded sheet, what is wrong in it, and how much of it has been written.

    Every row is `fresh` (to be written), `known` (in the batch already) or `faulty`, so `rows` is always their sum
    (P-23); `written` grows to `fresh`, and a fresh row that somebody else took in the meantime becomes known or
    faulty. `findings`: [[kind, count], …] of what the check found; `late`: [[row, kind], …] of what the writing
    found. `rows_key`: the rows as read and the findings by cell, as sealed JSON, until its time of keeping is over.
    """

    __tablename__ = "zj_batch_sheet"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    filename: Mapped[str]
    state: Mapped[str] = mapped_column(default=SheetState.CHECKED)
    rows: Mapped[int]
    fresh: Mapped[int]
    known: Mapped[int]
    faulty: Mapped[int]
    findings: Mapped[list[Any]] = mapped_column(JSON)
    late: Mapped[list[Any]] = mapped_column(JSON, default=list)
    looked_at: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    rows_key: Mapped[str] = mapped_column(info=personal(Retention.SHORT))
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Candidate(Base):
    """报名学员: a person in a batch. Of one post and year a person has at most one that is not cancelled, whoever
    enrolls. `enrollment_id`: the core's enrollment, from 已报名 on."""

    __tablename__ = "zj_candidate"
    __table_args__ = (
        Index("uq_zj_candidate_live", "person_id", "post_id", "year", unique=True, sqlite_where=_LIVE,
              postgresql_where=_LIVE),
        Index("ix_zj_candidate_enterprise", "enterprise_id", "state"),
        Index("ix_zj_candidate_institution", "institution_id", "state"),
    )

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"))
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int]
    mode: Mapped[str] = mapped_column(default=Mode.ONLINE)
    education: Mapped[str]
    employer: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    row: Mapped[int]
    state: Mapped[str] = mapped_column(default=CandidateState.ENTERED)
    enrollment_id: Mapped[Id | None] = mapped_column(ForeignKey("enrollment.id"), unique=True)
    entered_at: Mapped[datetime]
    moved_at: Mapped[datetime]


class Answer(Base):
    """An institution's answer to a candidate that was submitted to it, and how long it took (C-21)."""

    __tablename__ = "zj_answer"
    __table_args__ = (Index("ix_zj_answer_at", "at", "institution_id"),)

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"))
    passed: Mapped[bool]
    seconds: Mapped[int]
    at: Mapped[datetime]
