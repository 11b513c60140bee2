"""Question bank, sittings and their answers."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, id_column
from core.exam.states import ImportState, QuestionKind, SittingState


class Question(Base):
    """A question of the bank. Never deleted: a retired one is drawn no more, a changed one counts its version.

    `scope` is a post's name, a family's name, or 通用; `key` holds the right letters of `options`.
    """

    __tablename__ = "exam_question"

    id: Mapped[Id] = id_column()
    kind: Mapped[str] = mapped_column(String(12), default=QuestionKind.SINGLE)
    scope: Mapped[str] = mapped_column(String(40), index=True)
    stem: Mapped[str] = mapped_column(Text)
    options: Mapped[list[str]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(5))
    explanation: Mapped[str] = mapped_column(Text, default="")
    difficulty: Mapped[str] = mapped_column(String(2), default="中")
    topic: Mapped[str] = mapped_column(String(60), default="")
    clause: Mapped[str] = mapped_column(String(300), default="")
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_exam_question_drawn", "scope", "retired", "kind"),)
    __mapper_args__ = {"version_id_col": version}


class BankImport(Base):
    """A sheet that was looked through: what is wrong in it, and how much of the rest has been written.

    `findings` holds the first ones as [place, sentence]; `good` questions lie in the blob as JSON.
    """

    __tablename__ = "exam_bank_import"

    id: Mapped[Id] = id_column()
    filename: Mapped[str] = mapped_column(String(200))
    blob_key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=ImportState.CHECKED)
    rows: Mapped[int] = mapped_column(Integer)
    good: Mapped[int] = mapped_column(Integer)
    known: Mapped[int] = mapped_column(Integer)
    written: Mapped[int] = mapped_column(Integer, default=0)
    looked_at: Mapped[int] = mapped_column(Integer, default=0)
    findings: Mapped[list[Any]] = mapped_column(JSON)
    finding_count: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    finished_at: Mapped[datetime | None]


class Sitting(Base):
    """One go at the exam: the rules and the paper as they were, the server's deadline, and the result.

    Kept when hours are cleared (N-47). At most one of an enrollment runs; `seed` draws the same paper again.
    `submit_from`: when it may be handed in first; None: at any time. `session_id`: the sign-in that alone goes on with
    it; None: any; "": none, until it is begun again where it was released to.
    """

    __tablename__ = "exam_sitting"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "number"),
        Index("uq_exam_sitting_running", "enrollment_id", unique=True, sqlite_where=text("state = 'running'"),
              postgresql_where=text("state = 'running'")),
        Index("ix_exam_sitting_overdue", "state", "ends_at"),
    )

    id: Mapped[Id] = id_column()
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("enrollment.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default=SittingState.RUNNING)
    seed: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    submit_from: Mapped[datetime | None]
    session_id: Mapped[str | None] = mapped_column(String(40))
    grace_seconds: Mapped[int] = mapped_column(Integer)
    questions: Mapped[int] = mapped_column(Integer)
    full_score: Mapped[int] = mapped_column(Integer)
    pass_score: Mapped[int] = mapped_column(Integer)
    closed_at: Mapped[datetime | None]
    correct: Mapped[int | None] = mapped_column(Integer)
    score: Mapped[int | None] = mapped_column(Integer)
    passed: Mapped[bool | None] = mapped_column(Boolean)


class SittingAnswer(Base):
    """A question of a sitting, frozen as it was shown, and what was answered; `turn` grows with each change."""

    __tablename__ = "exam_answer"

    sitting_id: Mapped[Id] = mapped_column(ForeignKey("exam_sitting.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    question_id: Mapped[Id] = mapped_column(ForeignKey("exam_question.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12), default=QuestionKind.SINGLE)
    stem: Mapped[str] = mapped_column(Text)
    options: Mapped[list[str]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(5))
    choice: Mapped[str] = mapped_column(String(5), default="")
    turn: Mapped[int] = mapped_column(Integer, default=0)
    answered_at: Mapped[datetime | None]
