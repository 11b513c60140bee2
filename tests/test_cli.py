"""`jianxue …` as an operator types it (issue 2, Commands)."""
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.base.clock import FixedClock
from core.base.outbox import JobState, OutboxRow, job
from core.running import local_environment
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser

Cli = Callable[..., tuple[int, str]]


@job("test.hopeless")
def hopeless(ctx: object, payload: object) -> None:
    raise RuntimeError("no hope")


def test_a_local_machine_makes_its_own_keys_once(tmp_path: Path) -> None:
    """Issue 2 (first migration): `make run` makes its own keys, mode 0600."""
    env = {"JIANXUE_VAR": str(tmp_path)}
    first, again = local_environment(env), local_environment(env)
    assert first == again
    key = Path(first["JIANXUE_MASTER_KEY_FILE"])
    assert len(bytes.fromhex(key.read_text())) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "redis").stat().st_mode) == 0o700


def test_production_makes_up_no_key(tmp_path: Path) -> None:
    """R43: a key made on the spot would lock everybody out after the next deployment."""
    added = local_environment({"JIANXUE_VAR": str(tmp_path), "JIANXUE_MODE": "production"})
    assert "JIANXUE_MASTER_KEY_FILE" not in added
    assert not (tmp_path / "keys").exists()


def test_tenants_are_listed_and_an_unknown_one_is_a_sentence(cli: Cli) -> None:
    status, output = cli("tenant", "list")
    assert status == 0 and "national.localhost" in output and "jilin.localhost" in output
    status, output = cli("db", "upgrade", "--tenant", "atlantis")
    assert status == 1 and "没有租户 atlantis" in output and "Traceback" not in output


def test_a_dead_job_is_listed_and_revived(national: Tenant, clock: FixedClock, cli: Cli,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    """O17: visible to the operator by name, time and reason, and tried again on request."""
    monkeypatch.setenv("JIANXUE_VAR", str(national.config.var))
    monkeypatch.setenv("JIANXUE_MASTER_KEY", national.config.master_key.hex())
    monkeypatch.setenv("JIANXUE_DATABASE_URL_NATIONAL", national.config.database("national"))
    with unit_of_work(national) as ctx:
        row_id = ctx.enqueue("test.hopeless", {}).id
    for _ in range(6):
        run_waiting(national)
        clock.advance(hours=1)
    status, output = cli("jobs", "list", "--tenant", "national")
    assert status == 0 and str(row_id) in output and "no hope" in output
    assert cli("jobs", "retry", "national", str(row_id)) == (0, "")
    with unit_of_work(national) as ctx:
        row = ctx.db.scalars(select(OutboxRow).where(OutboxRow.id == row_id)).one()
        assert (row.state, row.attempts) == (JobState.WAITING, 0)
    status, output = cli("jobs", "retry", "national", str(row_id))
    assert status == 1 and "没有停下的任务" in output


def test_health_tells_of_database_and_jobs(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """docs/operator.md: 200 while pages are served, counts of waiting and dead jobs."""
    with unit_of_work(tenant) as ctx:
        ctx.enqueue("test.hopeless", {})
    told = browser_of(tenant).get("/-/health")
    assert told.status_code == 200 and told.json is not None
    assert told.json["database"] == "ok" and told.json["redis"] == "silent"
    assert told.json["jobs"] == {"waiting": 1, "oldest_seconds": 0.0, "dead": 0}


@pytest.mark.parametrize("command", [("run", "--demo"), ("demo",)])
def test_production_gets_no_demo_data(command: tuple[str, ...], cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """R43: refused before anything is written."""
    monkeypatch.setenv("JIANXUE_MODE", "production")
    monkeypatch.setenv("JIANXUE_MASTER_KEY", secrets.token_hex(32))
    status, output = cli(*command)
    assert status == 1 and "不得用于生产" in output and "Traceback" not in output
