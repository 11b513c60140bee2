"""A worker killed while a zip is taken over (R10), and zips with changed bytes (R33)."""
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from core.base.outbox import JobState, OutboxRow
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.documents.models import Document, Upload
from plugins.zhejiang.documents.states import UploadState
from tests.browse import Browser
from tests.conftest import MASTER_KEY
from tests.data import ROOT, TENANTS
from tests.figures import Figure
from tests.people import id_number, signed_in
from tests.plugins.zhejiang import scene, zips
from tests.plugins.zhejiang.test_documents import blobs_of, named, pieces

WORKER = """
import sys
from core.app import load_flow_parts, open_tenants
from core.base.clock import FixedClock
from core.base.config import load_config
from datetime import datetime
from plugins.zhejiang.documents import taking
from tests.plugins.zhejiang import zips
load_flow_parts()
taking.CHUNK = 40
clock = FixedClock(datetime.fromisoformat(sys.argv[1]))
tenant = open_tenants(load_config(), clock=clock).by_slug("zhejiang")
print("ready", flush=True)
zips.run_queue(tenant, "import")
"""


@pytest.mark.prove
@pytest.mark.skipif(os.environ.get("JIANXUE_TEST_PG") == "1", reason="the other process opens this test's SQLite file")
def test_a_worker_killed_at_twenty_points_takes_each_picture_once(
        zhejiang: Tenant, figure: Figure) -> None:
    """R10: SIGKILL at random moments; another worker goes on; each picture once, no bytes that no row names."""
    batch = scene.batch(zhejiang, scene.firm(zhejiang), scene.school(zhejiang))
    count = 150
    for serial in range(1, count + 1):
        scene.candidate(zhejiang, batch, serial)
    files = [(f"{id_number(serial)}${word}.jpg", zips.picture() + f"{serial}{word}".encode())
             for serial in range(1, count + 1) for word in zips.SUFFIXES[1:]]
    upload_id = zips.send(zhejiang, batch, zips.zipped(files))
    env = os.environ | {"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "PYTHONPATH": str(ROOT),
                        "JIANXUE_VAR": str(zhejiang.config.var), "JIANXUE_TENANTS": str(TENANTS)}
    chance, killed = random.Random(int(os.environ.get("JIANXUE_SEED", "20261120"))), 0
    for _round in range(40):
        # Each start is later than the outbox's pause after a failed attempt.
        zhejiang.clock.advance(minutes=11)  # type: ignore[attr-defined]
        worker = subprocess.Popen([sys.executable, "-c", WORKER, zhejiang.clock.now().isoformat()], env=env, cwd=ROOT,
                                  stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
        if killed < 20:
            time.sleep(chance.uniform(0, 0.12))
            killed += worker.poll() is None
            worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        with unit_of_work(zhejiang, NOBODY) as ctx:
            if ctx.db.get_one(Upload, upload_id).state == UploadState.DONE:
                break
            for row in ctx.db.scalars(select(OutboxRow).where(OutboxRow.queue == "import")):
                row.attempts = 0      # a person would revive what died five times over
                row.state = JobState.WAITING if row.done_at is None else row.state
    zips.run_queue(zhejiang, "fast")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        upload = ctx.db.get_one(Upload, upload_id)
        assert (upload.state, upload.taken, upload.known) == (UploadState.DONE, len(files), 0)
        assert ctx.db.scalar(select(func.count()).select_from(Document)) == len(files)
    assert blobs_of(zhejiang) == named(zhejiang)
    figure(kills=killed, pictures=len(files))


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, or the end lost; the directory is hit as often as the rest."""
    held = bytearray(data)
    for _deed in range(chance.randint(1, 6)):
        at = chance.randrange(len(held)) if chance.random() < 0.5 else max(0, len(held) - chance.randint(1, 400))
        deed = chance.randrange(4)
        if deed == 0:
            held[at] = chance.randrange(256)
        elif deed == 1:
            held[at:at + 4] = chance.choice([b"\xff" * 4, bytes(4), b"PK\1\2", b"PK\5\6", b"\xff\xff\xff\x7f"])
        elif deed == 2:
            held[at:at] = held[at:at + chance.randint(1, 90)]
        else:
            del held[at:at + chance.randint(1, 60)]
        held = held or bytearray(b"P")
    return bytes(held)


@pytest.mark.parametrize("count", [25, pytest.param(2000, marks=pytest.mark.prove)])
def test_changed_zips_stop_nobody(
        zhejiang: Tenant, browser_of: Callable[[Tenant], Browser], count: int, figure: Figure) -> None:
    """R33: no answer of 500 and above, and no job that fails: each zip ends done or refused with a sentence."""
    firm = scene.firm(zhejiang)
    batch = scene.batch(zhejiang, firm, scene.school(zhejiang))
    scene.candidate(zhejiang, batch, 1)
    desk: Any = type("Desk", (), {"browser": signed_in(browser_of(zhejiang), firm.clerk),
                                  "grid": f"/zj/documents/batches/{batch}"})
    good = zips.zipped([(f"{id_number(1)}${word}.jpg", zips.picture(64, 40)) for word in zips.SUFFIXES] + [
        ("甲组/合影.jpg", b"x" * 40)], method=8)
    chance = random.Random(int(os.environ.get("JIANXUE_SEED", "20261120")))
    for number in range(count):
        answer = pieces(desk, mutated(good, chance), f"{number}.zip")
        assert answer.status_code < 500, answer.text
        if number % 20 == 0:
            zips.run_queue(zhejiang, "import")
            zips.run_queue(zhejiang, "fast")
            assert desk.browser.get(desk.grid).status_code == 200
    zips.run_queue(zhejiang, "import")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        ended = dict(ctx.db.execute(select(Upload.state, func.count()).group_by(Upload.state)).all())
        assert set(ended) <= {UploadState.DONE, UploadState.REFUSED} and sum(ended.values()) == count
        assert all(ctx.db.scalars(select(Upload.reason).where(Upload.state == UploadState.REFUSED)))
        failed = ctx.db.scalars(select(OutboxRow.last_error).where(
            OutboxRow.queue == "import", OutboxRow.last_error.is_not(None)))
        assert list(failed) == []
    figure(zips=count, refused=ended.get(UploadState.REFUSED, 0))
