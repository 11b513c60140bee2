"""Seals the ledger outside the request: each minute the new rows of a tenant become one batch with one root (L16)."""
from collections.abc import Iterable, Sequence

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.base.db import Base, Id, new_id, one_at_a_time
from core.course.leaves import (
    COLUMNS,
    FIRST,
    TABLES,
    VERSION,
    Leaf,
    chunks,
    counts_of,
    first_id,
    floor_ms,
    id_ms,
    leaf_digest,
    pack_leaves,
    root_of,
    unpack_leaves,
)
from core.course.models import SealBatch
from core.tenancy import Ctx

MOST_A_BATCH = 5_000
ACTION = "hours.seal"


def seal_hours(ctx: Ctx, most: int = MOST_A_BATCH) -> SealBatch | None:
    """Seal the rows that no batch holds, oldest ids first, at most so many; None when there are none.

    The root also stands in the trail, so that who rebuilds the batches must rebuild the trail's chain too.
    """
    one_at_a_time(ctx.db, ACTION)
    last = ctx.db.scalar(select(SealBatch).order_by(SealBatch.number.desc()).limit(1))
    leaves = _leaves(ctx.db, sorted(_unsealed(ctx.db, last, most))[:most])
    if not leaves:
        return None
    counts = counts_of(leaves)
    number, before = (last.number + 1, last.root) if last else (1, FIRST)
    horizon = max(id_ms(leaves[-1].id), last.horizon_ms if last else 0)
    batch = SealBatch(number=number, at=ctx.now, version=VERSION, entries=counts[0], segments=counts[1],
                      notes=counts[2], horizon_ms=horizon, before=before, leaves=pack_leaves(leaves),
                      root=root_of(before, number, VERSION, counts, [leaf.digest for leaf in leaves]))
    ctx.db.add(batch)
    ctx.db.flush()
    ctx.record(ACTION, number, root=batch.root, rows=len(leaves))
    return batch


def _unsealed(session: Session, last: SealBatch | None, most: int) -> Iterable[tuple[Id, str]]:
    """Not yet sealed, of each table the oldest. An id of the future (a clock that ran ahead) waits for its time."""
    wall = id_ms(new_id())
    floor = floor_ms(last.horizon_ms, wall) if last else 0
    held = {leaf.id for packed in session.scalars(select(SealBatch.leaves).where(SealBatch.horizon_ms >= floor))
            for leaf in unpack_leaves(packed) or ()}
    for name in TABLES:
        column = Base.metadata.tables[name].c.id
        found = session.scalars(select(column).where(column >= first_id(floor), column < first_id(wall + 1))
                                .order_by(column).limit(most + len(held)))
        yield from ((one, name) for one in found if one not in held)


def _leaves(session: Session, rows: Sequence[tuple[Id, str]]) -> list[Leaf]:
    found = {(name, one): digest for name in TABLES for one, digest in digests(
        session, name, VERSION, [one for one, table in rows if table == name])}
    return [Leaf(name, one, found[name, one]) for one, name in rows]


def digests(session: Session, name: str, version: int, ids: Sequence[Id]) -> Iterable[tuple[Id, bytes]]:
    """The digests of these rows of a table as they stand now; a row that is gone has none."""
    table: Table = Base.metadata.tables[name]
    columns = [table.c[column] for column in COLUMNS[version][name]]
    for piece in chunks(ids):
        for row in session.execute(select(*columns).where(table.c.id.in_(piece))):
            yield row[0], leaf_digest(name, row)
