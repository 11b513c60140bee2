"""Redis as a doorbell: who is told that there is work, and which rows stand in a worker's queue.

Nothing here is the truth; all of it may be lost at any moment (R11). No pickle anywhere (F12): jobs are a
slug and a row id in JSON.
"""
import logging
import time
from collections.abc import Iterable
from uuid import UUID

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from core.base.db import Id

log = logging.getLogger("jianxue.jobs")

_CHANNEL = "jx:bell"
_PATIENCE_SECONDS = 0.2
_SULK_SECONDS = 2.0
_KEEP_SECONDS = 60
JOB_SECONDS = 600
ENTRY = "core.work.run_job"


class Doorbell:
    """Rings after a commit. A Redis that is absent or stuck costs a request 0.2 s, once in two seconds."""

    def __init__(self, url: str | None) -> None:
        self._redis = _patient(url) if url else None
        self._silent_until = 0.0

    def ring(self, slug: str) -> None:
        """Tell the relay that this tenant has work; whatever goes wrong, its sweep finds the row anyway."""
        if self._redis is None or time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(_CHANNEL, slug)
        except RedisError as error:
            self._silent_until = time.monotonic() + _SULK_SECONDS
            log.warning("doorbell silent, the sweep will find the work: %s", error)

    def answers(self) -> bool:
        """Whether work rings through now, for the health page."""
        try:
            return self._redis is not None and bool(self._redis.ping())
        except RedisError:
            return False


class Bells:
    """The relay's ear."""

    def __init__(self, connection: "Redis") -> None:
        self._pubsub = connection.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._pubsub.subscribe(_CHANNEL)

    def heard(self, seconds: float) -> set[str]:
        """The tenants that rang, waiting at most so long for the first; RedisError when Redis is gone."""
        slugs: set[str] = set()
        message = self._pubsub.get_message(timeout=seconds)
        while message is not None:
            slugs.add(message["data"].decode())
            message = self._pubsub.get_message(timeout=0)
        return slugs

    def close(self) -> None:
        self._pubsub.close()


class Queues:
    """What stands before the workers."""

    def __init__(self, connection: "Redis", names: Iterable[str]) -> None:
        self.by_name = {name: Queue(name, connection=connection, serializer=JSONSerializer,
                                    default_timeout=JOB_SECONDS) for name in names}

    def push(self, queue: str, slug: str, row_id: Id) -> None:
        """Ring one row. The job's id is the row's, so that a second ring is the same job."""
        self.by_name[queue].enqueue_call(
            ENTRY, args=(slug, str(row_id)), job_id=str(row_id), timeout=JOB_SECONDS, result_ttl=0,
            failure_ttl=_KEEP_SECONDS)

    def standing(self, queue: str) -> set[Id]:
        """Rows that no worker has taken yet."""
        return {UUID(job_id) for job_id in self.by_name[queue].get_job_ids()}


def connect(url: str) -> "Redis":
    """For relay and workers, which wait on it."""
    return Redis.from_url(url, socket_connect_timeout=2, health_check_interval=30)


def _patient(url: str) -> "Redis":
    return Redis.from_url(url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS,
                          retry=Retry(NoBackoff(), 0))
