"""Plans with their sessions and trainees, who attended, and who is to be tested."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, append_only, guard, id_column, personal

from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.training.states import How, PlanState, TestState


class Plan(Base):
    """培训计划 (ZJ-27): one post, one mode, one institution. `taken` counts the trainees in it and never exceeds
    `capacity`, whoever adds them at once. `packages`: codes of what is studied online (X-11)."""

    __tablename__ = "zj_plan"
    __table_args__ = (CheckConstraint("taken >= 0 AND taken <= capacity", name="capacity"),)

    id: Mapped[Id] = id_column()
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    mode: Mapped[str] = mapped_column(default=Mode.ONLINE)
    title: Mapped[str]
    teacher: Mapped[str] = mapped_column(default="", info=personal(Retention.RECORD))
    place: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    packages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=PlanState.DRAFT, index=True)
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class PlanSession(Base):
    """A lesson in class: when, how many class hours, about what. `word`: what stands in the room, so that who signs in
    by face is in it."""

    __tablename__ = "zj_plan_session"

    id: Mapped[Id] = id_column()
    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_plan.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hours: Mapped[int]
    topic: Mapped[str] = mapped_column(default="")
    word: Mapped[str] = mapped_column(server_default="")


_IN = text("removed_at IS NULL")


class PlanTrainee(Base):
    """A candidate in a plan; in one at a time."""

    __tablename__ = "zj_plan_trainee"
    __table_args__ = (Index("uq_zj_plan_trainee_in", "candidate_id", unique=True, sqlite_where=_IN,
                            postgresql_where=_IN),)

    id: Mapped[Id] = id_column()
    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_plan.id"), index=True)
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"))
    added_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class SignIn(Base):
    """签到: who was in a session, by whom it was entered and how. Never changed: another entry corrects it, the
    newest counts."""

    __tablename__ = "zj_sign_in"
    __table_args__ = (Index("ix_zj_sign_in_session", "session_id", "candidate_id"),)

    id: Mapped[Id] = id_column()
    session_id: Mapped[Id] = mapped_column(ForeignKey("zj_plan_session.id"))
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    present: Mapped[bool]
    how: Mapped[str] = mapped_column(default=How.LIST)
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


SIGN_IN_GUARDS = append_only(SignIn.__tablename__, "a sign-in is append-only")
assert isinstance(SignIn.__table__, Table)
guard(SignIn.__table__, SIGN_IN_GUARDS)

_LIVE = text("state IN ('applied', 'passed')")


class TestApplication(Base):
    """申请考试 (ZJ-28). A candidate has one that waits or is passed; after a failed one another may follow."""

    __test__ = False          # no test class, whatever pytest thinks of the name
    __tablename__ = "zj_test_application"
    __table_args__ = (Index("uq_zj_test_application_live", "candidate_id", unique=True, sqlite_where=_LIVE,
                            postgresql_where=_LIVE),)

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    plan_id: Mapped[Id] = mapped_column(ForeignKey("zj_plan.id"), index=True)
    state: Mapped[str] = mapped_column(default=TestState.APPLIED, index=True)
    applied_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    applied_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    score: Mapped[int | None]
    certificate_id: Mapped[Id | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
