"""Work that outlives a request: a row in the business transaction, rung at the worker's door after commit.

The database is the truth; Redis only says "there is something" (docs/adr/0003).
"""
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Integer, Select, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.db import Base, Id, id_column

MOST_ATTEMPTS = 5
"""O17: after that many the row is dead: kept, visible, and out of the others' way."""
_RETRY_SECONDS = (5, 30, 120, 600)
_SHANGHAI = timedelta(hours=8)


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Base):
    """One intent; `key` makes the same intent the same row."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "state", "queue", "not_before"),)

    id: Mapped[Id] = id_column()
    kind: Mapped[str] = mapped_column(String(80))
    queue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


Handler = Callable[[Any, Mapping[str, Any]], None]


@dataclass(frozen=True)
class JobKind:
    name: str
    queue: str
    handler: Handler


@dataclass(frozen=True)
class Periodic:
    """A kind that every tenant gets once in each period; periods are counted from midnight in Shanghai."""

    kind: str
    every: timedelta
    at: timedelta

    def period(self, now: datetime) -> int:
        """The number of the period that `now` lies in; it begins `at` after the multiple of `every`."""
        return int((now.astimezone(UTC).timestamp() + (_SHANGHAI - self.at).total_seconds())
                   // self.every.total_seconds())

    def key(self, now: datetime) -> str:
        """The same for every scheduler that looks in the same period (O18, R45)."""
        return f"periodic:{self.kind}:{self.every.total_seconds():.0f}:{self.period(now)}"


_kinds: dict[str, JobKind] = {}
_periodic: dict[str, Periodic] = {}
QUEUES = ("fast", "face", "pdf", "import")


def job(kind: str, *, queue: str = "fast", every: timedelta | None = None,
        at: timedelta = timedelta(0)) -> Callable[[Handler], Handler]:
    """Decorator: `def handler(ctx, payload)` runs in one transaction with the row's `done`, so it must
    keep its effect in this database or be idempotent by `payload`.

    With `every` it also runs once in each period of each tenant, with an empty payload: `every=timedelta(days=1),
    at=timedelta(hours=2)` is daily at two in the morning in Shanghai.
    """
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue}: one of {', '.join(QUEUES)}")

    def register(function: Handler) -> Handler:
        known = _kinds.get(kind)
        if known is not None and known.handler is not function:
            raise ValueError(f"two handlers for job kind {kind}")
        _kinds[kind] = JobKind(kind, queue, function)
        if every is not None:
            _periodic[kind] = Periodic(kind, every, at)
        return function

    return register


def job_kind(kind: str) -> JobKind:
    """The registered kind; KeyError names an unknown one."""
    return _kinds[kind]


def job_kinds() -> tuple[str, ...]:
    """The names of all registered kinds."""
    return tuple(_kinds)


def periodic_kinds() -> Iterable[Periodic]:
    """What the relay enqueues by itself."""
    return tuple(_periodic.values())


def enqueue(session: Session, kind: str, payload: Mapping[str, Any], *, now: datetime,
            key: str | None = None, not_before: datetime | None = None) -> OutboxRow:
    """Write the intent into the caller's transaction; with a `key` that exists already, that row is returned."""
    registered = job_kind(kind)
    row = OutboxRow(kind=kind, queue=registered.queue, key=key, payload=dict(payload), state=JobState.WAITING,
                    attempts=0, created_at=now, not_before=not_before or now)
    if key is None:
        session.add(row)
        session.flush()
        return row
    if (known := _by_key(session, key)) is not None:
        return known
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody else wrote the same intent between our look and our insert.
        known = _by_key(session, key)
        if known is None:
            raise
        return known
    return row


def _by_key(session: Session, key: str) -> OutboxRow | None:
    return session.scalar(select(OutboxRow).where(OutboxRow.key == key))


@dataclass(frozen=True)
class Due:
    """A row that may run now."""

    id: Id
    queue: str


def due(session: Session, now: datetime, *, limit: int) -> list[Due]:
    """The rows that wait and whose time has come: of each queue the oldest, at most `limit`."""
    waiting = (OutboxRow.state == JobState.WAITING, OutboxRow.not_before <= now)
    queues = session.scalars(select(OutboxRow.queue).where(*waiting).distinct())
    return [Due(row_id, queue) for queue in queues.all() for row_id in session.scalars(
        select(OutboxRow.id).where(*waiting, OutboxRow.queue == queue)
        .order_by(OutboxRow.not_before, OutboxRow.id).limit(limit))]


def idle(session: Session, ids: Sequence[Id]) -> set[Id]:
    """Those of the waiting rows that no handler holds now; the session must be one that writes.

    A running handler holds its row's lock on PostgreSQL and the database's write lock on SQLite, so who
    asks here on SQLite waits, or gets "database is locked", while one runs.
    """
    return set(session.scalars(
        select(OutboxRow.id).where(OutboxRow.id.in_(ids), OutboxRow.state == JobState.WAITING)
        .with_for_update(skip_locked=True)))


def claim(session: Session, row_id: Id, now: datetime) -> JobKind | None:
    """Count an attempt, in a transaction of its own, so that a handler which kills its process is counted too.

    None when there is nothing to do: done, dead, not yet, held by another worker, or just dead by this look.
    """
    row = session.scalar(_waiting(row_id))
    if row is None or row.not_before > now:
        return None
    kind = _kinds.get(row.kind)
    if row.attempts >= MOST_ATTEMPTS or kind is None:
        row.state = JobState.DEAD
        row.last_error = row.last_error or ("the process ended while the handler ran" if kind else "unknown kind")
        return None
    row.attempts += 1
    return kind


def take(session: Session, row_id: Id) -> OutboxRow | None:
    """The row under lock, for the transaction that also holds the effect; None when another worker has it."""
    return session.scalar(_waiting(row_id))


def finish(row: OutboxRow, now: datetime) -> None:
    """In the same transaction as the effect."""
    row.state, row.done_at, row.last_error = JobState.DONE, now, None


def fail(session: Session, row_id: Id, now: datetime, error: str) -> JobState | None:
    """After the rollback of a failed attempt: wait longer, or die. The state it is in now."""
    row = session.scalar(_waiting(row_id))
    if row is None:
        return None
    row.last_error = error[:4000]
    if row.attempts >= MOST_ATTEMPTS:
        row.state = JobState.DEAD
    else:
        row.not_before = now + timedelta(seconds=_RETRY_SECONDS[max(row.attempts, 1) - 1])
    return JobState(row.state)


def revive(row: OutboxRow, now: datetime) -> None:
    """A person looked at the dead row and wants it tried again."""
    row.state, row.attempts, row.not_before = JobState.WAITING, 0, now


def _waiting(row_id: Id) -> Select[OutboxRow]:
    return (select(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.state == JobState.WAITING)
            .with_for_update(skip_locked=True))
