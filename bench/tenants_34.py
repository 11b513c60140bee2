"""`tenants_34`: what 34 tenants cost against 2: start, memory, and a page's rate.

The 34 are the shipped four and copies of them under other names and hosts, so that each plugin list occurs eight
times or more; every one has a database of its own (SQLite) and has answered pages before memory is read.
"""
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness import CONNECTIONS, ROOT, Server, User
from bench.world import copied_tenants
from core.app import open_tenants
from core.base.config import load_config
from core.base.db import Base

FEW, MANY = 2, 34
ROUNDS = 3
SECONDS = 3.0
PAGE = "/"


def run() -> dict[str, float]:
    """`start_seconds` (34, from the process's birth until the last tenant answers), `extra_mb`, `page_ratio`.

    The CPU beside the seconds tells what a quiet machine would have taken.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = _installation(folder / "few", FEW), _installation(folder / "many", MANY)
        starts: list[tuple[Start, Start]] = []
        for _ in range(ROUNDS):
            with few.running() as (_server, short):
                pass
            with many.running() as (_server, long):
                starts.append((short, long))
        with few.running() as (small, _), many.running() as (large, _):
            before, after = _touched(small, few), _touched(large, many)
            rates = [large.load(many.users(), seconds=SECONDS)[0].per_second
                     / small.load(few.users(), seconds=SECONDS)[0].per_second for _ in range(ROUNDS)]
    short, long = (min(each, key=lambda start: start.seconds) for each in zip(*starts, strict=True))
    return {"start_seconds": long.seconds, "start_cpu_seconds": long.cpu, "start_seconds_of_2": short.seconds,
            "start_cpu_seconds_of_2": short.cpu,
            "extra_mb": after - before, "mb_of_2": before, "page_ratio": statistics.median(rates),
            "page_ratio_low": min(rates), "page_ratio_high": max(rates)}


@dataclass(frozen=True)
class Start:
    """From the birth of the process: by the clock on the wall, and CPU of all its processes."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Installation:
    """Settings of an installation with so many tenants, databases ready."""

    env: dict[str, str]
    hosts: tuple[str, ...]

    def users(self) -> list[User]:
        """A visitor of each tenant in turns, so that 34 and 2 are driven by as many connections."""
        return [{"host": host, "headers": {"Accept": "text/html"}, "requests": [{"method": "GET", "path": PAGE}]}
                for host in self.hosts * (CONNECTIONS * MANY // len(self.hosts))]

    @contextmanager
    def running(self) -> Iterator[tuple[Server, Start]]:
        """One gunicorn worker; what it took until its last tenant answered."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "16", "--log-level", "error",
             "-b", f"127.0.0.1:{port}", "core.app:create_app()"], cwd=ROOT, env={**os.environ, **self.env})
        try:
            server = Server(process, port, self.hosts[-1])
            while not _answers(port, self.hosts[-1]):
                time.sleep(0.01)
            yield server, Start(time.monotonic() - started, server.cpu())
        finally:
            process.terminate()
            process.wait(20)


def _installation(folder: Path, count: int) -> Installation:
    tenants, hosts = copied_tenants(folder, count)
    env = {"JIANXUE_MODE": "development", "JIANXUE_MASTER_KEY": secrets.token_hex(32), "JIANXUE_VAR": str(folder),
           "JIANXUE_TENANTS": str(tenants), "JIANXUE_REDIS_URL": "redis://127.0.0.1:1/0"}
    blank: Path | None = None
    for tenant in open_tenants(load_config(env)):
        if blank is None:
            Base.metadata.create_all(tenant.engine)
            tenant.close()
            blank = tenant.config.tenant_var(tenant.slug) / "jianxue.sqlite"
        else:
            place = tenant.config.tenant_var(tenant.slug)
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(blank, place / "jianxue.sqlite")
    return Installation(env, hosts)


def _touched(server: Server, installation: Installation) -> float:
    """Megabytes of the worker after every tenant has answered pages to all threads."""
    server.load(installation.users(), seconds=4)
    [worker] = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.split("VmRSS:", 1)[1].split()[0]) / 1024


def _answers(port: int, host: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(f"GET /-/health HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            return connection.recv(20)[9:10] == b"2"
    except OSError:
        return False
