"""The same face under two ID numbers (L13). New descriptors are compared with all others of the tenant, some
minutes' enrolments in one pass, by a worker; what is found is for a human, and the trainee hears nothing of it."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from flask_babel import gettext as _
from numpy.typing import NDArray
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Forbidden
from core.presence.matching import LENGTH, unpacked
from core.presence.models import FaceDuplicate, FaceTemplate
from core.presence.queries import mean_vector
from core.presence.reviewing import settle
from core.presence.states import DUPLICATE_MOVES, ReviewState
from core.tenancy import Ctx, Role

SEARCH = "presence.duplicates"
_GATHERED = 600
_FRESH = 500
_CHUNK = 4096
_EACH = 3
Matrix = NDArray[np.float32]


class Near(NamedTuple):
    """Row of the one matrix, row of the other, and how far apart they are."""

    one: int
    other: int
    euclid: float
    cosine: float | None


@dataclass(frozen=True)
class Pair:
    """Two persons with similar faces, the smaller id first."""

    one: Id
    other: Id
    euclid: float
    cosine: float | None


def near(some: Matrix, others: Matrix, mean: Matrix | None, euclid: float, cosine: float) -> list[Near]:
    """Descriptors no farther apart than both thresholds; by E alone while there is no mean."""
    squares = (some ** 2).sum(1)[:, None] + (others ** 2).sum(1)[None] - 2 * some @ others.T
    apart = np.sqrt(np.maximum(squares, 0))
    close = apart <= euclid
    angles = None if mean is None else 1 - _directions(some, mean) @ _directions(others, mean).T
    if angles is not None:
        close &= angles <= cosine
    return [Near(int(i), int(j), float(apart[i, j]), None if angles is None else float(angles[i, j]))
            for i, j in np.argwhere(close)]


def _directions(rows: Matrix, mean: Matrix) -> Matrix:
    centred = rows - mean
    directions: Matrix = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return directions


def search_soon(ctx: Ctx) -> None:
    """After this descriptor's commit; all enrolments of ten minutes share one search."""
    turn = int(ctx.now.timestamp()) // _GATHERED + 1
    ctx.enqueue(SEARCH, {}, key=f"{SEARCH}:{turn}", not_before=datetime.fromtimestamp(turn * _GATHERED, UTC))


def search(ctx: Ctx) -> int:
    """Compare the descriptors that were not compared yet with all others; how many pairs were new. A tenant
    switches it off by a threshold of 0."""
    limit = ctx.rules().presence.duplicate_euclid
    fresh = ctx.db.scalars(select(FaceTemplate).where(FaceTemplate.searched_at.is_(None))
                           .order_by(FaceTemplate.id).limit(_FRESH)).all()
    if not fresh:
        return 0
    found = _kept(ctx, _nearest(_pairs(ctx, fresh))) if limit > 0 else 0
    for template in fresh:
        template.searched_at = ctx.now
    if len(fresh) == _FRESH:
        ctx.enqueue(SEARCH, {})
    return found


def _pairs(ctx: Ctx, fresh: Sequence[FaceTemplate]) -> Iterator[Pair]:
    rules, packed_mean = ctx.rules().presence, mean_vector(ctx)
    mean = None if packed_mean is None else unpacked(packed_mean).astype(np.float32)
    some = matrix([template.vector for template in fresh])
    for ids, others in templates(ctx):
        for one, other, euclid, cosine in near(some, others, mean, rules.duplicate_euclid, rules.duplicate_cosine):
            first, second = sorted((fresh[one].person_id, ids[other]))
            if first != second:
                yield Pair(first, second, round(euclid, 4), None if cosine is None else round(cosine, 4))


def templates(ctx: Ctx) -> Iterator[tuple[list[Id], Matrix]]:
    """All descriptors of the tenant in parts, with their persons: a hundred thousand are never held at once."""
    rows = ctx.db.execute(select(FaceTemplate.person_id, FaceTemplate.vector).order_by(FaceTemplate.id)
                          .execution_options(yield_per=_CHUNK))
    for part in rows.partitions():
        yield [row.person_id for row in part], matrix([row.vector for row in part])


def matrix(vectors: Sequence[bytes]) -> Matrix:
    """Packed descriptors as rows."""
    rows: Matrix = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(-1, LENGTH)
    return rows


def _nearest(pairs: Iterator[Pair]) -> list[Pair]:
    """Of each person only the few nearest: a face like many must not fill the list."""
    count: dict[Id, int] = {}
    kept: dict[tuple[Id, Id], Pair] = {}
    for pair in sorted(pairs, key=lambda one: one.euclid):
        if (pair.one, pair.other) in kept or max(count.get(pair.one, 0), count.get(pair.other, 0)) >= _EACH:
            continue
        kept[pair.one, pair.other] = pair
        for person in (pair.one, pair.other):
            count[person] = count.get(person, 0) + 1
    return list(kept.values())


def _kept(ctx: Ctx, pairs: Sequence[Pair]) -> int:
    """Write what nobody has seen yet; a pair that was decided is decided for ever."""
    new = [pair for pair in pairs if ctx.db.scalar(select(FaceDuplicate.id).where(
        FaceDuplicate.one_id == pair.one, FaceDuplicate.other_id == pair.other)) is None]
    for pair in new:
        ctx.db.add(FaceDuplicate(one_id=pair.one, other_id=pair.other, euclid=pair.euclid, cosine=pair.cosine,
                                 found_at=ctx.now, state=ReviewState.OPEN))
    return len(new)


def decide_duplicate(ctx: Ctx, row: FaceDuplicate, state: ReviewState, note: str) -> None:
    """Same person: the administrator sees to it. Two people (twins, look-alikes): never shown again. Settled:
    the administrator has seen to it, and says how."""
    if state is ReviewState.SETTLED and Role.ADMINISTRATOR not in ctx.actor.roles:
        raise Forbidden("administrator", _("请管理员处理：两个账号是同一个人时，由管理员核实并写明结果。"))
    settle(ctx, row, state, DUPLICATE_MOVES, note, owners=(row.one_id, row.other_id))
    ctx.record("presence.duplicate", row.id, state=state.value)
