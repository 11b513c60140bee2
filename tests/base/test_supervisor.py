"""The supervisor with real children: issue 2 (Jobs), tenancy-and-beat D."""
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from core.base import embedded_redis
from core.base.supervisor import backoff

ROOT = Path(__file__).resolve().parents[2]

# A stand-in for the real command: redis, and a web server with a child of its own, as gunicorn has.
COMMAND = r"""
import asyncio, http.server, os, sys
from pathlib import Path
from core.base.embedded_redis import prepare
from core.base.process import die_with_parent
from core.base.supervisor import Child, Supervisor, never_ready

WEB = '''
import http.server, os, sys, threading
from core.base.process import die_with_parent
print(f"web {os.getpid()}\\n", end="", flush=True)
if os.fork() == 0:
    die_with_parent()
    print(f"grandchild {os.getpid()}\\n", end="", flush=True)
    threading.Event().wait()
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
print(f"port {server.server_port}\\n", end="", flush=True)
server.serve_forever()
'''
supervisor = Supervisor([
    prepare(Path(sys.argv[1])).child(),
    Child("web", [sys.executable, "-c", WEB]),
    Child("once", [sys.executable, "-c", "print('filled', flush=True)"], ready=never_ready, once=True),
    Child("unstable", [sys.executable, "-c", "print('dead', flush=True); raise SystemExit(3)"]),
])
asyncio.run(supervisor.run(on_ready=lambda: print("READY", flush=True)))
"""


class Command:
    """The running stand-in: its lines as they come, its pids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "out.txt"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, str(folder / "redis")], stdout=out, stderr=out, cwd=ROOT
            )

    def text(self) -> str:
        return self.log.read_text()

    def number(self, word: str) -> int:
        """The number that stands behind this word in the output, once it is there."""
        wait_for(lambda: f"│ {word} " in self.text())
        return int(self.text().rsplit(f"│ {word} ", 1)[1].split()[0])

    def redis(self) -> "redis.Redis":
        return redis.Redis.from_url(embedded_redis.prepare(self.folder / "redis").url)


def wait_for(happened: Callable[[], bool], seconds: float = 10) -> float:
    """Seconds until it happened."""
    started = time.monotonic()
    while not happened():
        assert time.monotonic() - started < seconds, "did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    try:
        wait_for(lambda: "READY" in command.text() or command.process.poll() is not None)
        yield command
    finally:
        print(command.text())  # shown by pytest when the test failed
        if command.process.poll() is None:
            command.process.terminate()
            command.process.wait(10)


def test_killed_redis_is_back_with_its_data_while_the_web_stays(command: Command) -> None:
    """tenancy-and-beat D: back in under 2.5 s, nothing acknowledged lost, the web process the same."""
    client = command.redis()
    client.set("kept", "yes")
    # The file is written at most two seconds later (appendfsync everysec while an fsync is under way).
    wait_for(lambda: any(b"kept" in file.read_bytes() for file in (command.folder / "redis").glob("*.aof")))
    web, old = command.number("web"), client.info("server")["process_id"]
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: not alive(old))
    assert wait_for(lambda: answers(client)) < 2.5
    assert client.get("kept") == b"yes"
    assert client.info("server")["process_id"] != old
    assert alive(web)


def test_killed_supervisor_leaves_nothing_alive(command: Command) -> None:
    """Issue 2 (Jobs): the supervisor leaves nothing behind, not even when it is SIGKILLed."""
    pids = [command.number("web"), command.number("grandchild"), command.redis().info("server")["process_id"]]
    assert all(map(alive, pids))
    command.process.kill()
    command.process.wait()
    wait_for(lambda: not any(map(alive, pids)), 3)


def test_a_child_that_runs_once_is_waited_for_and_not_started_again(command: Command) -> None:
    before, after = command.text().split("READY", 1)
    assert "once │ filled" in before
    wait_for(lambda: command.text().count("dead") >= 3)
    assert command.text().count("filled") == 1 and "once │ ended" not in command.text()


def test_stopping_ends_all_and_says_so_by_status(command: Command) -> None:
    pids = [command.number("web"), command.number("grandchild"), command.redis().info("server")["process_id"]]
    command.process.terminate()
    assert command.process.wait(10) == 0
    assert not any(map(alive, pids))


def test_a_child_that_keeps_ending_is_named_and_disturbs_nobody(command: Command) -> None:
    wait_for(lambda: command.text().count("dead") >= 3)
    assert "unstable │ ended (exit status 3); starting again in" in command.text()
    assert alive(command.number("web"))


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0.0), (1, 0.0), (2, 0.4), (5, 3.2), (50, 30.0)])
def test_backoff_grows_to_half_a_minute(failures: int, seconds: float) -> None:
    assert backoff(failures) == pytest.approx(seconds)


def test_redis_refuses_strangers_and_administration(command: Command) -> None:
    """F12: a private socket, a password, no pickle, no CONFIG (which could write a file anywhere)."""
    where = embedded_redis.prepare(command.folder / "redis")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(unix_socket_path=str(where.socket)).ping()
    with pytest.raises(redis.exceptions.NoPermissionError):
        command.redis().config_set("dir", "/tmp")
    assert where.socket.stat().st_mode & 0o777 == 0o600
    assert (where.folder / "redis.conf").stat().st_mode & 0o777 == 0o600
    assert where.password not in (where.folder / "redis.conf").read_text()


def test_a_deep_folder_still_gets_a_socket(tmp_path: Path) -> None:
    """A unix socket's path may not exceed 107 bytes, a project's folder may."""
    deep = tmp_path.joinpath(*["深" * 20] * 4, "redis")
    where = embedded_redis.prepare(deep)
    assert len(os.fsencode(where.socket)) <= 100
    assert where == embedded_redis.prepare(deep)
    where.socket.parent.rmdir()
