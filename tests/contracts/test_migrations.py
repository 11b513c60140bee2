"""The migrations lead to what the models say, up and down, and one tenant's failure leaves the others done."""
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect

from core.app import load_flow_parts
from core.base.config import Config, load_config
from core.base.db import Base, make_engine, writing
from core.cli import main
from core.extension import tables_of
from core.extension.loading import installed_plugins
from core.migrating import CORE, alembic_config
from tests.conftest import MASTER_KEY
from tests.data import TENANTS


def branches_under_test() -> list[str]:
    """The core's and that of each installed plugin which has tables."""
    load_flow_parts()
    return [CORE, *(name for name in installed_plugins() if tables_of(name))]


@pytest.mark.parametrize("branch", branches_under_test())
def test_the_migrations_lead_to_the_models(tmp_path: Path, branch: str) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), f"{CORE}@head")
        if branch != CORE:
            command.upgrade(alembic_config(connection), f"{branch}@head")
    wanted = tables_of() | (tables_of(branch) if branch != CORE else set())
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            "include_object": lambda item, name, kind, *_: kind != "table" or name in wanted
            or name not in Base.metadata.tables})
        difference = compare_metadata(context, Base.metadata)
    assert not difference, "python scripts/new_migration.py [--plugin …] writes the missing one"
    modelled = create_engine(f"sqlite:///{tmp_path / 'modelled.sqlite'}")
    Base.metadata.create_all(modelled, tables=[Base.metadata.tables[name] for name in wanted])
    assert triggers(engine) == triggers(modelled)


def triggers(engine: object) -> set[str]:
    with engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'")
        return {row[0] for row in rows}


@pytest.mark.parametrize("branch", branches_under_test())
def test_down_and_up_again(tmp_path: Path, branch: str) -> None:
    """A plugin's tables go without the core's, and nothing of them is left."""
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    below = {CORE} if branch != CORE else set()
    for step, target in ((command.upgrade, "head"), (command.downgrade, "base"), (command.upgrade, "head")):
        with writing(engine).begin() as connection:
            for name in below if step is command.upgrade else ():
                command.upgrade(alembic_config(connection), f"{name}@head")
            step(alembic_config(connection), f"{branch}@{target}")
        there = set(inspect(engine).get_table_names()) - {"alembic_version"}
        kept = tables_of() if below else set()
        assert there == kept | (tables_of(branch if below else None) if step is command.upgrade else set())


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    values = {"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(tmp_path),
              "JIANXUE_TENANTS": str(TENANTS), "JIANXUE_REDIS_URL": "redis://127.0.0.1:1/0"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_config()


def test_one_tenants_failure_is_named_and_the_others_are_done(environment: Config) -> None:
    broken = environment.tenant_var("jilin") / "jianxue.sqlite"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"this is no database" * 100)
    result = CliRunner().invoke(main, ["db", "upgrade"])
    assert result.exit_code == 1
    assert "jilin" in result.output and "national" in result.output
    assert broken.read_bytes().startswith(b"this is no database")
    engine = create_engine(f"sqlite:///{environment.tenant_var('national') / 'jianxue.sqlite'}")
    assert "trail" in inspect(engine).get_table_names()
