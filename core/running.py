"""What `jianxue run` keeps alive, and how each process is told apart from production and a developer's machine.

Stands beside `core.app`.
"""
import asyncio
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from core.base.config import ROOT, Config, Mode
from core.base.embedded_redis import prepare
from core.base.keyfiles import ensure_secret
from core.base.supervisor import Child, never_ready
from core.tenancy import Directory

_FACE_WORKERS = 4
"""At most; each keeps a core busy while many people are before their cameras."""


def local_environment(env: Mapping[str, str]) -> dict[str, str]:
    """What a developer's machine adds by itself: a master key in var/keys (mode 0600), the embedded Redis' address.

    In production nothing is made up: a key made on the spot would lock everybody out after the next deployment.
    """
    added: dict[str, str] = {}
    var = Path(env.get("JIANXUE_VAR", ROOT / "var")).resolve()
    local = env.get("JIANXUE_MODE", Mode.DEVELOPMENT) != Mode.PRODUCTION
    if local and "JIANXUE_MASTER_KEY" not in env and "JIANXUE_MASTER_KEY_FILE" not in env:
        key = var / "keys" / "master"
        ensure_secret(key)
        added["JIANXUE_MASTER_KEY_FILE"] = str(key)
    if "JIANXUE_REDIS_URL" not in env and "JIANXUE_REDIS_URL_FILE" not in env:
        added["JIANXUE_REDIS_URL"] = prepare(var / "redis").url
    return added


def children(config: Config, directory: Directory, *, embedded_redis: bool) -> list[Child]:
    """In the order of their start; each waits until the one before it answers."""
    found: list[Child] = []
    if embedded_redis:
        found.append(prepare(config.var / "redis").child())
    found.append(_web(config, directory))
    if config.demo:
        found.append(_sandbox_provider(config, directory))
    found.append(Child("work", _python("core.cli", "worker"), stop_seconds=30))
    if "JIANXUE_FACE_SOCKET" not in os.environ:
        found.append(_face(config))
    if config.demo:
        # After the web, so that the first page does not wait for the lessons to be drawn.
        found.append(Child("demo", _python("core.cli", "demo"), ready=never_ready, ready_seconds=900, once=True))
    return found


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _web(config: Config, directory: Directory) -> Child:
    # Two processes would fight for a SQLite file's lock (p95 152 ms against 15 ms in a prototype).
    sqlite = any(config.database(tenant.slug).startswith("sqlite") for tenant in directory)
    env = {"JIANXUE_WEB_PROCESSES": "1"} if sqlite and "JIANXUE_WEB_PROCESSES" not in os.environ else {}
    host = next(iter(directory)).file.hosts[0]
    return Child("web", _python("gunicorn", "-c", "python:core.serving", "core.app:create_app()"), env=env,
                 ready=partial(answers_http, config.port, host, "/-/health"), ready_seconds=60, stop_seconds=35)


def _face(config: Config) -> Child:
    config.face_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # With the OpenBLAS build each worker is one thread: more of them fight for the cores (docs/operator.md).
    workers = str(min(_FACE_WORKERS, os.cpu_count() or 1))
    return Child("face", _python("core.presence.process", "--socket", str(config.face_socket), "--workers", workers),
                 env={"OPENBLAS_NUM_THREADS": "1"},
                 ready=partial(_listens, config.face_socket), ready_seconds=15, vital=False)


def _sandbox_provider(config: Config, directory: Directory) -> Child:
    port = int(config.pay_url.rsplit(":", 1)[-1].rstrip("/"))
    merchants = [argument for tenant in directory for argument in ("--merchant", tenant.slug)]
    # The provider leaves each merchant's key file where the portal looks for it.
    folder = config.pay_key_file
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Child("pay", _python("core.sandbox", "--port", str(port), "--dir", str(folder), *merchants),
                 ready=partial(_listens_tcp, port))


async def answers_http(port: int, host: str, path: str) -> bool:
    """Whether this machine answers below 500 on that port, for that host."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        status = (await asyncio.wait_for(reader.readline(), 10)).split()
        return len(status) > 1 and int(status[1]) < 500
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        writer.close()


async def _listens(socket: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    writer.close()
    return True


async def _listens_tcp(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
