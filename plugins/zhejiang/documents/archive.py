"""Reading a zip that nobody vouches for: its directory first, then one entry after the other.

Nothing is believed. The directory is read only up to a length, entries must not share bytes (that is what the known
bombs do), and an entry is never unpacked beyond what a picture may have, whatever its header says. Nothing is ever
written under a name from the zip. The standard zipfile reads a directory however long it is.
"""
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_END, _END_SIZE = b"PK\5\6", 22
_FAR, _FAR_SIZE = b"PK\6\7", 20
_FAR_END, _FAR_END_SIZE = b"PK\6\6", 56
_CENTRAL, _CENTRAL_SIZE = b"PK\1\2", 46
_LOCAL, _LOCAL_SIZE = b"PK\3\4", 30
_COMMENT = 65_535
_MOST_DIRECTORY = 24 * 2**20
_SAFE_BYTES, _SAFE_RATIO = 64 * 2**20, 30
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 1 | 1 << 6, 1 << 11
_WIDE, _PATH = 0x0001, 0x7075
_LINK = 0o120000


class Fault(StrEnum):
    """Why a whole zip is not taken, or one entry of it."""

    NOTHING = "nothing"        # no bytes, or no entries
    NOT_ZIP = "not_zip"
    RAR = "rar"                # rar and 7z, which many take for zip
    TRUNCATED = "truncated"
    VOLUMES = "volumes"
    DAMAGED = "damaged"
    ENTRIES = "entries"        # more entries than allowed
    BOMB = "bomb"
    PASSWORD = "password"      # from here on: of one entry
    METHOD = "method"
    LARGE = "large"
    LYING = "lying"
    LINK = "link"
    BROKEN = "broken"


