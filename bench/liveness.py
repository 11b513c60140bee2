"""`liveness`: 20 face checks begun within 10 s, from the camera's frames over web and socket to the face workers.

Each sitter sends twelve frames a second as the page does and acts when told; the figure of record is the time
from the last frame's receipt to the verdict. Descriptors of the photos are there already."""
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.harness import ROOT, BenchError, Server, cpu_seconds, served
from bench.sitters import Sitter, Try, load
from bench.world import Trainee, World, open_world
from core.base.db import new_id
from core.identity import Person, give_consent
from core.presence.client import FaceClient
from core.presence.models import FaceTemplate
from core.presence.rules import PhotoLimits
from core.presence.tokens import Gate, gate_token
from core.tenancy import Actor, unit_of_work
from tests.presence.pictures import WHITE, jpeg, on_ground
from tests.presence.renderer import RENDERED
from tests.walk.stack import with_rules

CHECKS = 20
SECONDS = 10.0
WORKERS = 2


def run() -> dict[str, float]:
    """p95_ms and median_ms of the verdict, batch_p95_ms of every answer, passed, waited (told to wait before a try),
    worker_cpu_s of one check."""
    load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tenants = with_rules(folder / "tenants", RENDERED, 3)
        with open_world(folder / "var", tenants=tenants) as world, _faces(world) as pid:
            world.add_trainees(CHECKS)
            with served("core.app:create_app()", world.host, world.env) as server:
                sitters = [_sitter(world, server, trainee) for trainee in world.trainees]
                before = cpu_seconds([pid])
                with ThreadPoolExecutor(CHECKS) as pool:
                    tries = list(pool.map(_begin, sitters, range(CHECKS)))
                spent = cpu_seconds([pid]) - before
    return _figures(tries, spent)


def _begin(sitter: Sitter, number: int) -> Try:
    time.sleep(number * SECONDS / CHECKS)
    return sitter.run()


@contextmanager
def _faces(world: World) -> Iterator[int]:
    path = world.tenant.config.face_socket
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "core.presence.process", "--socket", str(path), "--workers", str(WORKERS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if process.stdout is None or "ready" not in process.stdout.readline():
            raise BenchError("the face process did not start")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _sitter(world: World, server: Server, trainee: Trainee) -> Sitter:
    """With photo, its descriptor and consent; the gate of an enrollment that nothing else looks at."""
    photo = jpeg(on_ground(WHITE), 92)
    enroll = {"op": "enroll", "rules": asdict(PhotoLimits())}
    vector = FaceClient(world.tenant.config.face_socket).ask(enroll, (photo,)).parts[0]
    with unit_of_work(world.tenant, Actor(person_id=trainee.person_id)) as ctx:
        person = ctx.db.get_one(Person, trainee.person_id)
        person.photo_key = ctx.blobs.put(photo, "photo")
        ctx.db.add(FaceTemplate(person_id=person.id, photo_key=person.photo_key, vector=vector, made_at=ctx.now))
        give_consent(ctx, person)
        token = gate_token(ctx, Gate(person.id, new_id(), "/", ctx.now))
    host = f"{world.host}:{server.port}"
    return Sitter(server.port, host, world.headers(trainee.sign_in), f"/presence/check/{token}")


def _figures(tries: list[Try], spent: float) -> dict[str, float]:
    passed = [one for one in tries if one.state == "passed"]
    if len(passed) < CHECKS * 0.9:
        raise BenchError(f"only {len(passed)} of {CHECKS} passed: {[(one.state, one.reason) for one in tries]}")
    last = [one.answers[-1] * 1000 for one in tries]
    every = [answer * 1000 for one in tries for answer in one.answers]
    return {"p95_ms": statistics.quantiles(last, n=20)[-1], "median_ms": statistics.median(last),
            "batch_p95_ms": statistics.quantiles(every, n=20)[-1], "passed": len(passed),
            "waited": sum(one.waited for one in tries), "worker_cpu_s": spent / CHECKS}
