"""Which tenant is being served, for whom, and when: the `ctx` that every service and hook gets first."""
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from core.base import events, outbox, trail
from core.base.blobs import Blobs
from core.base.crypto import keys_in_use, set_keys
from core.tenancy.actor import NOBODY, Actor
from core.tenancy.rules import Rules
from core.tenancy.tenant import Tenant


T = TypeVar("T")


class Ctx:
    """One request, job or command of one tenant.

    The session opens at first use and is committed or rolled back by whoever made the Ctx (the request,
    the job, the command), never by a service.
    """

    def __init__(self, tenant: Tenant, actor: Actor = NOBODY, *, now: datetime | None = None,
                 locale: str | None = None, write: bool = True) -> None:
        self.tenant = tenant
        self.actor = actor
        self.now = now or tenant.clock.now()
        self.locale = locale or tenant.file.locale
        self._write = write
        self._session: Session | None = None
        self._after: list[Any] = []
        self._looked_up: dict[Hashable, Any] = {}

    @property
    def db(self) -> Session:
        """This tenant's session; on a reading request it must not write."""
        if self._session is None:
            self._session = self.tenant.session(write=self._write)
        return self._session

    def look_up(self, key: Hashable, look: Callable[[], T]) -> T:
        """What `look` finds; a reading request, in which nothing can change, looks once for each key."""
        if self._write:
            return look()
        if key not in self._looked_up:
            self._looked_up[key] = look()
        return cast(T, self._looked_up[key])

    def rules(self, at: datetime | None = None) -> Rules:
        """The rules in force now, or at another moment."""
        return self.tenant.rules(at or self.now)

    def plugin_rules(self, kind: type[T], at: datetime | None = None) -> T:
        """A plugin's own rules in force now, or at another moment, by the dataclass that its `settings.py` names."""
        return self.tenant.rule_set(at or self.now).of_plugin(kind)

    @property
    def blobs(self) -> Blobs:
        return self.tenant.blobs

    def mac(self, value: str) -> str:
        """The index of a sealed value."""
        return self.tenant.keys.mac(value)

    def text(self, key: str, **variables: object) -> str:
        """A message text of the tenant, filled in."""
        template = getattr(self.rules().texts, key)
        if not isinstance(template, str):
            raise TypeError(f"text {key} is a list: read it from rules().texts")
        return template.format(**variables)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for a look before it is known what will be written: the request's own where that only reads."""
        if not self._write:
            yield self.db
            return
        with self.tenant.session(write=False) as session:
            yield session

    @contextmanager
    def aside(self) -> Iterator[Session]:
        """A short transaction of its own, kept even if the request is refused: attempts and limits.

        Not while `db` holds a write transaction: on SQLite the two would wait for each other.
        """
        if self._session is not None and self._session.in_transaction() and self._write:
            raise RuntimeError("aside() inside an open write transaction; count attempts before touching ctx.db")
        with self.tenant.session(write=True) as session, session.begin():
            yield session

    def record(self, action: str, subject: object, *, result: str = "ok", **detail: object) -> None:
        """A trail row in this transaction; never a full ID number or phone in `detail`."""
        trail.record(self.db, self._deed(action, subject, result, detail))

    def _deed(self, action: str, subject: object, result: str, detail: dict[str, object]) -> trail.Deed:
        # A signed address may be a route's subject and longer than the column, which PostgreSQL would refuse.
        return trail.Deed(at=self.now, action=action, subject=str(subject)[:trail.LONGEST_SUBJECT], result=result,
                          detail=detail, actor=trail.actor_label(self.actor.account_id),
                          roles=",".join(sorted(self.actor.roles)), address=self.actor.address)

    def record_aside(self, action: str, subject: object, **detail: object) -> None:
        """A trail row of a reading request that must leave one: somebody looked at a picture (P-08)."""
        with self.aside() as session:
            trail.record(session, self._deed(action, subject, "ok", detail))

    def record_refusal(self, action: str, subject: object, **detail: object) -> None:
        """A trail row that outlives the rollback of a refused request."""
        self.rollback()
        with self.aside() as session:
            trail.record(session, self._deed(action, subject, "refused", detail))

    def publish(self, event: events.Event) -> None:
        """Tell the flows above, in this transaction."""
        events.publish(self, event)

    def enqueue(self, kind: str, payload: dict[str, Any], *, key: str | None = None,
                not_before: datetime | None = None) -> outbox.OutboxRow:
        """Work for after the commit; the doorbell rings then."""
        row = outbox.enqueue(self.db, kind, payload, now=self.now, key=key, not_before=not_before)
        self._after.append(row)
        return row

    def commit(self) -> list[outbox.OutboxRow]:
        """Commit and return the outbox rows whose doorbell should be rung."""
        if self._session is not None:
            self._session.commit()
        rung, self._after = self._after, []
        return rung

    def rollback(self) -> None:
        self._after = []
        if self._session is not None:
            self._session.rollback()

    def begin_anew(self) -> bool:
        """After a statement failed that was not one's own: a fresh transaction for a request that only reads; False
        where something may have been written that must not be lost unseen."""
        if self._session is None:
            return True
        if not self._write:
            self._session.rollback()
        return not self._write

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


_tenant: ContextVar[Tenant | None] = ContextVar("jianxue_tenant", default=None)


def current_tenant() -> Tenant:
    """The bound tenant; LookupError when none is, so that nothing falls to a default."""
    tenant = _tenant.get()
    if tenant is None:
        raise LookupError("no tenant is bound")
    return tenant


def bound_tenant() -> Tenant | None:
    return _tenant.get()


def set_tenant(tenant: Tenant | None) -> None:
    """Bind for a WSGI response, whose end is elsewhere; everything else uses `bound`."""
    _tenant.set(tenant)
    set_keys(tenant.keys if tenant else None)


@contextmanager
def bound(tenant: Tenant) -> Iterator[Tenant]:
    """Serve this tenant inside the block."""
    token = _tenant.set(tenant)
    try:
        with keys_in_use(tenant.keys):
            yield tenant
    finally:
        _tenant.reset(token)


@contextmanager
def unit_of_work(tenant: Tenant, actor: Actor = NOBODY, *, now: datetime | None = None) -> Iterator[Ctx]:
    """A bound, committed Ctx for commands, jobs and tests; rolled back when the block raises."""
    with bound(tenant):
        ctx = Ctx(tenant, actor, now=now)
        try:
            yield ctx
            ctx.commit()
        except BaseException:
            ctx.rollback()
            raise
        finally:
            ctx.close()
