"""`jianxue db`, `jianxue tenant check` and a whole installation under `jianxue run` (issue 2, Commands and Data)."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from core.app import open_tenants
from core.base.config import ROOT, load_config
from core.base.outbox import JobState, OutboxRow
from core.tenancy import Tenant, unit_of_work

Cli = Callable[..., tuple[int, str]]


def test_one_tenants_failed_upgrade_is_named_and_the_others_are_done(
        cli: Cli, tmp_path: Path) -> None:
    """Issue 2 (Data)"""
    broken = tmp_path / "var" / "tenants" / "jilin" / "jianxue.sqlite"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"this is not a database" * 100)
    status, output = cli("db", "upgrade")
    assert status == 1
    assert "jilin：升级失败" in output and "未能升级：jilin" in output
    assert "national：数据库已是最新" in output
    engine = create_engine(f"sqlite:///{tmp_path / 'var/tenants/national/jianxue.sqlite'}")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 0
    status, output = cli("tenant", "check")
    assert status == 1 and "jilin：数据库连不上" in output and "national" not in output


def test_check_names_a_database_that_is_behind(cli: Cli) -> None:
    status, output = cli("tenant", "check", "national", "--only", "texts")
    assert status == 1 and "jianxue db upgrade --tenant national" in output
    assert cli("db", "upgrade") == (0, cli("db", "upgrade")[1])
    assert cli("tenant", "check") == (0, "没有问题\n")


@dataclass
class Running:
    """A whole installation under `jianxue run`."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def get(self, path: str, host: str = "national.localhost") -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())

    def pids(self) -> list[int]:
        """All below the supervisor."""
        found, ahead = [], [self.process.pid]
        while ahead:
            pid = ahead.pop()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            found += [int(child) for child in children]
            ahead += [int(child) for child in children]
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port, log = free_port(), tmp_path / "log.txt"
    env = {name: value for name, value in os.environ.items() if not name.startswith("JIANXUE_")}
    env |= {"JIANXUE_VAR": str(tmp_path / "var"), "JIANXUE_PORT": str(port)}
    with log.open("wb") as out:
        subprocess.run([sys.executable, "-m", "core.cli", "db", "upgrade"], cwd=ROOT, env=env, check=True,
                       stdout=out, stderr=out)
        process = subprocess.Popen([sys.executable, "-m", "core.cli", "run"], cwd=ROOT, env=env, stdout=out,
                                   stderr=out)
    wait_for(lambda: "建学已启动" in log.read_text() or process.poll() is not None, 60)
    yield Running(process, port, log)
    if process.poll() is None:
        process.terminate()
        process.wait(40)


def test_run_serves_each_tenant_and_leaves_nothing_behind_when_killed(running: Running) -> None:
    """Issue 2 (Jobs): one command keeps all alive; SIGKILL of the supervisor leaves nothing alive."""
    assert "建学已启动" in running.log.read_text(), running.log.read_text()
    health = json.loads(running.get("/-/health"))
    assert (health["database"], health["redis"]) == ("ok", "ok")
    for host in ("national.localhost", "jilin.localhost"):
        assert b"<html" in running.get("/", host)
    wait_for(lambda: len(running.pids()) >= 9, 20)  # redis, face, web and its worker, crew of relay and four queues
    pids = running.pids()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    wait_for(lambda: not any(map(alive, pids)), 5)


def test_run_does_the_periodic_work_of_each_tenant(running: Running) -> None:
    """The trail is sealed each minute (C-26): relay, Redis and worker are really at work under `jianxue run`."""
    def jobs_done() -> bool:
        health = json.loads(running.get("/-/health"))
        return bool(health["jobs"]["waiting"] == 0 and health["jobs"]["dead"] == 0)

    database = running.log.parent / "var" / "tenants" / "national" / "jianxue.sqlite"
    engine = create_engine(f"sqlite:///{database}")

    def sealed() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM outbox WHERE kind='trail.seal' AND state='done'")))

    wait_for(sealed, 30)
    wait_for(jobs_done, 30)


def test_killed_redis_and_workers_lose_no_work_while_pages_go_on(running: Running) -> None:
    """O1, O3, R11 on the whole installation: the work of a tenant is done, each row once, whatever is killed."""
    config = load_config({"JIANXUE_VAR": str(running.log.parent / "var"), "JIANXUE_MASTER_KEY_FILE":
                          str(running.log.parent / "var" / "keys" / "master")})
    tenant = open_tenants(config).by_slug("national")
    try:
        for victims in (["redis-server"], ["core.cli worker"], ["redis-server", "core.cli worker"]):
            with unit_of_work(tenant) as ctx:
                for _ in range(15):
                    ctx.enqueue("trail.seal", {})
            for pid in running.pids():
                if any(victim in command_of(pid) for victim in victims):
                    # a child of one that was killed before it is gone already
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            assert b"<html" in running.get("/")
        wait_for(lambda: unfinished(tenant) == [], 60)
    finally:
        tenant.close()
    wait_for(lambda: json.loads(running.get("/-/health"))["redis"] == "ok", 10)


def unfinished(tenant: Tenant) -> list[str]:
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(OutboxRow.state).where(OutboxRow.state != JobState.DONE)))


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""  # a child of one that was killed before it
