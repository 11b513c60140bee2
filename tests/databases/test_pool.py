"""Connections of a process to a tenant's database: kept while it is busy, given back when it is not."""
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from core.base import db
from core.tenancy import Tenant


@pytest.fixture
def on_postgresql(national: Tenant) -> Tenant:
    if national.engine.dialect.name != "postgresql":
        pytest.skip("SQLite opens a file")
    return national


def busy(tenant: Tenant, at_once: int) -> list[int]:
    """So many connections in use at once; the server's processes behind them."""
    with ExitStack() as opened:
        every = [opened.enter_context(tenant.engine.connect()) for _ in range(at_once)]
        return [one.execute(text("SELECT pg_backend_pid()")).scalar_one() for one in every]


def test_a_busy_tenant_keeps_its_connections(on_postgresql: Tenant) -> None:
    assert sorted(busy(on_postgresql, 5)) == sorted(busy(on_postgresql, 5))


def test_the_server_ends_what_rests(on_postgresql: Tenant) -> None:
    """Not what was taken out of the pool; and nobody sees an error for it."""
    with on_postgresql.engine.connect() as connection:
        assert connection.execute(text("SHOW idle_session_timeout")).scalar_one() == f"{db.IDLE_S // 60}min"
        connection.detach()
        assert connection.execute(text("SHOW idle_session_timeout")).scalar_one() == "0"
    before = set(busy(on_postgresql, 3))
    with on_postgresql.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                " WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    assert len(set(busy(on_postgresql, 3)) - before) == 2
