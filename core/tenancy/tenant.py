"""A tenant: a database, a file root, a plugin manager, a template overlay and a cookie of its own."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from weakref import WeakSet, ref

import pluggy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.base.blobs import Blobs, BlobStore, LocalStore
from core.base.business_date import BusinessClock, date_file
from core.base.clock import Clock, SystemClock, local_date
from core.base.config import Config, Mode
from core.base.crypto import KeyRing
from core.base.db import make_engine, writing
from core.base.direct import Direct
from core.base.s3 import open_s3
from core.tenancy.rules import Rules
from core.tenancy.settings import RuleSet, TenantFile, read_tenants


@dataclass(eq=False)
class Tenant:
    """The one object that holds all that belongs to a tenant; two are never mixed (docs/adr/0001)."""

    config: Config
    file: TenantFile
    clock: Clock = field(default_factory=SystemClock)
    plugins: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("jianxue"))
    store: BlobStore | None = None
    _engine: Engine | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _directs: "WeakSet[Direct]" = field(default_factory=WeakSet, repr=False)

    @property
    def slug(self) -> str:
        return self.file.slug

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def business_date(self) -> date | None:
        """The day this tenant lives on while that is not the real one (GD-01 on show); None in production."""
        if isinstance(self.clock, BusinessClock) and self.clock.days():
            return local_date(self.clock.now())
        return None

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing(self.config.master_key, self.slug)

    @cached_property
    def blobs(self) -> Blobs:
        return Blobs(self.store or self._configured_store(), self.keys)

    def _configured_store(self) -> BlobStore:
        if self.config.blob_url:
            return open_s3(self.config.blob_url, self.slug)
        return LocalStore(self.config.tenant_var(self.slug) / "blobs")

    @property
    def engine(self) -> Engine:
        """Opened at first use; the pool grows and shrinks with need (core.base.db)."""
        with self._lock:
            if self._engine is None:
                self.config.tenant_var(self.slug).mkdir(parents=True, exist_ok=True)
                self._engine = make_engine(self.config.database(self.slug))
            return self._engine

    def session(self, *, write: bool) -> Session:
        """A session on this tenant's database, and on no other."""
        return Session(writing(self.engine) if write else self.engine, expire_on_commit=False)

    def direct(self) -> Direct:
        """A connection beside the pool for a statement that must cost little; closed with the tenant."""
        me = ref(self)

        def engine() -> Engine:
            tenant = me()
            assert tenant is not None
            return tenant.engine

        direct = Direct(engine)
        self._directs.add(direct)
        return direct

    def rule_set(self, at: datetime) -> RuleSet:
        """The rules in force at a moment; the file is version 0, console versions will come after it."""
        return self.file.rule_set

    def rules(self, at: datetime) -> Rules:
        return self.rule_set(at).rules

    def close(self) -> None:
        """Give all connections back."""
        for direct in list(self._directs):
            direct.drop()
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


class UnknownTenant(LookupError):
    """No tenant has this slug or host; never a default one."""


class Directory:
    """All tenants of this installation, by slug and by host."""

    def __init__(self, tenants: list[Tenant]) -> None:
        self._by_slug = {tenant.slug: tenant for tenant in tenants}
        self._by_host = {host: tenant for tenant in tenants for host in tenant.file.hosts}

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._by_slug.values())

    def __len__(self) -> int:
        return len(self._by_slug)

    def by_slug(self, slug: str) -> Tenant:
        try:
            return self._by_slug[slug]
        except KeyError:
            known = "、".join(self._by_slug)
            raise UnknownTenant(f"没有租户 {slug}，现有：{known}") from None

    def by_host(self, host: str) -> Tenant | None:
        return self._by_host.get(host.lower())

    def has(self, slug: str) -> bool:
        return slug in self._by_slug


def open_directory(config: Config, *, clock: Clock | None = None) -> Directory:
    """Read all tenants; ConfigError names file and key of whatever is wrong."""
    files = read_tenants(config.tenants, demo=config.demo)
    if config.blob_url:
        open_s3(config.blob_url, files[0].slug)
    return Directory([Tenant(config, file, clock or _clock(config, file)) for file in files])


def _clock(config: Config, file: TenantFile) -> Clock:
    if config.mode is Mode.PRODUCTION:
        return SystemClock()
    return BusinessClock(date_file(config, file.slug), file.business_date)
