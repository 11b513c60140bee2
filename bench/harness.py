"""Servers, load and accounting for the keys that are measured over HTTP."""
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 32
WEB_PROCESSES = 2
WEB_THREADS = 16
ROUNDS = 4
SECONDS = 4.0
_TICKS = os.sysconf("SC_CLK_TCK")

User = dict[str, Any]


class BenchError(RuntimeError):
    """A measurement that would not be one: wrong answers, a server that does not start."""


@dataclass(frozen=True)
class Measured:
    """One round: requests a second, CPU-milliseconds a request (server and database), the 95th percentile."""

    per_second: float
    cpu_ms: float
    p95_ms: float


@dataclass
class Hello:
    """All rounds of the hello-world of this run, for the baseline."""

    rounds: list[Measured] = field(default_factory=list)


hello_rounds = Hello()


def cpu_seconds(roots: Sequence[int]) -> float:
    """CPU of these processes and all below them, the ended ones included."""
    children: dict[int, list[int]] = {}
    spent: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(path.name))
            spent[int(path.name)] = sum(int(value) for value in fields[11:15])
    total, ahead = 0, list(roots)
    while ahead:
        pid = ahead.pop()
        total += spent.get(pid, 0)
        ahead += children.get(pid, [])
    return total / _TICKS


@dataclass(frozen=True)
class Server:
    """A gunicorn of the record: gthread, 2 workers, 16 threads each."""

    process: "subprocess.Popen[bytes]"
    port: int
    host: str
    other_pids: tuple[int, ...] = ()

    def of(self, host: str) -> "Server":
        """The same server, asked for another tenant."""
        return replace(self, host=host)

    def cpu(self) -> float:
        return cpu_seconds([self.process.pid, *self.other_pids])

    def load(self, users: list[User], *, seconds: float = SECONDS, again: bool = True,
             good: Sequence[int] = (200,), connections: int = CONNECTIONS, keep_users: bool = False
             ) -> tuple[Measured, list[User]]:
        """Drive it for a while; BenchError when more than one answer in a thousand is wrong."""
        plan = {"port": self.port, "host": f"{self.host}:{self.port}", "seconds": seconds, "again": again,
                "good": list(good), "connections": connections, "users": users, "keep_users": keep_users}
        before = self.cpu()
        client = subprocess.run([sys.executable, "-m", "bench.client"], input=json.dumps(plan).encode(), cwd=ROOT,
                                stdout=subprocess.PIPE, check=True)
        spent = self.cpu() - before
        seen = json.loads(client.stdout)
        if not seen["done"] or seen["failed"] > seen["done"] / 1000:
            raise BenchError(f"{seen['failed']} of {seen['done'] + seen['failed']} wrong: {seen['statuses']} "
                             f"{seen['example']}")
        p95 = statistics.quantiles(seen["latencies"], n=20)[-1]
        measured = Measured(seen["done"] / seen["seconds"], spent * 1000 / seen["done"], p95)
        return measured, seen["users"]


@contextmanager
def served(target: str, host: str, env: Mapping[str, str], other_pids: Sequence[int] = (),
           ready: str = "/-/health", processes: int = WEB_PROCESSES) -> Iterator[Server]:
    """The WSGI app `target` behind the server of record."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["-k", "gthread", "-w", str(processes), "--threads", str(WEB_THREADS), "--keep-alive", "65",
                 "--preload", "--log-level", "error", "-b", f"127.0.0.1:{port}", target]
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *arguments], cwd=ROOT,
                               env={**os.environ, **env}, start_new_session=True)
    server = Server(process, port, host, tuple(other_pids))
    try:
        _wait(server, ready)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(server: Server, path: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {server.host}\r\n\r\n".encode())
                if connection.recv(20)[9:10] == b"2":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise BenchError(f"{server.process.args} does not answer {path}")


HELLO_USERS: list[User] = [{"headers": {}, "requests": [{"method": "GET", "path": "/"}]} for _ in range(CONNECTIONS)]


def against_hello(server: Server, users: list[User], *, good: Sequence[int] = (200,), rounds: int = ROUNDS,
                  seconds: float = SECONDS, check: Callable[[list[User]], None] = lambda users: None
                  ) -> dict[str, float]:
    """A B A B: hello-world and ours in turns; medians, and the spread of the ratios. `check` sees the users at the end.
    """
    pairs: list[tuple[Measured, Measured]] = []
    with served("bench.hello:app", "localhost", {}, ready="/") as hello:
        hello.load(HELLO_USERS, seconds=1)
        _, users = server.load(users, seconds=2, good=good, keep_users=True)
        for _ in range(rounds):
            base, _ = hello.load(HELLO_USERS, seconds=seconds)
            ours, users = server.load(users, seconds=seconds, good=good, keep_users=True)
            pairs.append((base, ours))
    check(users)
    hello_rounds.rounds += [base for base, _ in pairs]
    rates = [ours.per_second / base.per_second for base, ours in pairs]
    cpus = [ours.cpu_ms / base.cpu_ms for base, ours in pairs]
    middle = statistics.median
    return {
        "rate_ratio": middle(rates), "rate_ratio_low": min(rates), "rate_ratio_high": max(rates),
        "cpu_ratio": middle(cpus), "cpu_ratio_low": min(cpus), "cpu_ratio_high": max(cpus),
        "cpu_ms": middle(ours.cpu_ms for _, ours in pairs), "per_second": middle(ours.per_second for _, ours in pairs),
        "p95_ms": middle(ours.p95_ms for _, ours in pairs), "connections": CONNECTIONS, "load": os.getloadavg()[0],
    }
