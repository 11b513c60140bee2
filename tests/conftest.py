"""Fixtures: two real tenants on real databases, a clock that stands still, a client per tenant.

`JIANXUE_TEST_PG=1` runs the same tests on PostgreSQL (an embedded server, see `tests/postgres.py`).
"""
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from core.app import create_app, open_tenants
from core.base.clock import FixedClock, shanghai
from core.base.config import Config, load_config
from core.base.db import Base
from core.cli import main
from core.identity import hashing
from core.tenancy import NOBODY, Ctx, Directory, Tenant, bound, set_tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser
from tests.data import TENANTS
from tests.figures import figure
from tests.postgres import fresh_databases

__all__ = ["figure"]

MASTER_KEY = "5c" + "0123456789abcdef" * 4
NOON = shanghai(2026, 11, 20, 12)


@pytest.fixture(autouse=True)
def nobody_bound() -> Iterator[None]:
    """Each test begins without a tenant: a test client that does not read a response to its end leaves one bound."""
    set_tenant(None)
    yield
    set_tenant(None)


@pytest.fixture
def clock() -> FixedClock:
    """2026-11-20 12:00 in Shanghai, moved by the test."""
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, copied for each test: much faster than creating them again."""
    folder = tmp_path_factory.mktemp("blank")
    config = load_config({"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(folder),
                          "JIANXUE_TENANTS": str(TENANTS)})
    tenant = next(iter(open_tenants(config)))
    Base.metadata.create_all(tenant.engine)
    tenant.close()
    return folder / "tenants" / tenant.slug / "jianxue.sqlite"


PRODUCT_HASHES = hashing._HASHER, hashing._NOBODY


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> None:
    """A password's hash costs as much as three pages; what it costs in the product is looked at in tests/identity."""
    hashing._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    hashing._NOBODY = hashing._HASHER.hash("nobody")


class Databases(Mapping[str, str]):
    """Slug → URL of an empty database with all tables, which is made when it is first asked for."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make
        self._made: dict[str, str] = {}

    def __getitem__(self, slug: str) -> str:
        if slug not in self._made:
            self._made[slug] = self._make(slug)
        return self._made[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@pytest.fixture
def config(tmp_path: Path, blank: Path) -> Iterator[Config]:
    """A configuration whose tenants have empty databases with all tables."""
    loaded = load_config({"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY,
                          "JIANXUE_VAR": str(tmp_path / "var"), "JIANXUE_TENANTS": str(TENANTS)})

    def sqlite(slug: str) -> str:
        target = loaded.tenant_var(slug)
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(blank, target / "jianxue.sqlite")
        return loaded.database(slug)

    with ExitStack() as opened:
        def postgresql(slug: str) -> str:
            return opened.enter_context(fresh_databases([slug]))[slug]

        on_postgresql = os.environ.get("JIANXUE_TEST_PG") == "1"
        yield replace(loaded, database_urls=Databases(postgresql if on_postgresql else sqlite))


@pytest.fixture
def directory(config: Config, clock: FixedClock) -> Iterator[Directory]:
    opened = open_tenants(config, clock=clock)
    yield opened
    for tenant in opened:
        tenant.close()


BOTH = ["national", "jilin"]


# On PostgreSQL the database is the question and not the tenant, and every test costs two databases.
@pytest.fixture(params=BOTH[:1] if os.environ.get("JIANXUE_TEST_PG") == "1" else BOTH)
def tenant(request: pytest.FixtureRequest, directory: Directory) -> Tenant:
    """Each test that asks for it runs in both tenants."""
    return directory.by_slug(request.param)


@pytest.fixture
def national(directory: Directory) -> Tenant:
    return directory.by_slug("national")


@pytest.fixture
def jilin(directory: Directory) -> Tenant:
    return directory.by_slug("jilin")


@pytest.fixture
def with_database(directory: Directory) -> Callable[[str], Tenant]:
    return directory.by_slug


@pytest.fixture
def beijing(directory: Directory) -> Tenant:
    return directory.by_slug("beijing")


@pytest.fixture
def zhejiang(directory: Directory) -> Tenant:
    """浙江: enterprises enroll their people in batches (X-06)."""
    return directory.by_slug("zhejiang")


@pytest.fixture
def guangdong_clock() -> FixedClock:
    """2020-12-20 12:00 in Shanghai, twelve days before Guangdong's deadline (GD-01), moved by the test."""
    return FixedClock(shanghai(2020, 12, 20, 12))


@pytest.fixture
def guangdong(directory: Directory, guangdong_clock: FixedClock) -> Tenant:
    """Guangdong on a clock of its own (`guangdong_clock`); the other tenants stay where they are."""
    tenant = directory.by_slug("guangdong")
    tenant.clock = guangdong_clock
    return tenant


@pytest.fixture
def ctx(tenant: Tenant) -> Iterator[Ctx]:
    """A bound, uncommitted context in each tenant, for tests of services."""
    with bound(tenant):
        context = Ctx(tenant, NOBODY)
        yield context
        context.rollback()
        context.close()


@pytest.fixture(scope="session")
def built(blank: Path) -> JianxueFlask:
    """Built once a process: putting the addresses together takes longer than most tests."""
    return create_app(load_config({"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY,
                                   "JIANXUE_VAR": str(blank.parents[2]), "JIANXUE_TENANTS": str(TENANTS)}))


@pytest.fixture
def app(built: JianxueFlask, config: Config, directory: Directory) -> Iterator[JianxueFlask]:
    """The whole app over this test's tenants; CSRF is on, as in production. What a test sets on it is undone."""
    settings, extensions, attributes = dict(built.config), dict(built.extensions), dict(vars(built))
    vars(built).update(jianxue=config, directory=directory, _overlays={})
    yield built
    for changed, kept in ((built.config, settings), (built.extensions, extensions)):
        changed.clear()
        changed.update(kept)
    vars(built).clear()
    vars(built).update(attributes)


@pytest.fixture
def browser_of(app: JianxueFlask) -> Callable[[Tenant], Browser]:
    """`browser_of(tenant)`: a fresh browser on that tenant's host."""
    app.test_client_class = Browser

    def make(tenant: Tenant) -> Browser:
        browser = app.test_client()
        assert isinstance(browser, Browser)
        browser.tenant = tenant
        return browser

    return make


@pytest.fixture
def work() -> Callable[..., object]:
    """`with work(tenant, actor) as ctx:` a committed unit of work."""
    return unit_of_work


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs a command in an installation of its own: (exit status, output)."""
    for name in [name for name in os.environ if name.startswith("JIANXUE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JIANXUE_VAR", str(tmp_path / "var"))

    def run(*arguments: str) -> tuple[int, str]:
        before = dict(os.environ)
        result = CliRunner().invoke(main, arguments)
        for name in set(os.environ) - set(before):
            del os.environ[name]
        return result.exit_code, result.output

    return run
