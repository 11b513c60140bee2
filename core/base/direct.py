"""For the one statement that must cost little: a driver's connection beside the pool, and group commit over it.

Bounded by its nature: one connection of a process to a tenant's database, whatever the number of threads. Who comes
while a batch is made durable is in the next one.
"""
import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from sqlalchemy import Engine

Item = TypeVar("Item")
LOCK_MS = 500
"""Who waits for a row that somebody holds makes all who come after wait too."""

log = logging.getLogger("jianxue")


class Direct:
    """A connection of the engine's driver, set up as the engine sets up its own, in autocommit.

    For one thread at a time. Opened at first use, and anew after `drop`; a forked child opens its own.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._connection: Any = None
        _all.add(self)

    def connection(self) -> Any:
        if self._connection is None:
            opened = self._engine().raw_connection()
            self._connection = opened.driver_connection
            opened.detach()
            if self._engine().dialect.name == "postgresql":
                self._connection.autocommit = True
                self._connection.execute(f"SET lock_timeout = {LOCK_MS}")
        return self._connection

    def drop(self) -> None:
        """Give it back: the tenant closes, or it answered with an error and may be broken."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """In a forked child: the connection is the parent's, and stays open for it."""
        if self._connection is not None:
            _inherited.append(self._connection)
        self._connection = None


class Together(Generic[Item]):
    """Group commit: `write` makes a batch durable at once and says of each item whether it was taken.

    There is no thread for it: whoever gets the lock writes for all who wait. When `write` fails, the log says so once,
    and nothing of the batch counts as taken: each finds out on the way that it goes next.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[bool]]) -> None:
        self._write = write
        self._writing = Lock()
        self._waiting: deque[_Waiting[Item]] = deque()

    def add(self, item: Item) -> bool:
        """Whether it was taken, once that is durable."""
        mine = _Waiting(item)
        self._waiting.append(mine)
        with self._writing:
            if not mine.done:
                self._take_all()
        return mine.taken

    def _take_all(self) -> None:
        batch: list[_Waiting[Item]] = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        try:
            for one, taken in zip(batch, self._write([one.item for one in batch]), strict=True):
                one.taken = taken
        except Exception:
            log.exception("a batch of %s was not written", len(batch))
        finally:
            for one in batch:
                one.done = True


class _Waiting(Generic[Item]):
    __slots__ = ("item", "taken", "done")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.taken = False
        self.done = False


_all: "WeakSet[Direct]" = WeakSet()
_inherited: list[Any] = []


def _forget() -> None:
    for direct in list(_all):
        direct.forget()


os.register_at_fork(after_in_child=_forget)
