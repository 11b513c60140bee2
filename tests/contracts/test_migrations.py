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
from core.migrating import alembic_config
from tests.conftest import MASTER_KEY
from tests.data import TENANTS


def test_the_migrations_lead_to_the_models(tmp_path: Path) -> None:
    load_flow_parts()
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "core@head")
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert not difference, "python scripts/new_migration.py writes the missing one"
    modelled = create_engine(f"sqlite:///{tmp_path / 'modelled.sqlite'}")
    Base.metadata.create_all(modelled)
    assert triggers(engine) == triggers(modelled)


def triggers(engine: object) -> set[str]:
    with engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'")
        return {row[0] for row in rows}


def test_down_and_up_again(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    for step in (command.upgrade, command.downgrade, command.upgrade):
        with writing(engine).begin() as connection:
            step(alembic_config(connection), "core@head" if step is command.upgrade else "core@base")
    assert "trail" in inspect(engine).get_table_names()


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
