"""Limits on attempts, counted in the tenant's database: they hold in all processes and without Redis (R26)."""
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.identity.models import Throttle
from core.identity.rules import FAILURES_FORGOTTEN_AFTER, wait_after


def hit(db: Session, key: str, most: int, period: timedelta, now: datetime) -> datetime | None:
    """Count one attempt; None when it is allowed, else the moment from which the next one will be.

    A refused attempt is not counted, so hammering does not prolong the wait.
    """
    row = _locked(db, key, now)
    if now - row.started_at >= period or row.count == 0:
        row.count, row.started_at = 0, now
    if row.count >= most:
        return row.started_at + period
    row.count += 1
    row.last_at = now
    return None


def reserve_try(db: Session, key: str, most: int, now: datetime) -> datetime | None:
    """Count a sign-in as failed before it is judged, so that fifty at once are not fifty guesses (U2).

    None when it may be judged, else the moment from which it may; `forgive` takes it back on success.
    """
    row = _locked(db, key, now)
    if now - row.last_at >= FAILURES_FORGOTTEN_AFTER:
        row.count = 0
    free_at = row.last_at + wait_after(row.count, most)
    if row.count and now < free_at:
        return free_at
    row.count += 1
    row.last_at = now
    return None


def give_back(db: Session, key: str, now: datetime) -> None:
    """Undo one counted attempt that turned out to be harmless."""
    row = _locked(db, key, now)
    row.count = max(0, row.count - 1)


def forgive(db: Session, key: str, now: datetime) -> None:
    """Forget the failures of an account after a successful sign-in."""
    _locked(db, key, now).count = 0


def _locked(db: Session, key: str, now: datetime) -> Throttle:
    """The counter's row, made if need be and locked until the transaction ends."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(Throttle).values(key=key, count=0, started_at=now, last_at=now)
    db.execute(fresh.on_conflict_do_nothing())
    return db.execute(
        select(Throttle).where(Throttle.key == key).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
