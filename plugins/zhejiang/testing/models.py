"""Test plans with their seats, who invigilates, and what was noted of a session."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.api.store import Base, Id, Retention, append_only, guard, id_column, personal

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.testing.states import Deed, Entry, PlanState

_OPEN = text("over_at IS NULL")


class TestPlan(Base):
    """测试计划: one room at one time (ZJ-28). `post_ids`: whose candidates are taken; `code`: the word of the room, which
    a candidate types at the computer; from `opened_at` on the time of all runs."""

    __test__ = False
    __tablename__ = "zj_test_plan"

    id: Mapped[Id] = id_column()
    number: Mapped[str] = mapped_column(unique=True)
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    place: Mapped[str]
    room: Mapped[str]
    seats: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    post_ids: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(default="")
    code: Mapped[str]
    state: Mapped[str] = mapped_column(default=PlanState.DRAFT, index=True)
    turn: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class TestInvigilator(Base):
    """监考人员 of a plan."""

    __test__ = False
    __tablename__ = "zj_test_invigilator"

    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_test_plan.id"), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class TestSeat(Base):
    """座位. Rows are made with the plan, one for each seat, so that a room is never overfilled; a candidate has at most
    one seat whose test is not over. `proof_id`: the face match or the invigilator's look behind the entry; `score`,
    `passed`: what the session ended with, None for who did not sit."""

    __test__ = False
    __tablename__ = "zj_test_seat"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index("uq_zj_test_seat_open", "candidate_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Id] = id_column()
    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_test_plan.id"))
    number: Mapped[int]
    candidate_id: Mapped[Id | None] = mapped_column(ForeignKey("zj_candidate.id"))
    entry: Mapped[str] = mapped_column(default=Entry.WAITING)
    entered_at: Mapped[datetime | None]
    proof_id: Mapped[Id | None]
    score: Mapped[int | None]
    passed: Mapped[bool | None]
    over_at: Mapped[datetime | None]

    plan: Mapped[TestPlan] = relationship(lazy="joined")
    candidate: Mapped[Candidate | None] = relationship(lazy="joined")


class TestIncident(Base):
    """考场记录: what an invigilator did or noted, with the picture behind an entry by hand. Never changed."""

    __test__ = False
    __tablename__ = "zj_test_incident"

    id: Mapped[Id] = id_column()
    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_test_plan.id"), index=True)
    seat_id: Mapped[Id | None] = mapped_column(ForeignKey("zj_test_seat.id"))
    candidate_id: Mapped[Id | None] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    at: Mapped[datetime]
    deed: Mapped[str] = mapped_column(default=Deed.NOTE)
    said: Mapped[str] = mapped_column(default="", info=personal(Retention.RECORD))
    account_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))


INCIDENT_GUARDS = append_only(TestIncident.__tablename__, "what was noted of a test is append-only")
guard(TestIncident.__table__, INCIDENT_GUARDS)  # type: ignore[arg-type]
