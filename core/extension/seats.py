"""How many threads of a process may be inside one tenant's plugins at once: a plugin that hangs holds half of the
threads at most, and the other tenants are served by the rest (O14).

Who comes when all seats are taken waits a moment, since a plugin that is merely busy gives one back soon; when somebody
has sat there for longer than that, the answer is no at once.
"""
import time
from threading import Condition, Lock, get_ident

SLOW_SECONDS = 0.5
"""A plugin's call that takes longer is named in the log; nobody waits longer for a seat."""


class Seats:
    """The seats of one tenant in this process."""

    def __init__(self, count: int, patience: float = SLOW_SECONDS) -> None:
        self._count = count
        self._patience = patience
        self._since: dict[int, float] = {}
        self._deeper: dict[int, int] = {}
        self._lock = Lock()
        self._left = Condition(self._lock)
        self._waiting = 0

    def enter(self, now: float) -> bool:
        """Take a seat; False when there is none. A thread that has one already (a plugin's page asks a hook) sits
        deeper on it. `now` is of the monotonic clock."""
        me = get_ident()
        if me in self._since:
            self._deeper[me] = self._deeper.get(me, 0) + 1
            return True
        with self._lock:
            if len(self._since) >= self._count and not self._wait(now):
                return False
            self._since[me] = now
        return True

    def leave(self) -> None:
        me = get_ident()
        if deeper := self._deeper.pop(me, 0):
            if deeper > 1:
                self._deeper[me] = deeper - 1
            return
        with self._lock:
            del self._since[me]
            if self._waiting:
                self._left.notify()

    def _wait(self, began: float) -> bool:
        while len(self._since) >= self._count:
            left = min((began, *self._since.values())) + self._patience - time.monotonic()
            if left <= 0:
                return False
            self._waiting += 1
            self._left.wait(left)
            self._waiting -= 1
        return True
