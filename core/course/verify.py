"""Does the ledger stand as it was sealed? Leaves, roots, chain and trail are worked out again (L16, C-01)."""
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.db import Base, Id, new_id
from core.base.trail import deeds_of
from core.base.trail import verify as verify_trail
from core.course.leaves import (
    COLUMNS,
    FIRST,
    TABLES,
    Leaf,
    counts_of,
    first_id,
    floor_ms,
    id_ms,
    root_of,
    unpack_leaves,
)
from core.course.models import SealBatch
from core.course.sealing import ACTION, digests

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Finding:
    """Where something is not as it was sealed (`hour_entry <id>`, `batch <number>`), and what."""

    where: str
    what: str


@dataclass(frozen=True)
class Verified:
    """How much was checked; what is not sealed yet; the findings, by batch, then rows that were put in."""

    batches: int
    rows: int
    unsealed: int
    findings: tuple[Finding, ...]


TOUCHED = "changed since it was sealed (one digest covers all columns: which of them cannot be known)"
GONE = "sealed, and gone from the table"
ADDED = "put in after the rows of its time had been sealed"


@dataclass
class _Walk:
    """What has been met on the way through the batches; `trail` holds the root of each, None where it was touched."""

    trail: dict[str, str | None]
    number: int = 0
    root: str = FIRST
    horizon: int = 0
    rows: int = 0
    found: int = 0


def verify_hours(session: Session) -> Verified:
    """All batches in order, then what no batch holds. Reads only."""
    walk = _Walk({deed.subject: str(deed.detail.get("root")) if whole else None
                  for deed, whole in deeds_of(session, ACTION)})
    findings: list[Finding] = []
    waiting: list[tuple[int, Leaf]] = []
    batches = 0
    for batch in session.scalars(select(SealBatch).order_by(SealBatch.number).execution_options(yield_per=500)):
        leaves = unpack_leaves(batch.leaves) or []
        agrees = batch.version in COLUMNS and batch.root == root_of(
            batch.before, batch.number, batch.version, counts_of(leaves), [leaf.digest for leaf in leaves])
        findings += _seal(walk, batch, agrees and counts_of(leaves) == (batch.entries, batch.segments, batch.notes))
        # Where the leaves themselves are in doubt they accuse no row.
        waiting += [(batch.version, leaf) for leaf in leaves if agrees]
        batches += 1
        walk.number, walk.root, walk.horizon = batch.number, batch.root, batch.horizon_ms
        walk.rows += len(leaves)
        if len(waiting) >= _AT_ONCE:
            findings += _rows(session, walk, waiting)
            waiting = []
    findings += _rows(session, walk, waiting)
    findings += [Finding(f"batch {subject}", "its root is in the trail, and it is gone") for subject in walk.trail]
    unsealed, added = _outside(session, walk)
    broken = verify_trail(session).broken_at
    told = [Finding(broken, "the trail does not stand as it was sealed from here on")] if broken else []
    return Verified(batches, walk.rows, unsealed, (*findings, *added, *told))


def _seal(walk: _Walk, batch: SealBatch, agrees: bool) -> Iterator[Finding]:
    where = f"batch {batch.number}"
    if not agrees:
        yield Finding(where, "its leaves, counts and root do not agree; its rows cannot be judged one by one")
    if (batch.number, batch.before) != (walk.number + 1, walk.root):
        yield Finding(where, f"does not follow batch {walk.number}: the chain is broken")
    told = walk.trail.pop(str(batch.number), "")
    if told is None:
        yield Finding(where, "its row in the trail was changed")
    elif told != batch.root:
        yield Finding(where, "the trail holds another root for it" if told else "the trail knows nothing of it")


def _rows(session: Session, walk: _Walk, waiting: list[tuple[int, Leaf]]) -> Iterator[Finding]:
    for version in {version for version, _leaf in waiting}:
        mine = [leaf for of, leaf in waiting if of == version]
        now = {(name, one): digest for name in TABLES for one, digest in digests(
            session, name, version, [leaf.id for leaf in mine if leaf.table == name])}
        walk.found += len(now)
        for leaf in mine:
            digest = now.get((leaf.table, leaf.id))
            if digest != leaf.digest:
                yield Finding(f"{leaf.table} {leaf.id}", GONE if digest is None else TOUCHED)


def _outside(session: Session, walk: _Walk) -> tuple[int, list[Finding]]:
    """How many rows wait for the next batch, and those that came behind the sealing.

    The rows are counted first, and looked for one by one only if the count is not that of the sealed ones.
    """
    tables = {name: Base.metadata.tables[name] for name in TABLES}
    there = sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables.values())
    if there == walk.found:
        return 0, []
    sealed = {leaf.id for packed in session.scalars(select(SealBatch.leaves).execution_options(yield_per=500))
              for leaf in unpack_leaves(packed) or ()}
    floor = first_id(floor_ms(walk.horizon, id_ms(new_id()))) if walk.horizon else Id(int=0)
    outside = [(name, one) for name, table in tables.items()
               for one in session.scalars(select(table.c.id).order_by(table.c.id)) if one not in sealed]
    added = [Finding(f"{name} {one}", ADDED) for name, one in outside if one < floor]
    return len(outside) - len(added), added
