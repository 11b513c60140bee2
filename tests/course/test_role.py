"""The app's own role on PostgreSQL studies, clears and seals, and can change nothing that is append-only (L16)."""
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from core.base import trail
from core.base.config import Config
from core.cli import main
from core.course import clear_hours, restore_hours, seal_hours, verify_hours
from core.roles import kept_tables, may_change_kept, role_statements
from core.tenancy import Tenant, bound, unit_of_work
from tests.conftest import MASTER_KEY, Databases
from tests.course.conftest import Learner
from tests.data import TENANTS
from tests.postgres import fresh_databases

ROLE = "jx_app_role"


@pytest.fixture
def owned() -> Iterator[str]:
    """A database of the owner's, with the app's role beside it."""
    with fresh_databases(["role"]) as urls:
        owner = create_engine(urls["role"])
        with owner.begin() as connection:
            connection.execute(text(f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') "
                                    f"THEN CREATE ROLE {ROLE} LOGIN; END IF; END $$"))
        yield urls["role"]
        with owner.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {ROLE}"))
            connection.execute(text(f"DROP ROLE {ROLE}"))
        owner.dispose()


@pytest.fixture
def granted(owned: str) -> str:
    """The same database for the app's role, which has got what `jianxue db role` gives."""
    owner = create_engine(owned)
    with owner.begin() as connection:
        for statement in role_statements(connection, ROLE):
            connection.exec_driver_sql(statement)
        assert may_change_kept(connection, ROLE) == []
        assert may_change_kept(connection, str(connection.scalar(text("SELECT current_user")))) == list(kept_tables())
    url = owner.url.set(username=ROLE).render_as_string(hide_password=False)
    owner.dispose()
    return url


@pytest.fixture
def config(config: Config, granted: str) -> Config:
    """Every tenant that a test asks for has that database."""
    return replace(config, database_urls=Databases(lambda _slug: granted))


def test_the_apps_role_changes_nothing(national: Tenant, learner_of: Callable[..., Learner]) -> None:
    """L16: a study with clearing, appeal and seals needs no right to change the ledger; UPDATE and DELETE are refused
    by the rights, before any trigger speaks."""
    learner = learner_of(national)
    learner.open()
    learner.watch(7)
    with unit_of_work(national) as ctx:
        assert clear_hours(ctx, learner.enrollment, "b", "挂机", None) == 7
    with unit_of_work(national) as ctx:
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == 7
    with unit_of_work(national) as ctx:
        assert seal_hours(ctx)
        assert trail.seal(ctx.db, now=ctx.now)
    with bound(national), national.session(write=False) as session:
        found = verify_hours(session)
    assert found.findings == () and found.unsealed == 0 and found.rows > 3
    assert {"hour_entry", "segment", "hour_note", "seal_batch", "trail"} <= set(kept_tables())
    for table in kept_tables():
        column = {"seal_batch": "number", "beats_pruned": "at", "trail": "seq", "trail_seal": "seq"}.get(table, "id")
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}",
                          f"TRUNCATE {table} CASCADE", f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
            with pytest.raises(ProgrammingError, match="denied|must be owner"), unit_of_work(national) as ctx:
                ctx.db.execute(text(statement))


def test_db_role_prints_grants_and_warns(owned: str, tmp_path: Path) -> None:
    """`jianxue db role`: the statements, or their effect; a role that owns the tables is told to be too strong."""
    environment = {"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(tmp_path),
                   "JIANXUE_TENANTS": str(TENANTS), "JIANXUE_REDIS_URL": "redis://127.0.0.1:1/0",
                   "JIANXUE_DATABASE_URL_NATIONAL": owned}

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["db", "role", "--tenant", "national", *words], env=environment)

    printed = run(ROLE)
    assert printed.exit_code == 0 and f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON hour_entry FROM {ROLE};" in (
        printed.output)
    assert run(ROLE, "--execute").output == f"national：已授权 {ROLE}，学时账目只能读和增加\n"
    strong = run("postgres", "--execute")
    assert strong.exit_code == 1 and "postgres 仍能改动" in strong.output
