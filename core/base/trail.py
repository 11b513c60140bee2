"""Who did what, when, from where, with which result: one row per deed, sealed in batches.

Each row carries the digest of its own content; `seal` binds the rows since the last seal into one Merkle
root that names the root before it, so that a changed, lost or reordered row is found (C-26, R9).
"""
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.db import Base, Id, Retention, one_at_a_time, personal

LONGEST_SUBJECT = 120
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class TrailRow(Base):
    __tablename__ = "trail"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(120), index=True)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), index=True)
    actor: Mapped[str] = mapped_column(String(60), index=True)
    roles: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(60), info=personal(Retention.SECURITY))
    result: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))


class TrailSeal(Base):
    __tablename__ = "trail_seal"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    first: Mapped[int] = mapped_column(Sequence)
    last: Mapped[int] = mapped_column(Sequence)
    rows: Mapped[int] = mapped_column(Integer)
    before: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Deed:
    """What is recorded; `detail` holds plain JSON values and never a full ID number or phone."""

    at: datetime
    action: str
    subject: str
    actor: str
    roles: str
    address: str | None
    result: str
    detail: Mapping[str, Any]

    def digest(self) -> str:
        parts = [self.at.isoformat(), self.action, self.subject, self.actor, self.roles, self.address,
                 self.result, self.detail]
        canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()


def record(session: Session, deed: Deed) -> None:
    """Add the deed to the caller's transaction."""
    session.add(TrailRow(at=deed.at, action=deed.action, subject=deed.subject, actor=deed.actor, roles=deed.roles,
                         address=deed.address, result=deed.result,
                         detail=json.loads(json.dumps(dict(deed.detail), default=str)), digest=deed.digest()))


def merkle_root(leaves: list[str]) -> str:
    """Root over hex digests; an odd leaf is carried up unchanged."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    level = leaves
    while len(level) > 1:
        pairs = [hashlib.sha256((a + b).encode()).hexdigest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def seal(session: Session, *, now: datetime) -> TrailSeal | None:
    """Bind all rows since the last seal; None when there are none. Runs in a job, outside requests."""
    one_at_a_time(session, "trail.seal")
    previous = session.scalar(select(TrailSeal).order_by(TrailSeal.seq.desc()).limit(1))
    after = previous.last if previous else 0
    rows = session.execute(select(TrailRow.seq, TrailRow.digest).where(TrailRow.seq > after)
                           .order_by(TrailRow.seq)).all()
    if not rows:
        return None
    before = previous.root if previous else "0" * 64
    sealed = TrailSeal(at=now, first=rows[0].seq, last=rows[-1].seq, rows=len(rows), before=before,
                       root=merkle_root([before, *(row.digest for row in rows)]))
    session.add(sealed)
    return sealed


@dataclass(frozen=True)
class Verdict:
    """Result of `verify`: `broken_at` names the first row or seal that does not agree, `unsealed` the open tail."""

    rows: int
    unsealed: int
    broken_at: str | None


def verify(session: Session) -> Verdict:
    """Recompute every digest and root."""
    total = session.scalar(select(func.count()).select_from(TrailRow)) or 0
    before = "0" * 64
    last = 0
    for sealed in session.scalars(select(TrailSeal).order_by(TrailSeal.seq)):
        rows = session.scalars(select(TrailRow).where(TrailRow.seq > last, TrailRow.seq <= sealed.last)
                               .order_by(TrailRow.seq)).all()
        for row in rows:
            if row.digest != _deed_of(row).digest():
                return Verdict(total, 0, f"trail {row.seq}")
        root = merkle_root([before, *(row.digest for row in rows)])
        if sealed.before != before or sealed.root != root or sealed.rows != len(rows):
            return Verdict(total, 0, f"seal {sealed.seq}")
        before, last = sealed.root, sealed.last
    open_rows = session.scalars(select(TrailRow).where(TrailRow.seq > last).order_by(TrailRow.seq)).all()
    for row in open_rows:
        if row.digest != _deed_of(row).digest():
            return Verdict(total, len(open_rows), f"trail {row.seq}")
    return Verdict(total, len(open_rows), None)


def deeds_of(session: Session, action: str) -> Iterator[tuple[Deed, bool]]:
    """Every deed of one kind in its order, and whether it still is what was recorded."""
    for row in session.scalars(select(TrailRow).where(TrailRow.action == action).order_by(TrailRow.seq)
                               .execution_options(yield_per=500)):
        deed = _deed_of(row)
        yield deed, deed.digest() == row.digest


def _deed_of(row: TrailRow) -> Deed:
    return Deed(row.at, row.action, row.subject, row.actor, row.roles, row.address, row.result, row.detail)


def actor_label(account_id: Id | None) -> str:
    return str(account_id) if account_id else "-"