class ArchiveError(Exception):
    """Not taken; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Source(Protocol):
    """Bytes at any place, without the whole in memory."""

    @property
    def size(self) -> int: ...

    def read_at(self, start: int, count: int) -> bytes:
        """So many bytes, or fewer at the end."""


@dataclass(frozen=True)
class Entry:
    """One line of the directory; `name` as it stands there, `better` as Info-ZIP wrote it beside (UTF-8)."""

    name: bytes
    better: bytes
    utf8: bool
    encrypted: bool
    link: bool
    method: int
    crc: int
    packed: int
    size: int
    start: int


def directory(source: Source, most: int) -> list[Entry]:
    """All entries in the order of their bytes. Raises ArchiveError for a zip that is not taken at all."""
    if source.size == 0:
        raise ArchiveError(Fault.NOTHING)
    length, offset, end = _directory_place(source)
    if length > _MOST_DIRECTORY:
        raise ArchiveError(Fault.ENTRIES)
    shift = end - length - offset      # what stands in front of the zip proper
    if length < 0 or shift < 0:
        raise ArchiveError(Fault.TRUNCATED)
    entries = _entries(source.read_at(end - length, length), shift, most)
    if not entries:
        raise ArchiveError(Fault.NOTHING)
    entries.sort(key=lambda one: one.start)
    _check_places(entries, end - length)
    unpacked = sum(one.size for one in entries)
    if unpacked > _SAFE_BYTES and unpacked > _SAFE_RATIO * source.size:
        raise ArchiveError(Fault.BOMB)
    return entries


def _directory_place(source: Source) -> tuple[int, int, int]:
    """Length of the directory, where it says to begin, where it really ends."""
    first = max(0, source.size - _COMMENT - _END_SIZE)
    tail = source.read_at(first, source.size - first)
    at = tail.rfind(_END, 0, max(0, len(tail) - _END_SIZE + len(_END)))
    if at < 0:
        raise ArchiveError(_other_kind(source.read_at(0, 8)))
    disk, begins, _here, _all, length, offset, _comment = struct.unpack_from("<4H2LH", tail, at + 4)
    end = first + at
    far = source.read_at(end - _FAR_SIZE, _FAR_SIZE) if end >= _FAR_SIZE else b""
    if far[:4] == _FAR:
        place = struct.unpack_from("<Q", far, 8)[0]
        record = source.read_at(place, _FAR_END_SIZE) if place < source.size else b""
        if record[:4] != _FAR_END or len(record) < _FAR_END_SIZE:
            raise ArchiveError(Fault.DAMAGED)
        disk, begins = struct.unpack_from("<2L", record, 16)
        length, offset = struct.unpack_from("<2Q", record, 40)
        end = place
    if disk or begins:
        raise ArchiveError(Fault.VOLUMES)
    return length, offset, end


def _other_kind(head: bytes) -> Fault:
    if head.startswith((b"Rar!", b"7z\xbc\xaf")):
        return Fault.RAR
    return Fault.TRUNCATED if head.startswith(b"PK") else Fault.NOT_ZIP


def _entries(data: bytes, shift: int, most: int) -> list[Entry]:
    found: list[Entry] = []
    at = 0
    while at < len(data):
        if data[at:at + 4] != _CENTRAL or at + _CENTRAL_SIZE > len(data):
            raise ArchiveError(Fault.DAMAGED)
        if len(found) == most:
            raise ArchiveError(Fault.ENTRIES)
        (_made, _needed, flags, method, _time, crc, packed, size, names, extras, comments, _disk, _internal,
         external, start) = struct.unpack_from("<4HL3L5H2L", data, at + 4)
        at += _CENTRAL_SIZE
        name, extra = data[at:at + names], _extras(data[at + names:at + names + extras])
        at += names + extras + comments
        size, packed, start = _wide(extra.get(_WIDE, b""), size, packed, start)
        found.append(Entry(name, extra.get(_PATH, b"")[5:], bool(flags & _UTF8), bool(flags & _ENCRYPTED),
                           external >> 16 & 0o170000 == _LINK, method, crc, packed, size, start + shift))
    if at != len(data):
        raise ArchiveError(Fault.DAMAGED)
    return found


def _extras(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, at)
        found.setdefault(kind, data[at + 4:at + 4 + length])
        at += 4 + length
    return found


def _wide(extra: bytes, *values: int) -> tuple[int, int, int]:
    """Numbers beyond 4 GiB stand in the extra field, in this order, each only where 32 bits did not do."""
    found: list[int] = []
    at = 0
    for value in values:
        if value == 0xFFFFFFFF:
            if at + 8 > len(extra):
                raise ArchiveError(Fault.DAMAGED)
            value = struct.unpack_from("<Q", extra, at)[0]
            at += 8
        found.append(value)
    return found[0], found[1], found[2]


def _check_places(entries: Sequence[Entry], end: int) -> None:
    """The bytes of an entry are its own: two that share them are how a small zip holds a huge one."""
    for one, following in zip(entries, [*(other.start for other in entries[1:]), end], strict=True):
        least = one.start + _LOCAL_SIZE + len(one.name) + one.packed
        if one.start < 0 or least > end:
            raise ArchiveError(Fault.TRUNCATED)
        if least > following:
            raise ArchiveError(Fault.BOMB)


def content(source: Source, entry: Entry, most: int) -> bytes:
    """The bytes of one entry, `most` at the utmost. Raises ArchiveError with a fault of that entry."""
    if entry.encrypted:
        raise ArchiveError(Fault.PASSWORD)
    if entry.link:
        raise ArchiveError(Fault.LINK)
    if entry.method not in (_STORED, _DEFLATED):
        raise ArchiveError(Fault.METHOD)
    if entry.size > most:
        raise ArchiveError(Fault.LARGE)
    if entry.packed > entry.size + entry.size // 100 + 1024:
        raise ArchiveError(Fault.LYING)
    head = source.read_at(entry.start, _LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE or head[:4] != _LOCAL:
        raise ArchiveError(Fault.BROKEN)
    names, extras = struct.unpack_from("<2H", head, 26)
    packed = source.read_at(entry.start + _LOCAL_SIZE + names + extras, entry.packed)
    data = packed if entry.method == _STORED else _unpacked(packed, entry.size)
    if len(data) > entry.size:
        raise ArchiveError(Fault.LYING)
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise ArchiveError(Fault.BROKEN)
    return data


def _unpacked(packed: bytes, size: int) -> bytes:
    """At most one byte more than was declared, however much there is."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)
    except zlib.error as error:
        raise ArchiveError(Fault.BROKEN) from error
