"""Two tabs, twenty clicks, killed workers: each person once (issue 5, R11, O1)."""
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.api import Conflict
from core.api.store import Id
from core.base import embedded_redis
from core.base.doorbell import connect
from core.identity import Account, Person
from core.tenancy import Directory, Tenant, unit_of_work
from core.work import Relay, run_waiting, work_forever
from plugins.zhejiang.batch import checking, writing
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import SheetState
from tests.data import data
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.sheets import person, school
from tests.plugins.zhejiang.test_batch import begun, checked, clerk, result
from tests.test_work import FORK, RedisServer


def heads(tenant: Tenant) -> tuple[int, int, int]:
    """Candidates, persons and persons' accounts."""
    with unit_of_work(tenant) as ctx:
        return (ctx.db.scalar(select(func.count()).select_from(Candidate)) or 0,
                ctx.db.scalar(select(func.count()).select_from(Person)) or 0,
                ctx.db.scalar(select(func.count()).where(Account.person_id.is_not(None))) or 0)


def test_twenty_at_once_from_two_tabs_add_nobody_twice(zhejiang: Tenant) -> None:
    """Each tab has its own check of the same people, and is clicked ten times; two workers write side by side."""
    firm = scene.firm(zhejiang)
    batch = scene.batch(zhejiang, firm, school(zhejiang))
    rows = [person(serial) for serial in range(1, 21)]
    tabs = [checked(zhejiang, firm, batch, rows) for _tab in range(2)]

    def click(sheet: Id) -> bool:
        try:
            begun(zhejiang, firm, sheet)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        clicked = list(pool.map(click, tabs * 10))
        list(pool.map(run_waiting, [zhejiang] * 2))
    run_waiting(zhejiang)
    assert clicked.count(True) == 2
    assert heads(zhejiang) == (20, 20, 20)
    written = sorted((row.written, row.known, row.faulty) for row in (result(zhejiang, sheet) for sheet in tabs))
    assert written == [(0, 20, 0), (20, 0, 0)]


class Crew:
    """Workers on the import queue that come back when they are killed, as under the supervisor."""

    def __init__(self, directory: Directory, url: str, count: int) -> None:
        self._place = (directory, url)
        self._workers = [self._start() for _ in range(count)]

    def _start(self) -> BaseProcess:
        process = FORK.Process(target=work_forever, args=(*self._place, "import"), daemon=False)
        process.start()
        return process

    def kill_one(self, dice: random.Random) -> None:
        dice.choice(self._workers).kill()
        for index, worker in enumerate(self._workers):
            worker.join(0.1)
            if not worker.is_alive():
                self._workers[index] = self._start()

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.join()


def kill_on_the_way(directory: Directory, tenant: Tenant, folder: Path, people: int, kills: int) -> float:
    """Seconds from the last kill to the last row, each person written once."""
    firm = scene.firm(tenant)
    batch = scene.batch(tenant, firm, school(tenant))
    sheet = checked(tenant, firm, batch, [person(serial) for serial in range(people)])
    begun(tenant, firm, sheet)
    server, dice = RedisServer(embedded_redis.prepare(folder / "redis")), random.Random(people)
    relay, done = Relay(directory, connect(server.where.url), lost_after=1), 0
    crew = Crew(directory, server.where.url, 2)
    try:
        until, killed_at = time.monotonic() + 240, time.monotonic()
        while result(tenant, sheet).state != SheetState.DONE:
            assert time.monotonic() < until, f"{result(tenant, sheet).written} of {people} after {done} kills"
            relay.sweep()
            time.sleep(dice.uniform(0.1, 0.5))
            if done < kills:
                crew.kill_one(dice)
                done, killed_at = done + 1, time.monotonic()
        assert done == kills, "the import was over before the last kill"
    finally:
        crew.dismiss()
        server.kill()
    assert heads(tenant) == (people, people, people)
    assert result(tenant, sheet).written == people
    return time.monotonic() - killed_at


@pytest.mark.prove
def test_a_thousand_rows_survive_twenty_kills(directory: Directory, zhejiang: Tenant, tmp_path: Path,
                                              figure: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 5: SIGKILL of a worker at twenty random points; resumed, each person once, and the numbers add up."""
    monkeypatch.setattr(writing, "CHUNK", 20)
    figure(seconds_after_last_kill=kill_on_the_way(directory, zhejiang, tmp_path, people=1000, kills=20))


@pytest.mark.prove
def test_the_thousand_people_of_the_data_go_in_whole(zhejiang: Tenant, figure: Callable[..., None]) -> None:
    """Issue 5, data/enrol: all 1,000 at once, and again adds nobody."""
    folder = data("enrol")
    if folder is None:
        pytest.skip("the optional data is not here")
    content = (folder / "报名汇总表_1000人.xlsx").read_bytes()
    firm = scene.firm(zhejiang)
    batch = scene.batch(zhejiang, firm, school(zhejiang))
    started = time.monotonic()
    outcomes = []
    for _time in range(2):
        with unit_of_work(zhejiang, clerk(firm)) as ctx:
            row = checking.check_sheet(ctx, ctx.db.get_one(Batch, batch), content, "报名汇总表_1000人.xlsx")
            outcomes.append((row.fresh, row.known, row.faulty))
            if row.fresh:
                writing.start(ctx, row)
        run_waiting(zhejiang)
    figure(seconds=time.monotonic() - started)
    assert outcomes == [(1000, 0, 0), (0, 1000, 0)]
    assert heads(zhejiang) == (1000, 1000, 1000)
