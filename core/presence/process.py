"""The face process: `python -m core.presence.process --socket PATH [--workers N]`.

Models load first, then the workers fork, so they share the pages. Each worker serves a socket of its own
(PATH, PATH.1, …): a sitting stays with the worker that began it. A worker may be killed by its own limits
(memory, 12 s for one question) or crash in a decoder; it is forked anew and nobody else notices.
The line `face process ready` is printed once all sockets listen."""
import contextlib
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import click

from core.base.process import die_with_parent
from core.presence.engine import DlibEngine
from core.presence.handler import Handler, warm
from core.presence.wire import BadMessage, Message, receive, send

log = logging.getLogger("jianxue.faces")
_READ_SECONDS = 3.0
_WORK_SECONDS = 12.0
_MEMORY = 512 * 1024 * 1024
_ENDINGS = (signal.SIGTERM, signal.SIGINT)


def serve(listener: socket.socket, handler: Handler) -> None:
    """Answer one connection after the other, for ever. A picture that hangs a decoder ends in SIGALRM,
    whose default ends this worker."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(_READ_SECONDS)
            try:
                message = receive(connection)
                signal.setitimer(signal.ITIMER_REAL, _WORK_SECONDS)
                try:
                    answer = handler.answer(message)
                except MemoryError:
                    answer = Message({"ok": False, "error": "too large"})
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                send(connection, answer)
            except (BadMessage, OSError) as error:
                log.info("a connection was of no use: %s", error)
            except Exception:
                log.exception("a question was not answered")


def _limit() -> None:
    """This worker dies with its parent and may take 512 MB beyond what the models hold."""
    die_with_parent()
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(128)
    return listener


def paths_of(first: Path, workers: int) -> list[Path]:
    """The sockets of `workers` workers."""
    return [first, *(first.with_name(f"{first.name}.{number}") for number in range(1, workers))]


def _fork(listener: socket.socket, handler: Handler) -> int:
    """To be called with `_ENDINGS` blocked: a signal between the fork and the handlers would be lost."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for name in _ENDINGS:
            signal.signal(name, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
        _limit()
        serve(listener, handler)
        code = 0
    finally:
        os._exit(code)


class Keeper:
    """Keeps one worker alive for each socket."""

    def __init__(self, first: Path, workers: int, at_once: int) -> None:
        self._paths = paths_of(first, workers)
        self._engine = DlibEngine()
        self._handler = Handler(self._engine, at_once=at_once)
        self._workers: dict[int, socket.socket] = {}
        self._ending = False

    def run(self) -> None:
        """Load, listen, fork, and fork again whatever dies; returns on SIGTERM or SIGINT."""
        self._engine.load()
        warm(self._engine)
        os.umask(0o077)
        self._paths[0].parent.mkdir(parents=True, exist_ok=True)
        listeners = [_listen(path) for path in self._paths]
        for name in _ENDINGS:
            signal.signal(name, self._end)
        for listener in listeners:
            self._start(listener)
        print(f"face process ready: {len(listeners)} worker(s) at {self._paths[0]}", flush=True)
        self._watch()
        for path in self._paths:
            path.unlink(missing_ok=True)

    def _watch(self) -> None:
        while self._workers:
            try:
                child, status = os.wait()
            except ChildProcessError:
                return
            listener = self._workers.pop(child, None)
            if listener is not None and not self._ending:
                log.warning("a face worker ended (%s); another one takes its place", status)
                self._start(listener)

    def _start(self, listener: socket.socket) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        try:
            if not self._ending:
                self._workers[_fork(listener, self._handler)] = listener
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)

    def _end(self, *_: object) -> None:
        self._ending = True
        for child in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


@click.command()
@click.option("--socket", "path", type=click.Path(path_type=Path), required=True, help="where to listen")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="worker processes, each with its socket")
@click.option("--at-once", type=click.IntRange(1), default=10, help="sittings that a worker takes at a time")
def main(path: Path, workers: int, at_once: int) -> None:
    """Serve faces until told to end."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    Keeper(path, workers, at_once).run()


if __name__ == "__main__":
    main()
