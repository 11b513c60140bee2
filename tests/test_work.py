"""Work that outlives a request, with a real Redis, real workers and real kills (O1, O3, O17, O18, R10, R11, R45)."""
import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import select, text

from core.base import embedded_redis, outbox
from core.base.clock import FixedClock, shanghai
from core.base.doorbell import Doorbell, Queues, connect
from core.base.embedded_redis import EmbeddedRedis, find_server
from core.base.outbox import QUEUES, JobState, OutboxRow, Periodic, job
from core.tenancy import Ctx, Directory, Tenant, unit_of_work
from core.work import LOST_AFTER_SECONDS, WINDOW, Relay, perform, run_waiting, work_forever

FORK = multiprocessing.get_context("fork")


@job("test.effect")
def effect(ctx: Ctx, payload: Any) -> None:
    ctx.db.execute(text("INSERT INTO effect (number) VALUES (:number)"), {"number": payload["number"]})
    time.sleep(payload.get("seconds", 0))


@job("test.poison")
def poison(ctx: Ctx, payload: Any) -> None:
    ctx.db.execute(text("INSERT INTO effect (number) VALUES (-1)"))
    raise RuntimeError("the poison speaks")


@job("test.crash")
def crash(ctx: Ctx, payload: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def effects(directory: Directory) -> None:
    """A table without any uniqueness, so that a second effect would be seen."""
    for tenant in directory:
        with unit_of_work(tenant) as ctx:
            ctx.db.execute(text("CREATE TABLE effect (number INTEGER)"))


def numbers(tenant: Tenant) -> list[int]:
    with unit_of_work(tenant) as ctx:
        return sorted(ctx.db.scalars(text("SELECT number FROM effect")))


def rows(tenant: Tenant) -> list[OutboxRow]:
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def intend(tenant: Tenant, count: int, **payload: Any) -> None:
    with unit_of_work(tenant) as ctx:
        for number in range(count):
            ctx.enqueue("test.effect", {"number": number, **payload})


class RedisServer:
    """The embedded server without the supervisor, so that the test decides when it lives."""

    def __init__(self, where: EmbeddedRedis) -> None:
        self.where = where
        self.start()

    def start(self) -> None:
        self.where.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen([find_server(), str(self.where.folder / "redis.conf")])
        wait_for(self.alive)

    def alive(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.where.url).ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(embedded_redis.prepare(tmp_path / "redis"))
    yield server
    server.kill()


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.02)


class Crew:
    """Workers that come back when they are killed, as under the supervisor."""

    def __init__(self, directory: Directory, url: str, count: int) -> None:
        self._start = lambda: start_worker(directory, url)
        self.workers = [self._start() for _ in range(count)]

    def keep(self) -> None:
        for index, worker in enumerate(self.workers):
            if not worker.is_alive():
                worker.join()
                self.workers[index] = self._start()

    def kill_one(self, chance: random.Random) -> None:
        """A worker in whatever it is just doing."""
        chance.choice(self.workers).kill()

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.join()


def start_worker(directory: Directory, url: str) -> BaseProcess:
    process = FORK.Process(target=work_forever, args=(directory, url, "fast"), daemon=False)
    process.start()
    return process


@contextmanager
def crew(directory: Directory, server: RedisServer, count: int = 2) -> Iterator[Crew]:
    crew = Crew(directory, server.where.url, count)
    try:
        yield crew
    finally:
        crew.dismiss()


def all_done(tenant: Tenant) -> bool:
    return all(row.state == JobState.DONE for row in rows(tenant))


def relay_until(relay: Relay, ready: Callable[[], bool], seconds: float, meanwhile: Callable[[], None]) -> float:
    """Seconds until it was ready; the bells that ring in between are left to the sweep."""
    started = time.monotonic()
    while not ready():
        assert time.monotonic() - started < seconds, "not done in time"
        relay.sweep()
        meanwhile()
        time.sleep(0.05)
    return time.monotonic() - started


