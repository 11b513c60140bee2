"""`batch_commit`: the 10,000 rows of a checked sheet written by the worker's jobs: persons, accounts, candidates."""
import os
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from bench.batch_check import check
from bench.entrants import PEOPLE, entering
from bench.harness import BenchError
from core.identity import Account
from core.tenancy import unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch import writing
from plugins.zhejiang.batch.models import BatchSheet, Candidate


def run() -> dict[str, float]:
    """From 确认 to the last row; the jobs run one after the other, as one worker does them."""
    with tempfile.TemporaryDirectory() as folder, entering(Path(folder)) as scene:
        _seconds, sheet = check(scene, scene.sheet, PEOPLE)
        started = time.perf_counter()
        with unit_of_work(scene.tenant, scene.clerk) as ctx:
            writing.start(ctx, ctx.db.get_one(BatchSheet, sheet))
        run_waiting(scene.tenant)
        spent = time.perf_counter() - started
        with unit_of_work(scene.tenant) as ctx:
            written = ctx.db.get_one(BatchSheet, sheet).written
            people = ctx.db.scalar(select(func.count()).select_from(Candidate))
            accounts = ctx.db.scalar(select(func.count()).where(Account.initial == "111111"))
    if not written == people == accounts == PEOPLE:
        raise BenchError(f"{written} written, {people} candidates, {accounts} accounts with the initial password")
    return {"seconds": spent, "per_second": PEOPLE / spent, "load": os.getloadavg()[0]}
