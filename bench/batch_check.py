"""`batch_check`: a sheet of 10,000 people read, judged cell by cell and against the platform, and reported (C-17). Once
with everybody new and right, once with everybody on file already and every tenth row wrong."""
import os
import tempfile
import time
from pathlib import Path

from bench.entrants import PEOPLE, Scene, entering
from bench.harness import BenchError
from core.base.db import Id
from core.tenancy import unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch import checking, writing
from plugins.zhejiang.batch.models import Batch, BatchSheet
from tests.plugins.zhejiang.sheets import person, sheet_of

ROUNDS = 3


def run() -> dict[str, float]:
    """The cheapest of three rounds of each."""
    with tempfile.TemporaryDirectory() as folder, entering(Path(folder)) as scene:
        fresh = min(check(scene, scene.sheet, PEOPLE)[0] for _round in range(ROUNDS))
        _seconds, sheet = check(scene, scene.sheet, PEOPLE)
        with unit_of_work(scene.tenant, scene.clerk) as ctx:
            writing.start(ctx, ctx.db.get_one(BatchSheet, sheet))
        run_waiting(scene.tenant)
        mixed = sheet_of([person(serial, **({"education": "大学"} if serial % 10 == 0 else {}))
                          for serial in range(PEOPLE)])
        known = min(check(scene, mixed, 0)[0] for _round in range(ROUNDS))
    return {"seconds": fresh, "seconds_known": known, "rows": PEOPLE, "load": os.getloadavg()[0]}


def check(scene: Scene, content: bytes, fresh: int) -> tuple[float, Id]:
    """From the uploaded bytes to the committed report."""
    started = time.perf_counter()
    with unit_of_work(scene.tenant, scene.clerk) as ctx:
        sheet = checking.check_sheet(ctx, ctx.db.get_one(Batch, scene.batch), content, "报名汇总表.xlsx")
        found = (sheet.rows, sheet.fresh)
    spent = time.perf_counter() - started
    if found != (PEOPLE, fresh):
        raise BenchError(f"rows and fresh ones {found}, expected {(PEOPLE, fresh)}")
    return spent, sheet.id
