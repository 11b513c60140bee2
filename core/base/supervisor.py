"""Keeps a handful of processes alive under one command; knows processes, not what they do.

Issue 2 (Jobs): redis killed is back in under 2.5 s while the web stays up, and a supervisor that is SIGKILLed
leaves nothing alive (PDEATHSIG). A library was looked for: honcho stops everything when one child stops, and
circus and supervisor know no tie to the parent's death.
"""
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from core.base.process import die_with_parent

Ready = Callable[[], Awaitable[bool]]
Say = Callable[[str, str], None]

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 30.0
_STEADY_SECONDS = 30.0
_READY_POLL_SECONDS = 0.05
_LAST_WORDS_SECONDS = 0.5
_LONGEST_LINE = 1 << 20


async def always_ready() -> bool:
    """For children that nobody waits for."""
    return True


async def never_ready() -> bool:
    """For children that run once: only their end counts."""
    return False


@dataclass(frozen=True)
class Child:
    """One process to keep alive. `ready` says whether it answers; the next child starts only then.

    Without a `vital` child the others go on: it is started again and again beside them. A child that runs `once`
    is ready when it has ended with status 0.
    """

    name: str
    argv: Sequence[str]
    ready: Ready = always_ready
    ready_seconds: float = 30.0
    vital: bool = True
    once: bool = False
    stop_seconds: float = 10.0
    env: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] | None = None


class ChildFailed(RuntimeError):
    """A child did not become ready in its time; the sentence names it."""


def backoff(failures: int) -> float:
    """Seconds to wait before the next start, after that many short lives in a row; the first costs none."""
    return min(_FIRST_DELAY * 2 ** min(failures, 16), _LONGEST_DELAY) if failures > 1 else 0.0


def print_line(name: str, line: str) -> None:
    """The default output: the child's name before each of its lines."""
    sys.stdout.write(f"{name:>9} │ {line}\n")
    sys.stdout.flush()


class Supervisor:
    """Starts children in order, restarts each that ends, stops them in reverse order."""

    def __init__(self, children: Sequence[Child], say: Say = print_line) -> None:
        self._children = list(children)
        self._say = say
        self._alive: dict[str, subprocess.Popen[bytes]] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    def pid(self, name: str) -> int | None:
        """The pid of a child that is alive now."""
        process = self._alive.get(name)
        return process.pid if process else None

    async def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Runs until SIGTERM or SIGINT (or `stop`). Raises ChildFailed when a first start fails."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            for child in self._children:
                if self._stopping.is_set():
                    break
                self._keepers[child.name] = asyncio.create_task(self._keep(child))
                await self._wait_ready(child)
            if on_ready is not None and not self._stopping.is_set():
                on_ready()
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await self._stop_all()

    def stop(self) -> None:
        """Ends `run` as a SIGTERM would."""
        self._stopping.set()

    async def _wait_ready(self, child: Child) -> None:
        deadline = time.monotonic() + child.ready_seconds
        while child.ready is not always_ready and not self._stopping.is_set():
            keeper = self._keepers[child.name]
            if keeper.done():
                return keeper.result()  # ran once; or could not be started at all, which is told here
            if child.name in self._alive and await child.ready():
                return
            if time.monotonic() > deadline:
                late = f"{child.name} did not answer within {child.ready_seconds:.0f} s; its output is above"
                if child.vital:
                    raise ChildFailed(f"{late}.")
                self._say(child.name, f"{late}; the others go on")
                return
            await asyncio.sleep(_READY_POLL_SECONDS)

    async def _keep(self, child: Child) -> None:
        failures = 0
        while not self._stopping.is_set():
            if child.before_start is not None:
                child.before_start()
            started = time.monotonic()
            process = _start(child)
            self._alive[child.name] = process
            output = asyncio.create_task(self._relay_output(child.name, process))
            await _ended(process.pid)
            code = process.wait()
            del self._alive[child.name]
            _kill_group(process.pid)
            await asyncio.wait({output}, timeout=_LAST_WORDS_SECONDS)
            output.cancel()
            if self._stopping.is_set() or child.once and code == 0:
                return
            failures = 0 if time.monotonic() - started > _STEADY_SECONDS else failures + 1
            delay = backoff(failures)
            self._say(child.name, f"ended ({_how(code)}); starting again in {delay:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def _relay_output(self, name: str, process: subprocess.Popen[bytes]) -> None:
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            partial(asyncio.StreamReaderProtocol, reader), process.stdout
        )
        try:
            while True:
                try:
                    line = await reader.readline()
                except ValueError:
                    continue  # longer than the limit: dropped, the child goes on
                if not line:
                    return
                self._say(name, line.decode("utf-8", "replace").rstrip("\n"))
        finally:
            transport.close()

    async def _stop_all(self) -> None:
        for child in reversed(self._children):
            keeper, process = self._keepers.get(child.name), self._alive.get(child.name)
            if keeper is None:
                continue
            if process is not None:
                process.terminate()
            done, _ = await asyncio.wait({keeper}, timeout=child.stop_seconds)
            if not done and process is not None:
                self._say(child.name, f"did not end within {child.stop_seconds:.0f} s; killed")
                process.kill()
                await asyncio.wait({keeper}, timeout=_LAST_WORDS_SECONDS * 2)
            keeper.cancel()


def _start(child: Child) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches the supervisor alone and the order of stopping is ours.
    return subprocess.Popen(
        child.argv,
        env={**os.environ, **child.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )


async def _ended(pid: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    handle = os.pidfd_open(pid)
    loop.add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _kill_group(pid: int) -> None:
    """What the child left behind in its session (an orphaned web worker would hold the port)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
