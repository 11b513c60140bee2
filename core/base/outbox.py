"""Work that outlives a request: a row in the business transaction, rung at the worker's door after commit.

The database is the truth; Redis only says "there is something" (docs/adr/0003).
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.db import Base, Id, id_column


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Base):
    """One intent; `key` makes the same intent the same row."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "state", "not_before"),)

    id: Mapped[Id] = id_column()
    kind: Mapped[str] = mapped_column(String(80))
    queue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


Handler = Callable[[Any, Mapping[str, Any]], None]


@dataclass(frozen=True)
class JobKind:
    name: str
    queue: str
    handler: Handler


_kinds: dict[str, JobKind] = {}
QUEUES = ("fast", "face", "pdf", "import")


def job(kind: str, *, queue: str = "fast") -> Callable[[Handler], Handler]:
    """Decorator: `def handler(ctx, payload)` runs in one transaction with the row's `done`, so it must
    keep its effect in this database or be idempotent by `payload`."""
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue}: one of {', '.join(QUEUES)}")

    def register(function: Handler) -> Handler:
        known = _kinds.get(kind)
        if known is not None and known.handler is not function:
            raise ValueError(f"two handlers for job kind {kind}")
        _kinds[kind] = JobKind(kind, queue, function)
        return function

    return register


def job_kind(kind: str) -> JobKind:
    """The registered kind; KeyError names an unknown one."""
    return _kinds[kind]


def enqueue(session: Session, kind: str, payload: Mapping[str, Any], *, now: datetime,
            key: str | None = None, not_before: datetime | None = None) -> OutboxRow:
    """Write the intent into the caller's transaction; with a `key` that exists already, that row is returned."""
    registered = job_kind(kind)
    if key is not None:
        known = session.scalar(select(OutboxRow).where(OutboxRow.key == key))
        if known is not None:
            return known
    row = OutboxRow(kind=kind, queue=registered.queue, key=key, payload=dict(payload), state=JobState.WAITING,
                    attempts=0, created_at=now, not_before=not_before or now)
    session.add(row)
    session.flush()
    return row
