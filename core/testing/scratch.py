"""A scratch environment: the tenants' files copied, databases and files in a temporary folder, clocks that stand.

Nothing of the installation is touched, and what a plugin does here is gone with the folder.
"""
import json
import os
import re
import secrets
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from core.app import create_app, open_tenants
from core.base.clock import FixedClock, shanghai
from core.base.config import ROOT, Config, load_config
from core.extension.loading import installed_plugins
from core.migrating import branches, upgrade_tenant
from core.tenancy import NOBODY, Actor, Ctx, Directory, Tenant, bound, bound_tenant, set_tenant
from core.tenancy.settings import DEMO_FOLDER, read_tenants
from core.web import JianxueFlask

TODAY = date(2026, 11, 20)
"""Where a tenant sets no business date, the kit lives on this day, whatever the calendar says."""


@dataclass(frozen=True)
class Source:
    """What is to be checked: the folder of the tenants' files, and plugins that are not installed yet.

    `extra` holds the files of further tenants, `modules` their plugins by the names in `tenant.plugins`; `also` are
    plugins that a tenant is to be checked with before it lists them.
    """

    folder: Path = ROOT / "tenants"
    extra: tuple[Path, ...] = ()
    modules: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def slugs(self) -> list[str]:
        """All tenants, the extra ones last."""
        files = [*sorted(self.folder.glob("[!_]*.toml")), *self.extra]
        return list(dict.fromkeys(file.stem for file in files))

    def plugins(self) -> dict[str, Any]:
        return {**installed_plugins(), **self.modules}


class Scratch:
    """Some of the tenants in one process, as the web serves them, each with its own plugin manager."""

    def __init__(self, folder: Path, source: Source, slugs: Sequence[str], blanks: Path | None = None) -> None:
        self.folder = folder
        self._blanks = blanks or folder
        self.config = _config(folder, _tenants(folder, source, slugs))
        self.directory: Directory = open_tenants(self.config, available=source.plugins())
        self._ready: set[str] = set()
        for tenant in self.directory:
            tenant.clock = FixedClock(noon(business_date(tenant) or TODAY))

    def tenant(self, slug: str) -> Tenant:
        """A tenant whose scratch database has all its tables."""
        tenant = self.directory.by_slug(slug)
        if slug not in self._ready:
            self._ready.add(slug)
            self._make_database(tenant)
        return tenant

    def _make_database(self, tenant: Tenant) -> None:
        """By the migrations; tenants with the same branches have the same tables, so these are made once."""
        blank = self._blanks / f"blank-{'-'.join(branches(tenant))}.sqlite"
        file = self.config.tenant_var(tenant.slug) / "jianxue.sqlite"
        if blank.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(blank, file)
            return
        upgrade_tenant(tenant)
        tenant.close()
        shutil.copy(file, blank)

    @cached_property
    def app(self) -> JianxueFlask:
        """The web over these tenants."""
        return create_app(self.config, self.directory)

    @contextmanager
    def serving(self, tenant: Tenant, actor: Actor = NOBODY, *, keep: bool = True) -> Iterator[Ctx]:
        """A context inside a request to the tenant's host; committed unless `keep` is false or the block raises."""
        before = bound_tenant()
        set_tenant(tenant)
        try:
            with bound(tenant), self.app.test_request_context("/", base_url=address(tenant)):
                ctx = Ctx(tenant, actor)
                try:
                    yield ctx
                    ctx.commit() if keep else ctx.rollback()
                except BaseException:
                    ctx.rollback()
                    raise
                finally:
                    ctx.close()
        finally:
            set_tenant(before)

    def client(self, tenant: Tenant, token: str) -> FlaskClient:
        """A browser on the tenant's host, signed in by the token of an open session ("" for a visitor)."""
        client = self.app.test_client()
        with bound(tenant), client.session_transaction(base_url=address(tenant)) as session:
            session["sign_in"] = token
        return client

    def close(self) -> None:
        for tenant in self.directory:
            tenant.close()


@contextmanager
def scratch(source: Source, slugs: Sequence[str] | None = None, blanks: Path | None = None) -> Iterator[Scratch]:
    """The named tenants, else all; ConfigError or PluginError says why they cannot be opened.

    `blanks` is a folder in which several scratch environments share empty databases.
    """
    with tempfile.TemporaryDirectory(prefix="jianxue-check-", ignore_cleanup_errors=True) as name:
        opened = Scratch(Path(name), source, source.slugs() if slugs is None else slugs, blanks)
        try:
            yield opened
        finally:
            opened.close()


def _tenants(folder: Path, source: Source, slugs: Sequence[str]) -> Path:
    """A folder with the national values and the wanted tenants only."""
    target = folder / "tenants"
    (target / DEMO_FOLDER).mkdir(parents=True)
    for home in (source.folder, *(file.parent for file in source.extra)):
        for place in (Path(), Path(DEMO_FOLDER)):
            for file in (home / place).glob("*.toml"):
                if file.stem in slugs or file.name.startswith("_"):
                    shutil.copy(file, target / place)
    for slug, plugins in source.also.items():
        if slug in slugs:
            _list_plugins(target / f"{slug}.toml", plugins)
    return target


def _list_plugins(file: Path, plugins: Sequence[str]) -> None:
    """As the administrator would, at the end of `tenant.plugins`."""
    text = file.read_text(encoding="utf-8")
    listed = [*tomllib.loads(text).get("tenant", {}).get("plugins", []), *plugins]
    line = f"plugins = {json.dumps(list(dict.fromkeys(listed)))}"
    without = re.sub(r"(?ms)^plugins\s*=\s*\[.*?\]\s*?$", "", text, count=1)
    file.write_text(re.sub(r"(?m)^\[tenant\]\s*?$", f"[tenant]\n{line}", without, count=1), encoding="utf-8")


def _config(folder: Path, tenants: Path) -> Config:
    kept = {name: os.environ[name] for name in ("JIANXUE_FONT",) if name in os.environ}
    return load_config({**kept, "JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": secrets.token_hex(32),
                        "JIANXUE_VAR": str(folder / "var"), "JIANXUE_TENANTS": str(tenants)})


def business_date(tenant: Tenant) -> date | None:
    """The day on which the tenant's demonstration lives, if it has one."""
    files = read_tenants(tenant.config.tenants, demo=True)
    return next(file.business_date for file in files if file.slug == tenant.slug)


def address(tenant: Tenant) -> str:
    return f"http://{tenant.file.hosts[0]}"


def noon(day: date) -> datetime:
    return shanghai(day.year, day.month, day.day, 12)


def later(tenant: Tenant, **time: float) -> None:
    """Move the tenant's clock."""
    clock = tenant.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(**time)