def kill_in_the_middle(directory: Directory, tenant: Tenant, server: RedisServer, jobs: int, kills: int,
                       seconds: float, lost_after: float = LOST_AFTER_SECONDS) -> float:
    """Seconds from the last kill to the last effect; each effect is checked to have happened once."""
    chance = random.Random(jobs)
    intend(tenant, jobs, seconds=0.02)
    relay = Relay(directory, connect(server.where.url), lost_after)
    with crew(directory, server) as workers:
        for _ in range(kills):
            relay.sweep()
            time.sleep(chance.uniform(0.02, 0.3))
            workers.kill_one(chance)
            workers.keep()
        took = relay_until(relay, lambda: all_done(tenant), seconds, workers.keep)
    assert numbers(tenant) == list(range(jobs))
    return took


def test_killed_workers_lose_nothing_and_do_nothing_twice(
        directory: Directory, tenant: Tenant, server: RedisServer) -> None:
    """O1, R10, the small version."""
    kill_in_the_middle(directory, tenant, server, jobs=30, kills=6, seconds=60, lost_after=1)


@pytest.mark.prove
def test_500_jobs_survive_50_kills(directory: Directory, tenant: Tenant, server: RedisServer,
                                   figure: Callable[..., None]) -> None:
    """O1, R10: 500 effects exactly once, at most 180 s after the last kill."""
    figure(seconds_after_last_kill=kill_in_the_middle(directory, tenant, server, jobs=500, kills=50, seconds=180))


def lose_redis(directory: Directory, tenant: Tenant, server: RedisServer, jobs: int,
               lost_after: float = LOST_AFTER_SECONDS) -> float:
    intend(tenant, jobs)
    relay = Relay(directory, connect(server.where.url), lost_after)
    assert relay.sweep() == WINDOW
    assert redis.Redis.from_url(server.where.url).flushall()
    with crew(directory, server) as workers:
        took = relay_until(relay, lambda: all_done(tenant), 120, workers.keep)
    assert numbers(tenant) == list(range(jobs))
    return took


def test_a_flushed_redis_loses_nothing(directory: Directory, national: Tenant, server: RedisServer) -> None:
    """O3, R11, the small version: what stood in the queue is rung again within ten seconds."""
    lose_redis(directory, national, server, jobs=20, lost_after=1)


@pytest.mark.prove
def test_200_queued_jobs_survive_flushall(directory: Directory, tenant: Tenant, server: RedisServer,
                                          figure: Callable[..., None]) -> None:
    """O3, R11: FLUSHALL with 200 queued, 200 effects."""
    figure(seconds=lose_redis(directory, tenant, server, jobs=200))


def test_a_stopped_redis_costs_a_request_little_and_its_work_is_done_later(
        directory: Directory, national: Tenant, server: RedisServer) -> None:
    """R11: Redis absent: the bell gives up at once, and after its return the row is found."""
    server.kill()
    doorbell = Doorbell(server.where.url)
    intend(national, 1)
    started = time.monotonic()
    for _ in range(100):
        doorbell.ring("national")
    assert time.monotonic() - started < 1
    server.start()
    relay = Relay(directory, connect(server.where.url))
    with crew(directory, server, 1) as workers:
        relay_until(relay, lambda: all_done(national), 20, workers.keep)


def test_a_stuck_redis_costs_a_request_a_fifth_of_a_second(server: RedisServer) -> None:
    """R11: a Redis that takes the connection and answers nothing."""
    doorbell = Doorbell(server.where.url)
    server.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    for _ in range(100):
        doorbell.ring("national")
    server.process.send_signal(signal.SIGCONT)
    assert time.monotonic() - started < 1


def test_no_tenant_waits_behind_another_tenants_pile(
        directory: Directory, national: Tenant, jilin: Tenant, server: RedisServer) -> None:
    """Fairness: 200 rows of one tenant stand in front of another's one row by a window at most."""
    intend(national, 200)
    intend(jilin, 1)
    queue = Queues(connect(server.where.url), QUEUES).by_name["fast"]
    assert Relay(directory, connect(server.where.url)).sweep() == WINDOW + 1
    assert [job.args[0] for job in queue.get_jobs()[:2]] == ["national", "jilin"] or \
           [job.args[0] for job in queue.get_jobs()[:2]] == ["jilin", "national"]
    assert b"pickle" not in b"".join(queue.connection.hgetall(queue.get_jobs()[0].key).values())


def test_a_row_rung_twice_is_done_once(national: Tenant) -> None:
    intend(national, 1)
    row = rows(national)[0]
    assert [perform(national, row.id), perform(national, row.id)] == [JobState.DONE, None]
    assert numbers(national) == [0]


