"""The processes behind the web: the relay, which brings rows to the queues, and the workers, which do them.

Stands beside `core.app`: it needs every flow's handlers.
"""
import faulthandler
import logging
import multiprocessing
import multiprocessing.process
import os
import signal
import time
import traceback
from collections.abc import Callable
from itertools import zip_longest
from threading import Event
from uuid import UUID

from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError

from core.base import outbox
from core.base.db import Id
from core.base.doorbell import JOB_SECONDS, Bells, Doorbell, Queues, connect
from core.base.outbox import QUEUES, Due, JobState
from core.base.process import die_with_parent
from core.extension import PluginError, serves
from core.tenancy import Directory, Tenant, bound, unit_of_work

log = logging.getLogger("jianxue.jobs")

SWEEP_SECONDS = 1.0
"""How long work may wait for which nobody rang (a row for later, a bell that was lost)."""
LOST_AFTER_SECONDS = 10.0
"""A row that was rung so long ago, stands in no queue and is held by nobody, was lost (R10)."""
_LOOK_SECONDS = 0.3
_JOBS_A_LIFE = 2_000
WINDOW = 16
"""Rows of one tenant and queue that stand in Redis at once: a tenant with 10,000 rows delays another by these."""


def perform(tenant: Tenant, row_id: Id) -> JobState | None:
    """Run one row's handler: effect and `done` in one transaction, under the row's lock.

    None when there was nothing to do. A handler that raises leaves no effect, and is tried again later.
    """
    with unit_of_work(tenant) as ctx:
        kind = outbox.claim(ctx.db, row_id, ctx.now)
    if kind is None:
        return None
    try:
        with unit_of_work(tenant) as ctx:
            row = outbox.take(ctx.db, row_id)
            if row is None:
                return None
            if not serves(tenant, kind.handler.__module__):
                raise PluginError(f"{kind.name} 属于 {tenant.slug} 没有启用的插件")
            kind.handler(ctx, row.payload)
            outbox.finish(row, ctx.tenant.clock.now())
        return JobState.DONE
    except Exception:
        text = traceback.format_exc()
        log.warning("%s: %s %s failed\n%s", tenant.slug, kind.name, row_id, text)
        with unit_of_work(tenant) as ctx:
            return outbox.fail(ctx.db, row_id, ctx.now, text)


def run_waiting(tenant: Tenant) -> int:
    """Do all that is due, here and now, without Redis (tests, commands); the number of rows done."""
    done = 0
    while True:
        with unit_of_work(tenant) as ctx:
            rows = outbox.due(ctx.db, ctx.now, limit=100)
        results = [perform(tenant, row.id) for row in rows]
        done += results.count(JobState.DONE)
        if JobState.DONE not in results:
            return done


class Relay:
    """Brings due rows to the queues, a few of each tenant at a time, and brings again what was lost.

    It keeps what it rang in memory only: a second relay, or a fresh one, rings rows twice, and a row rung twice
    is done once.
    """

    def __init__(self, directory: Directory, connection: "Redis", lost_after: float = LOST_AFTER_SECONDS) -> None:
        self._directory = directory
        self._queues = Queues(connection, QUEUES)
        self._lost_after = lost_after
        self._rung: dict[str, dict[Id, float]] = {}
        self._periods: dict[tuple[str, str], str] = {}

    def sweep(self, slugs: set[str] | None = None) -> int:
        """Look at these tenants, or at all; the number of rows rung. One tenant's trouble is not another's."""
        batches: dict[str, list[list[tuple[str, Id]]]] = {queue: [] for queue in QUEUES}
        for tenant in self._directory:
            if slugs is not None and tenant.slug not in slugs:
                continue
            try:
                rows = self._to_ring(tenant)
            except OperationalError as error:
                log.warning("%s: database not available: %s", tenant.slug, error.orig)
                continue
            for queue, batch in batches.items():
                batch.append([(tenant.slug, row.id) for row in rows if row.queue == queue])
        return sum(self._ring_in_turns(queue, batch) for queue, batch in batches.items())

    def _to_ring(self, tenant: Tenant) -> list[Due]:
        with bound(tenant), tenant.session(write=False) as session:
            rows = outbox.due(session, tenant.clock.now(), limit=WINDOW)
        known = self._rung.get(tenant.slug, {})
        rung = self._rung[tenant.slug] = {row.id: known[row.id] for row in rows if row.id in known}
        limit = time.monotonic() - self._lost_after
        if overdue := [row for row in rows if rung.get(row.id, limit) < limit]:
            for row_id in self._lost(tenant, overdue):
                del rung[row_id]
        return [row for row in rows if row.id not in rung]

    def _lost(self, tenant: Tenant, overdue: list[Due]) -> set[Id]:
        standing = {row_id for queue in {row.queue for row in overdue} for row_id in self._queues.standing(queue)}
        missing = [row.id for row in overdue if row.id not in standing]
        if not missing:
            return set()
        with tenant.session(write=True) as session:
            return outbox.idle(session, missing)

    def _ring_in_turns(self, queue: str, batches: list[list[tuple[str, Id]]]) -> int:
        """The first row of each tenant, then the second of each: no tenant waits behind another's whole batch."""
        entries = [entry for turn in zip_longest(*batches) for entry in turn if entry is not None]
        for slug, row_id in entries:
            self._queues.push(queue, slug, row_id)
            self._rung[slug][row_id] = time.monotonic()
        return len(entries)

    def begin_periods(self) -> None:
        """Write the rows of periodic kinds whose period has begun; by key, so several relays write one."""
        for tenant in self._directory:
            for periodic in outbox.periodic_kinds():
                if not serves(tenant, outbox.job_kind(periodic.kind).handler.__module__):
                    continue
                key = periodic.key(tenant.clock.now())
                if self._periods.get((tenant.slug, periodic.kind)) == key:
                    continue
                try:
                    with unit_of_work(tenant) as ctx:
                        ctx.enqueue(periodic.kind, {}, key=key)
                    self._periods[tenant.slug, periodic.kind] = key
                except OperationalError as error:
                    log.warning("%s: %s not begun yet: %s", tenant.slug, periodic.kind, error.orig)


