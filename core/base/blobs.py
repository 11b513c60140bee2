"""Photos, snapshots, PDFs and videos: bytes kept by the hash of their content.

What holds personal data is sealed with the tenant's key before it reaches the store; videos are not, so that
they can be served by range.
"""
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.base.crypto import KeyRing

_KEY = re.compile(r"^[a-z]+/[0-9a-f]{2}/[0-9a-f]{64}$")
_WRITERS = 16


class BlobStore(Protocol):
    """Where bytes lie; implementations: a local folder, an S3-compatible bucket."""

    def write(self, key: str, data: bytes) -> None:
        """Keep the bytes; a key that exists already is left as it is."""

    def read(self, key: str) -> bytes:
        """The bytes; raises FileNotFoundError."""

    def size(self, key: str) -> int:
        """How many bytes there are; raises FileNotFoundError."""

    def part(self, key: str, first: int, count: int) -> bytes:
        """Some of the bytes, for serving by range; raises FileNotFoundError."""

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when they are not there."""

    def before(self, kind: str, moment: datetime) -> Iterator[str]:
        """The keys of a kind that were written before a moment."""

    def path(self, key: str) -> Path | None:
        """A local file with these bytes, where there is one (for serving by range)."""


class LocalStore:
    """A folder; a file is visible only when it is whole and on the disk (O5, O11)."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, key: str, data: bytes) -> None:
        target = self._root / key
        if target.exists():
            # Young again: a sweep that comes before this row is committed leaves it.
            os.utime(target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def size(self, key: str) -> int:
        return (self._root / key).stat().st_size

    def part(self, key: str, first: int, count: int) -> bytes:
        with (self._root / key).open("rb") as file:
            file.seek(first)
            return file.read(count)

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)

    def before(self, kind: str, moment: datetime) -> Iterator[str]:
        """Also drops what a killed write left half done before that moment."""
        for file in sorted((self._root / kind).glob("*/*")):
            if file.stat().st_mtime >= moment.timestamp():
                continue
            if file.name.startswith(".new-"):
                file.unlink(missing_ok=True)
            else:
                yield file.relative_to(self._root).as_posix()

    def path(self, key: str) -> Path | None:
        target = self._root / key
        return target if target.exists() else None


class Blobs:
    """One tenant's bytes: `kind/ab/<sha256>`; a key that is not of this form is refused."""

    def __init__(self, store: BlobStore, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys

    def put(self, data: bytes, kind: str, *, sealed: bool = True) -> str:
        """Keep the bytes and return their key; the same bytes of a kind are kept once.

        The name is an HMAC of the content, so that nobody can tell from a listing which picture it is.
        """
        key = self.key_of(data, kind)
        self._store.write(key, self._keys.seal(data) if sealed else data)
        return key

    def put_many(self, many: Sequence[bytes], kind: str) -> list[str]:
        """The keys of all, sealed; written side by side, since each write waits for the disk or the bucket."""
        keys = [self.key_of(data, kind) for data in many]
        with ThreadPoolExecutor(_WRITERS) as pool:
            for _done in pool.map(lambda one: self._store.write(one[0], self._keys.seal(one[1])),
                                  dict(zip(keys, many, strict=True)).items()):
                pass
        return keys

    def key_of(self, data: bytes, kind: str) -> str:
        """The key that `put` would return."""
        digest = hashlib.sha256(self._keys.derive("blob") + data).hexdigest()
        return _checked(f"{kind}/{digest[:2]}/{digest}")

    def get(self, key: str, *, sealed: bool = True) -> bytes:
        """The plain bytes; FileNotFoundError when they were purged or never there."""
        data = self._store.read(_checked(key))
        return self._keys.open(data) if sealed else data

    def size(self, key: str) -> int:
        """The length of an unsealed blob."""
        return self._store.size(_checked(key))

    def part(self, key: str, first: int, count: int) -> bytes:
        """Some bytes of an unsealed blob."""
        return self._store.part(_checked(key), first, count)

    def delete(self, key: str) -> None:
        self._store.delete(_checked(key))

    def before(self, kind: str, moment: datetime) -> Iterator[str]:
        """The keys of a kind that were written before a moment: to find those that no row names."""
        return (key for key in self._store.before(kind, moment) if _KEY.match(key))

    def path(self, key: str) -> Path | None:
        """The local file of an unsealed blob."""
        return self._store.path(_checked(key))


def _checked(key: str) -> str:
    if not _KEY.match(key):
        raise ValueError(f"not a blob key: {key!r}")
    return key
