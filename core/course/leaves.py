"""What a seal is made of: a row as bytes that are the same on every database, leaves, tree and chain. Pure.

As in RFC 6962 a leaf and a node are hashed under different first bytes, so that no node can pass for a row.
"""
import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.base.db import Id

TABLES = ("hour_entry", "segment", "hour_note")
VERSION = 2
_FIRST_COLUMNS: dict[str, tuple[str, ...]] = {
    "hour_entry": ("id", "person_id", "enrollment_id", "lesson_id", "part", "kind", "slots", "slot", "segment_id",
                   "answers_id", "note_id", "at"),
    "segment": ("id", "lease_id", "enrollment_id", "lesson_id", "from_ms", "to_ms", "pos_from_ms", "pos_to_ms", "slot",
                "slots"),
    "hour_note": ("id", "enrollment_id", "kind", "ground", "reason", "by_account", "round", "at"),
}
COLUMNS = {1: _FIRST_COLUMNS, 2: {**_FIRST_COLUMNS, "segment": (*_FIRST_COLUMNS["segment"], "late")}}
"""Which columns a seal of each version covers. A new column makes a new version: old seals stay as they are."""
FIRST = "0" * 64
"""What stands in place of the root before the first batch."""
WINDOW_MS = 3_600_000
"""A row may be committed so much later than its id was made; an older one was put in behind the sealing."""
_RECORD = 1 + 16 + 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row in a batch: which, and the digest of all its columns."""

    table: str
    id: Id
    digest: bytes


def _plain(value: Any) -> str:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"no canonical form for {value!r}")


_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def leaf_digest(table: str, values: Sequence[Any]) -> bytes:
    """The digest of one row; `values` in the order of `COLUMNS`."""
    return hashlib.sha256(b"\0" + _canonical([table, *values]).encode()).digest()


def tree(digests: Sequence[bytes]) -> bytes:
    """The root over leaves; an odd node is carried up unchanged."""
    level = list(digests) or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def root_of(before: str, number: int, version: int, counts: Sequence[int], digests: Sequence[bytes]) -> str:
    """The root of a batch: of its rows, its number and size, and of the root before it."""
    head = _canonical([before, number, version, list(counts)]).encode()
    return hashlib.sha256(b"\2" + head + tree(digests)).hexdigest()


def pack_leaves(leaves: Iterable[Leaf]) -> bytes:
    """49 bytes a row."""
    return b"".join(bytes([TABLES.index(leaf.table)]) + leaf.id.bytes + leaf.digest for leaf in leaves)


def unpack_leaves(packed: bytes) -> list[Leaf] | None:
    """The leaves of a batch; None for bytes that `pack_leaves` never wrote."""
    records = [packed[at:at + _RECORD] for at in range(0, len(packed), _RECORD)]
    if any(len(one) != _RECORD or one[0] >= len(TABLES) for one in records):
        return None
    return [Leaf(TABLES[one[0]], Id(bytes=one[1:17]), one[17:]) for one in records]


def counts_of(leaves: Iterable[Leaf]) -> tuple[int, ...]:
    """How many rows of each table."""
    found = [leaf.table for leaf in leaves]
    return tuple(found.count(table) for table in TABLES)


def id_ms(of: Id) -> int:
    """The moment in a UUIDv7, by the server's wall clock."""
    return of.int >> 80


def first_id(at_ms: int) -> Id:
    """The least id that a moment can have."""
    return Id(int=max(at_ms, 0) << 80)


def floor_ms(horizon_ms: int, wall_ms: int) -> int:
    """Rows with older ids than this are never sealed any more. A wall clock that once ran ahead shuts nobody out."""
    return min(horizon_ms, wall_ms) - WINDOW_MS


def chunks(ids: Sequence[Id], size: int = 1000) -> Iterable[list[Id]]:
    """The ids in pieces that every database takes as parameters."""
    return (list(ids[at:at + size]) for at in range(0, len(ids), size))