def relay_forever(directory: Directory, redis_url: str) -> None:
    """The relay process: on each bell, and once a second for what nobody rang. Ends on SIGTERM."""
    stop = _told_to_stop()
    for tenant in directory:
        _never_wait_long(tenant)
    while not stop.is_set():
        try:
            _relay_while_connected(directory, connect(redis_url), stop)
        except RedisError as error:
            log.warning("no Redis, work waits in the database: %s", error)
            stop.wait(0.5)


def _relay_while_connected(directory: Directory, connection: "Redis", stop: Event) -> None:
    relay, bells = Relay(directory, connection), Bells(connection)
    swept = float("-inf")
    try:
        while not stop.is_set():
            if time.monotonic() - swept >= SWEEP_SECONDS:
                swept = time.monotonic()
                relay.begin_periods()
                relay.sweep()
            elif slugs := bells.heard(SWEEP_SECONDS - (time.monotonic() - swept)):
                relay.sweep(slugs)
    finally:
        bells.close()


def _told_to_stop() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _never_wait_long(tenant: Tenant) -> None:
    """On SQLite the relay would stand 15 s behind one tenant's long handler, and all other tenants with it."""
    if tenant.engine.dialect.name == "sqlite":
        sqlalchemy_event.listen(tenant.engine, "connect",
                                lambda connection, _: connection.execute("PRAGMA busy_timeout=200"))


class JianxueWorker(SimpleWorker):
    """rq's worker that runs a job in its own process: what may crash or run away (drawing a PDF, reading a sheet,
    comparing faces) has a process of its own already, and a fork for each job costs 40 ms of CPU."""

    max_connection_wait_time = 5.0


class _Installation:
    """What the function that rq calls by its name finds in the worker's process."""

    directory: Directory | None = None
    doorbell: Doorbell = Doorbell(None)


def run_job(slug: str, row_id: str) -> None:
    """The one function that rq calls."""
    assert _Installation.directory is not None
    tenant = _Installation.directory.by_slug(slug)
    # A handler that hangs in C hears no alarm: then the whole process ends, and the attempt is counted.
    faulthandler.dump_traceback_later(JOB_SECONDS + 60, exit=True)
    try:
        perform(tenant, UUID(row_id))
    finally:
        faulthandler.cancel_dump_traceback_later()
    # The next row of this tenant may stand outside the relay's window.
    _Installation.doorbell.ring(slug)


def work_forever(directory: Directory, redis_url: str, queue: str) -> None:
    """A worker process: one queue, since on several rq pops without a safety copy (rq #1716)."""
    _Installation.directory = directory
    _Installation.doorbell = Doorbell(redis_url)
    connection = connect(redis_url)
    _await(connection)
    worker = JianxueWorker([Queue(queue, connection=connection, serializer=JSONSerializer)], connection=connection,
                           serializer=JSONSerializer, worker_ttl=60, maintenance_interval=30)
    worker.work(logging_level="WARNING", max_jobs=_JOBS_A_LIFE)


def _await(connection: "Redis") -> None:
    while True:
        try:
            connection.ping()
            return
        except RedisError:
            time.sleep(_LOOK_SECONDS)


def crew_forever(directory: Directory, redis_url: str) -> None:
    """The relay and one worker per queue, forked from this process so that all is imported once."""
    fork = multiprocessing.get_context("fork")
    jobs = {"relay": (relay_forever, (directory, redis_url)),
            **{queue: (work_forever, (directory, redis_url, queue)) for queue in QUEUES}}
    stop = _told_to_stop()
    crew: dict[str, multiprocessing.process.BaseProcess] = {}
    while not stop.is_set():
        for name, (target, arguments) in jobs.items():
            member = crew.get(name)
            if member is None or not member.is_alive():
                if member is not None:
                    log.warning("%s ended (%s); starting again", name, member.exitcode)
                crew[name] = fork.Process(target=_tied, args=(os.getpid(), target, *arguments), name=name)
                crew[name].start()
        stop.wait(_LOOK_SECONDS)
    for member in crew.values():
        member.terminate()
    for member in crew.values():
        member.join()


def _tied(parent: int, target: Callable[..., None], *arguments: object) -> None:
    die_with_parent(parent)
    target(*arguments)
