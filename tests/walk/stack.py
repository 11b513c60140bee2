"""The whole installation as `make run` starts it, in a folder and on ports of its own."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree

from core.base.config import Config, load_config
from core.tenancy import Tenant, open_directory
from tests.data import ROOT, TENANTS

START_SECONDS = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """A running installation; `config` sees the same files and keys."""

    process: subprocess.Popen[str]
    config: Config
    port: int
    started_in: float
    lines: list[str] = field(default_factory=list)

    def url(self, slug: str = "national") -> str:
        return f"http://{slug}.localhost:{self.port}"

    def tenant(self, slug: str = "national") -> Tenant:
        return open_directory(self.config).by_slug(slug)

    def child(self, pattern: str) -> list[int]:
        """Pids of this installation's processes whose command line matches."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    environment = (entry / "environ").read_bytes()
                except OSError:
                    continue
                if re.search(pattern, line) and str(self.config.var).encode() in environment + line.encode():
                    found.append(int(entry.name))
        return found


def with_rules(folder: Path, presence: Mapping[str, object], hour_seconds: int) -> Path:
    """A copy of the tenants with other values for `presence.*` (a feed can show one turn only, a rendered head turns
    less than a real one) and a class hour of its own, since the demo's 6 s make 192 s of study alone."""
    copied = copytree(TENANTS, folder)
    for key, value in presence.items():
        _set(copied / "_base.toml", key, value)
    _set(copied / "_demo.toml", "hour_seconds", hour_seconds)
    return copied


def _set(path: Path, key: str, value: object) -> None:
    toml = json.dumps(value)
    text, count = re.subn(rf"(?m)^{key} = {{ value = .+?, source", f"{key} = {{ value = {toml}, source",
                          path.read_text(encoding="utf-8"))
    assert count == 1, key
    path.write_text(text, encoding="utf-8")


@contextmanager
def running(var: Path, tenants: Path) -> Iterator[Stack]:
    """`jianxue run --demo`, ready when it has said so; ended with everything that belongs to it."""
    port, pay = free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JIANXUE_")}
    environment |= {"JIANXUE_VAR": str(var), "JIANXUE_TENANTS": str(tenants), "JIANXUE_PORT": str(port),
                    "JIANXUE_PAY_URL": f"http://127.0.0.1:{pay}", "PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "core.cli", "run", "--demo"], cwd=ROOT, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    lines: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, lines, ready), daemon=True)
    reader.start()
    try:
        while not ready.wait(0.2):
            assert process.poll() is None and time.monotonic() - began < START_SECONDS, "".join(lines[-40:])
        config = load_config(environment | {"JIANXUE_DEMO": "1",
                                            "JIANXUE_MASTER_KEY_FILE": str(var / "keys" / "master")})
        yield Stack(process, config, port, time.monotonic() - began, lines)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
        (var / "stack.log").write_text("".join(lines), encoding="utf-8")


def _read(process: "subprocess.Popen[str]", lines: list[str], ready: threading.Event) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if "建学已启动" in line:
            ready.set()
