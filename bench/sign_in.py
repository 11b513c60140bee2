"""`sign_in`: page, picture code and password, to an open session, on PostgreSQL; and that rate ÷ the rate at which
this machine's cores compute the password hash alone."""
import multiprocessing
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.harness import WEB_PROCESSES, BenchError, User, served
from bench.world import PASSWORD, Trainee, World, open_world
from core.base.db import new_id
from core.identity.hashing import hash_password
from core.identity.models import ImageCode
from core.tenancy import unit_of_work

TRAINEES = 400
SECONDS = 12.0
HASH_SECONDS = 4.0


def run() -> dict[str, float]:
    """per_second, of_hash_rate, p95_ms, hashes_per_second."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder), on_postgres=True) as world:
        world.add_trainees(TRAINEES)
        users = [_user(world, trainee) for trainee in world.trainees]
        with served("core.app:create_app()", world.host, world.env, world.pids) as server:
            hashes = _hashes_per_second()
            measured, _ = server.load(users, seconds=SECONDS, again=False, good=(200, 303), connections=16)
    if measured.per_second * SECONDS > TRAINEES * 1.1:
        raise BenchError("more sign-ins than trainees")
    return {"per_second": measured.per_second, "of_hash_rate": measured.per_second / hashes,
            "hashes_per_second": hashes, "p95_ms": measured.p95_ms, "cpu_ms": measured.cpu_ms, "connections": 16}


def _user(world: World, trainee: Trainee) -> User:
    """The three requests of one sign-in; the picture's answer is put into the database, since nobody can read it."""
    code_id = new_id()
    with unit_of_work(world.tenant) as ctx:
        ctx.db.add(ImageCode(id=code_id, answer="1234", expires_at=ctx.now + timedelta(minutes=20)))
    headers = world.headers(None) | {"Accept": "text/html"}
    form = urlencode({"tab": "person", "name": trainee.id_number, "password": PASSWORD, "image_id": str(code_id),
                      "image_code": "1234"})
    return {"headers": headers, "requests": [
        {"method": "GET", "path": "/sign-in"},
        {"method": "GET", "path": f"/codes/{code_id}.png"},
        {"method": "POST", "path": "/sign-in", "body": form,
         "headers": {"Content-Type": "application/x-www-form-urlencoded"}}]}


def _hashes_per_second() -> float:
    with multiprocessing.get_context("spawn").Pool(WEB_PROCESSES) as pool:
        return sum(pool.map(_hash_for, [HASH_SECONDS] * WEB_PROCESSES))


def _hash_for(seconds: float) -> float:
    hash_password(PASSWORD)
    started, count = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        hash_password(PASSWORD)
        count += 1
    return count / (time.monotonic() - started)
