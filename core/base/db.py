"""The database as every flow sees it: one declarative base, UTC times, sealed columns, UUIDv7 ids.

No table has a tenant column: a tenant is a database (docs/adr/0001).
"""
import os
import sqlite3
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from weakref import WeakSet

from psycopg.pq import TransactionStatus
from sqlalchemy import DateTime, Dialect, Engine, LargeBinary, MetaData, Uuid, create_engine, event, func, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

from core.base.crypto import current_keys

Id = uuid.UUID
BUSY_TIMEOUT_MS = 15_000
POOL_TIMEOUT_S = 2
MOST_CONNECTIONS = 41       # of a process to one tenant's database
KEPT = {"sqlite": 1, "postgresql": 16}
IDLE_S = 60


def new_id() -> Id:
    """A UUIDv7: sorts by time, cannot be guessed from a neighbour."""
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database; a naive moment is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Text that stands encrypted in the database, under the bound tenant's key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else current_keys().seal(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else current_keys().open(value).decode()


class SealedBytes(TypeDecorator[bytes]):
    """Bytes (a face descriptor) that stand encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else current_keys().seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else current_keys().open(value)


class Retention(StrEnum):
    """How long a personal column is kept; the periods are rules (`retention.*`)."""

    ACCOUNT = "account"          # until the account closes
    EVIDENCE = "evidence"        # until the appeal window has ended, then 90 days (A.7)
    RECORD = "record"            # the person's permanent training record
    MONEY = "money"              # accounting records
    SECURITY = "security"        # sign-ins, codes, trail
    SHORT = "short"              # hours or days


def personal(retention: Retention) -> dict[str, Any]:
    """`info=` of a column that holds personal data (R30, P-26)."""
    return {"personal": True, "retention": retention}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    })
    type_annotation_map = {datetime: UtcDateTime(), uuid.UUID: Uuid()}


def id_column() -> Mapped[Id]:
    """The primary key of nearly every table."""
    return mapped_column(Uuid(), primary_key=True, default=new_id)


_engines: "WeakSet[Engine]" = WeakSet()


def make_engine(url: str) -> Engine:
    """An engine for one tenant's database, durable: what was answered with 200 survives a power cut (O5).

    A session that will write is bound to `writing(engine)`: on SQLite its transaction begins IMMEDIATE,
    since a read transaction that upgrades fails under load whatever the busy timeout.
    """
    kept = KEPT[make_url(url).get_backend_name()]
    engine = create_engine(url, pool_size=kept, max_overflow=MOST_CONNECTIONS - kept, pool_timeout=POOL_TIMEOUT_S,
                           pool_use_lifo=True, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _end_when_idle)
        event.listen(engine, "detach", _never_end)
    _engines.add(engine)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine and pool for transactions that write."""
    return engine.execution_options(jx_write=True)


def one_at_a_time(session: Session, name: str) -> None:
    """Until the end of this transaction nobody else does what bears this name. No row is locked, so no right to
    change one is needed; on SQLite there is one writer in any case."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def _end_when_idle(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """A new connection costs as much as five pages, so those of a busy minute are kept; the last one used is taken
    first, and the server ends what a tenant has not needed for a while. The ping at check-out notices."""
    _set_idle(connection, IDLE_S)


def _never_end(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Who takes a connection out of the pool has no ping."""
    _set_idle(connection, 0)


def _set_idle(connection: Any, seconds: int) -> None:
    resting = connection.info.transaction_status == TransactionStatus.IDLE
    connection.execute(f"SET idle_session_timeout = '{seconds}s'")
    if resting:
        connection.commit()


def _configure_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("jx_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _forget_connections() -> None:
    """A forked child must not share its parent's sockets."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)
