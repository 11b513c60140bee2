"""Who did what, when, from where, with which result: one row per deed, sealed in batches.

Each row carries the digest of its own content; `seal` binds the rows since the last seal into one Merkle
root that names the root before it, so that a changed, lost or reordered row is found (C-26, R9).
"""
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, Row, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.db import Base, Id, Retention, one_at_a_time, personal

LONGEST_SUBJECT = 120
LATEST = timedelta(hours=1)
FIRST = "0" * 64
Number = BigInteger().with_variant(Integer(), "sqlite")


class TrailRow(Base):
    __tablename__ = "trail"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
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
    """A seal over the rows after the last seal up to `last`, but for those that were not there yet.

    A number is given when a row is written and not when it is committed, so a lower one may appear after a higher
    one: `missing` says from which number to which there was no row, `late` which rows of earlier gaps this seal holds.
    """

    __tablename__ = "trail_seal"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    first: Mapped[int] = mapped_column(Number)
    last: Mapped[int] = mapped_column(Number)
    rows: Mapped[int] = mapped_column(Integer)
    before: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    missing: Mapped[list[list[int]]] = mapped_column(JSON, default=list, server_default="[]")
    late: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")


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
    """Bind all rows that no seal holds; None when there are none. Runs in a job, outside requests.

    A row that is committed more than LATEST after the seal over its number came in behind the sealing: it is never
    sealed, and `verify` names it.
    """
    one_at_a_time(session, "trail.seal")
    previous = session.scalar(select(TrailSeal).order_by(TrailSeal.seq.desc()).limit(1))
    after, before = (previous.last, previous.root) if previous else (0, FIRST)
    late = _came_late(session, now)
    new = session.execute(select(TrailRow.seq, TrailRow.digest).where(TrailRow.seq > after)
                          .order_by(TrailRow.seq)).all()
    rows = [*late, *new]
    if not rows:
        return None
    sealed = TrailSeal(at=now, first=rows[0].seq, last=new[-1].seq if new else after, rows=len(rows), before=before,
                       root=merkle_root([before, *(row.digest for row in rows)]), late=[row.seq for row in late],
                       missing=_spans(after, [row.seq for row in new]))
    session.add(sealed)
    return sealed


def _spans(after: int, present: list[int]) -> list[list[int]]:
    """From which number to which there is none between `after` and the last one."""
    return [[one + 1, other - 1] for one, other in zip([after, *present], present, strict=False) if other > one + 1]


def _came_late(session: Session, now: datetime) -> list[Row[int, str]]:
    """Rows in the gaps of seals of the last while that no seal holds yet."""
    recent = session.execute(select(TrailSeal.missing, TrailSeal.late).where(TrailSeal.at > now - LATEST)).all()
    gaps = [span for missing, _late in recent for span in missing]
    if not gaps:
        return []
    held = {one for _missing, late in recent for one in late}
    found = session.execute(select(TrailRow.seq, TrailRow.digest).where(
        or_(*(TrailRow.seq.between(first, last) for first, last in gaps))).order_by(TrailRow.seq))
    return [row for row in found if row.seq not in held]


@dataclass(frozen=True)
class Verdict:
    """Result of `verify`: `broken_at` names the first row or seal that does not agree, `unsealed` the open tail."""

    rows: int
    unsealed: int
    broken_at: str | None


def verify(session: Session) -> Verdict:
    """Recompute every digest and root, in one walk along the numbers."""
    total = session.scalar(select(func.count()).select_from(TrailRow)) or 0
    seals = session.execute(select(TrailSeal.seq, TrailSeal.at, TrailSeal.last, TrailSeal.rows, TrailSeal.before,
                                   TrailSeal.root, TrailSeal.missing, TrailSeal.late).order_by(TrailSeal.seq)).all()
    walk = _Walk(seals)
    for row in session.scalars(select(TrailRow).order_by(TrailRow.seq).execution_options(yield_per=500)):
        if broken := walk.up_to(row.seq) or walk.take(row):
            return Verdict(total, walk.unsealed, broken)
    return Verdict(total, walk.unsealed, walk.up_to(None))


class _Walk:
    """The rows come in the order of their numbers; each belongs to the seal at hand, to a later one, or to none."""

    def __init__(self, seals: Sequence[Any]) -> None:
        self._seals, self._at, self._before = seals, 0, FIRST
        self._held_by = {one: number for number, sealed in enumerate(seals) for one in sealed.late}
        self._digests: dict[int, list[str]] = defaultdict(list)
        self.unsealed = 0

    def up_to(self, seq: int | None) -> str | None:
        """Close the seals that end before this number, all of them for None; the first that does not agree."""
        while self._at < len(self._seals) and (seq is None or seq > self._seals[self._at].last):
            sealed, digests = self._seals[self._at], self._digests.pop(self._at, [])
            root = merkle_root([self._before, *digests])
            if (sealed.before, sealed.root, sealed.rows) != (self._before, root, len(digests)):
                return f"seal {sealed.seq}"
            self._before, self._at = sealed.root, self._at + 1
        return None

    def take(self, row: TrailRow) -> str | None:
        """The row where it was touched, or came in behind the sealing."""
        if row.digest != _deed_of(row).digest():
            return f"trail {row.seq}"
        number = self._held_by.get(row.seq, self._at)
        if number < len(self._seals) and (number != self._at or not self._in_gap(row.seq)):
            self._digests[number].append(row.digest)
            return None
        self.unsealed += 1
        lost = number < len(self._seals) and self._seals[number].at <= self._seals[-1].at - LATEST
        return f"trail {row.seq}" if lost else None

    def _in_gap(self, seq: int) -> bool:
        return any(first <= seq <= last for first, last in self._seals[self._at].missing)


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
