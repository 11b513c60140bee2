"""For the one statement that must cost little: a driver's connection beside the pool, and group commit over it.

Bounded by its nature: one connection of a process to a tenant's database, whatever the number of threads. Who comes
while a batch is made durable is in the next one.
"""
import logging
import os
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
        self._used = False
        _all.add(self)

    def connection(self) -> Any:
        if self._connection is None:
            self._used = False
            opened = self._engine().raw_connection()
            self._connection = opened.driver_connection
            opened.detach()
            if self._engine().dialect.name == "postgresql":
                self._connection.autocommit = True
                self._connection.execute(f"SET lock_timeout = {LOCK_MS}")
                # The few statements here look rows up by key: planning them anew would cost more than running them.
                self._connection.execute("SET plan_cache_mode = force_generic_plan")
        return self._connection

    def fresh(self) -> bool:
        """Once for each connection: whether what a connection needs is still to be prepared."""
        fresh, self._used = not self._used, True
        return fresh

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

    There is no thread for it: who comes when nobody writes leads, and writes for all who wait by then; the next leader
    begins before the followers wake. When `write` fails, the log says so once, and nothing of the batch counts as
    taken: each finds out on the way that it goes next.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[bool]]) -> None:
        self._write = write
        self._changing = Lock()
        self._waiting: list[_Waiting[Item]] = []
        self._led = False

    def add(self, item: Item) -> bool:
        """Whether it was taken, once that is durable."""
        mine = _Waiting(item)
        with self._changing:
            self._waiting.append(mine)
            lead, self._led = not self._led, True
        if not lead:
            mine.wake.acquire()
        if not mine.done:
            self._lead(mine)
        return mine.taken

    def _lead(self, leader: "_Waiting[Item]") -> None:
        with self._changing:
            batch, self._waiting = self._waiting, []
        try:
            for one, taken in zip(batch, self._write([one.item for one in batch]), strict=True):
                one.taken = taken
        except Exception:
            log.exception("a batch of %s was not written", len(batch))
        finally:
            with self._changing:
                self._led = bool(self._waiting)
                following = self._waiting[0] if self._led else None
            if following is not None:
                following.wake.release()
            for one in batch:
                one.done = True
                if one is not leader:
                    one.wake.release()


class _Waiting(Generic[Item]):
    """`wake` is let go once: when the item is done, or when whose it is shall lead."""

    __slots__ = ("item", "taken", "done", "wake")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.taken = False
        self.done = False
        self.wake = Lock()
        self.wake.acquire()


_all: "WeakSet[Direct]" = WeakSet()
_inherited: list[Any] = []


def _forget() -> None:
    for direct in list(_all):
        direct.forget()


os.register_at_fork(after_in_child=_forget)
