"""R43: what an installation refuses to start with in production, each reason alone, and that a right one starts."""
import re
import secrets
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

from core.app import create_app
from core.base.config import Config, ConfigError, load_config
from core.base.db import make_engine
from core.base.refusals import database_problems, refuse_unsafe, setting_problems
from tests import postgres

GOOD_KEY = secrets.token_hex(32)


def production(tmp_path: Path, **env: str) -> Config:
    return load_config({"JIANXUE_MODE": "production", "JIANXUE_VAR": str(tmp_path), "JIANXUE_MASTER_KEY": GOOD_KEY,
                        **env})


@pytest.mark.parametrize(("env", "named"), [
    ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    ({"PYTHONDEVMODE": "1"}, "PYTHONDEVMODE"),
    ({"FLASK_DEBUG": "0"}, None),
    ({}, None),
])
def test_debug_is_refused(tmp_path: Path, env: dict[str, str], named: str | None) -> None:
    """R43"""
    found = setting_problems(production(tmp_path), env)
    assert ([named] if named else []) == [reason.split("=")[0] for reason in found]


@pytest.mark.parametrize("key", ["5c" + "0123456789abcdef" * 4, "0123456789abcdef" * 4, bytes(range(32)).hex()])
def test_a_key_from_an_example_is_refused(tmp_path: Path, key: str) -> None:
    """R43: the keys that stand in tests and manuals."""
    [reason] = setting_problems(production(tmp_path, JIANXUE_MASTER_KEY=key), {})
    assert "JIANXUE_MASTER_KEY" in reason


def test_random_keys_are_never_refused(tmp_path: Path) -> None:
    for _ in range(200):
        assert setting_problems(production(tmp_path, JIANXUE_MASTER_KEY=secrets.token_hex(32)), {}) == []


def test_demo_data_is_refused(tmp_path: Path) -> None:
    """R43: accounts whose password everybody knows, a payment provider that anybody can play."""
    with pytest.raises(ConfigError, match="JIANXUE_DEMO"):
        refuse_unsafe(production(tmp_path, JIANXUE_DEMO="1"), {}, {})


def test_a_careless_sqlite_is_refused(tmp_path: Path) -> None:
    """R43, O5: synchronous=NORMAL may lose an acknowledged hour in a power cut."""
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    assert database_problems("national", make_engine(url)) == []
    careless = create_engine(url)
    event.listen(careless, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
    [reason] = database_problems("national", careless)
    assert re.search("national.*synchronous=1.*FULL", reason)


def test_a_superuser_and_a_careless_postgresql_are_refused() -> None:
    """R43: the embedded server's own user is a superuser; an ordinary one with durable commits is welcome."""
    with postgres.fresh_databases(["national"]) as urls:
        engine = make_engine(urls["national"])
        [reason] = database_problems("national", engine)
        assert "超级用户" in reason
        with engine.begin() as connection:
            connection.execute(text("DROP ROLE IF EXISTS careful"))
            connection.execute(text("CREATE ROLE careful LOGIN"))
        ordinary = make_engine(urls["national"].replace("postgres:@", "careful:@"))
        assert database_problems("national", ordinary) == []
        ordinary.dispose()
        with engine.begin() as connection:
            connection.execute(text("ALTER ROLE careful SET synchronous_commit = off"))
        [reason] = database_problems("national", ordinary)
        assert "synchronous_commit=off" in reason
        ordinary.dispose()
        with engine.begin() as connection:
            connection.execute(text("DROP ROLE careful"))
        engine.dispose()


def test_production_starts_when_all_is_right_and_not_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R43: the app itself refuses, whatever server starts it."""
    monkeypatch.delenv("FLASK_DEBUG", raising=False)
    create_app(production(tmp_path))
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(ConfigError, match="FLASK_DEBUG"):
        create_app(production(tmp_path))


def test_secrets_come_from_a_mounted_file(tmp_path: Path) -> None:
    """Issue 2: keys come from the environment or a mounted file."""
    file = tmp_path / "key"
    file.write_text(GOOD_KEY + "\n")
    config = load_config({"JIANXUE_MODE": "production", "JIANXUE_MASTER_KEY_FILE": str(file)})
    assert config.master_key == bytes.fromhex(GOOD_KEY)
    assert GOOD_KEY[:8] not in repr(config) and repr(config.master_key)[2:-1] not in repr(config)