def test_poison_dies_visibly_after_five_and_holds_nobody_up(national: Tenant, clock: FixedClock) -> None:
    """O17, R45: one poison row among others; its effects are rolled back, its error is kept."""
    intend(national, 3)
    with unit_of_work(national) as ctx:
        ctx.enqueue("test.poison", {})
    assert run_waiting(national) == 3
    for _ in range(10):
        clock.advance(hours=1)
        run_waiting(national)
    [dead] = [row for row in rows(national) if row.state == JobState.DEAD]
    assert (dead.kind, dead.attempts) == ("test.poison", 5)
    assert "the poison speaks" in (dead.last_error or "")
    assert numbers(national) == [0, 1, 2]


def test_a_handler_that_kills_its_process_is_counted_too(national: Tenant, clock: FixedClock) -> None:
    """O17: without this an out-of-memory row would be tried for ever."""
    with unit_of_work(national) as ctx:
        ctx.enqueue("test.crash", {})
    [row] = rows(national)
    for _ in range(7):
        process = FORK.Process(target=perform, args=(national, row.id))
        process.start()
        process.join()
    [row] = rows(national)
    assert (row.state, row.attempts) == (JobState.DEAD, 5)


def test_a_dead_row_can_be_revived(national: Tenant, clock: FixedClock) -> None:
    intend(national, 1)
    with unit_of_work(national) as ctx:
        ctx.db.execute(text("UPDATE outbox SET state='dead', attempts=5"))
    assert run_waiting(national) == 0
    with unit_of_work(national) as ctx:
        outbox.revive(ctx.db.scalars(select(OutboxRow)).one(), ctx.now)
    assert run_waiting(national) == 1


def test_a_row_for_later_waits(national: Tenant, clock: FixedClock) -> None:
    with unit_of_work(national) as ctx:
        ctx.enqueue("test.effect", {"number": 7}, not_before=ctx.now + timedelta(minutes=5))
    assert run_waiting(national) == 0
    clock.advance(minutes=5)
    assert run_waiting(national) == 1


def test_the_same_intent_is_one_row(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        first = ctx.enqueue("test.effect", {"number": 1}, key="same")
        assert ctx.enqueue("test.effect", {"number": 2}, key="same") is first
    with unit_of_work(tenant) as ctx:
        assert ctx.enqueue("test.effect", {"number": 3}, key="same").id == first.id
    assert run_waiting(tenant) == 1
    assert numbers(tenant) == [1]


def test_three_schedulers_write_one_row_a_period(
        directory: Directory, national: Tenant, server: RedisServer, clock: FixedClock,
        monkeypatch: pytest.MonkeyPatch) -> None:
    """O18, R45: 3 schedulers × 10 periods → 10 effects."""
    daily = Periodic("test.effect", timedelta(days=1), timedelta(hours=2))
    monkeypatch.setattr(outbox, "periodic_kinds", lambda: (daily,))
    relays = [Relay(directory, connect(server.where.url)) for _ in range(3)]
    for _ in range(10):
        for relay in relays:
            relay.begin_periods()
            relay.begin_periods()
        clock.advance(days=1)
    assert len(rows(national)) == 10


def test_a_daily_period_begins_at_its_hour_in_shanghai() -> None:
    """O18: the boundary is two in the morning in Shanghai, which is 18:00 UTC of the day before."""
    daily = Periodic("x", timedelta(days=1), timedelta(hours=2))
    before, after = shanghai(2026, 11, 20, 1, 59), shanghai(2026, 11, 20, 2, 0)
    assert daily.period(after) == daily.period(before) + 1
    assert daily.key(after) == daily.key(shanghai(2026, 11, 21, 1, 59))


def test_a_relay_that_starts_afresh_rings_again_and_nothing_happens_twice(
        directory: Directory, national: Tenant, server: RedisServer) -> None:
    intend(national, 5)
    for _ in range(3):
        Relay(directory, connect(server.where.url)).sweep()
    with crew(directory, server) as workers:
        relay_until(Relay(directory, connect(server.where.url)), lambda: all_done(national), 30, workers.keep)
    assert numbers(national) == list(range(5))
