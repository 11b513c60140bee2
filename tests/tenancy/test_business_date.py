"""A tenant on another day than the calendar's: one date for all processes, refused in production (GD-01, R43)."""
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.app import open_tenants
from core.base.business_date import BusinessClock, date_file
from core.base.clock import FixedClock, local_date, shanghai
from core.base.config import Config, ConfigError, Mode
from core.base.refusals import date_problems, refuse_unsafe
from core.identity import person_of
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.course.conftest import Learner, ask_for_presence, enroll, seed_packages
from tests.data import TENANTS
from tests.exam import people as examinees
from tests.identity.test_sign_in import attempt, enters
from tests.people import PASSWORD, signed_in, trainee

BEFORE = date(2020, 12, 20)


@pytest.fixture
def moved(national: Tenant, clock: FixedClock) -> Tenant:
    """The national tenant on 2020-12-20, while the world is at the tests' noon of 2026."""
    national.clock = BusinessClock(date_file(national.config, "national"), BEFORE, clock)
    return national


def test_the_time_of_day_is_kept_and_time_runs_on(tmp_path: Path, clock: FixedClock) -> None:
    """GD-01: by whole days, so that a deadline falls at the same second of a day."""
    moved = BusinessClock(tmp_path / "there" / "date.json", BEFORE, clock)
    assert moved.now() == shanghai(2020, 12, 20, 12) and moved.wall() == clock.at
    clock.advance(days=12, seconds=1)
    assert moved.now() == shanghai(2021, 1, 1, 12, 0, 1)


def test_processes_and_restarts_agree(tmp_path: Path, clock: FixedClock) -> None:
    """Who starts a day later finds the first one's date, and a change reaches who is running."""
    web = BusinessClock(tmp_path / "date.json", BEFORE, clock)
    web.now()
    clock.advance(days=1)
    worker = BusinessClock(tmp_path / "date.json", BEFORE, clock)
    command = BusinessClock(tmp_path / "date.json", None, clock)
    assert web.now() == worker.now() == command.now() == shanghai(2020, 12, 21, 12)
    assert command.set(date(2020, 12, 31)) == timedelta(days=10)
    assert web.now() == worker.now() == shanghai(2020, 12, 31, 12)
    assert command.set(BEFORE) < timedelta(0)


def test_without_a_date_it_is_the_real_one(tmp_path: Path, clock: FixedClock) -> None:
    plain = BusinessClock(tmp_path / "date.json", None, clock)
    assert plain.now() == plain.wall() == clock.at and not plain.file.exists()
    plain.file.write_text("{}")
    with pytest.raises(ConfigError, match=r"date\.json.*jianxue tenant date"):
        plain.now()


def test_the_demonstration_of_guangdong_stands_before_its_deadline(config: Config) -> None:
    """GD-01: the demo's Guangdong lives on 2020-12-20; the others on the real day; without the demo all do."""
    demo = open_tenants(replace(config, demo=True))
    assert demo.by_slug("guangdong").business_date == BEFORE
    assert demo.by_slug("national").business_date is None
    assert open_tenants(replace(config, var=config.var / "other")).by_slug("guangdong").business_date is None


@pytest.mark.parametrize(("line", "named"), [
    ('business_date = "2020-12-20"', "tenant.business_date"), ("business_day = 2020-12-20", "tenant.business_day"),
])
def test_a_wrong_date_stops_the_start(config: Config, tmp_path: Path, line: str, named: str) -> None:
    folder = tmp_path / "tenants"
    folder.mkdir()
    (folder / "_base.toml").write_bytes((TENANTS / "_base.toml").read_bytes())
    (folder / "one.toml").write_text(f'[tenant]\nname = "一"\nhosts = ["one.localhost"]\n{line}\n')
    with pytest.raises(ConfigError, match=rf"one\.toml：{named}"):
        open_tenants(replace(config, tenants=folder))


def test_production_refuses_a_business_date_by_name(config: Config) -> None:
    """R43: in the settings, and left behind by a demonstration in the folder."""
    [reason] = date_problems(config, "guangdong", BEFORE)
    assert "guangdong.toml：tenant.business_date=2020-12-20" in reason
    left = date_file(config, "guangdong")
    left.parent.mkdir(parents=True)
    left.write_text('{"days": 1}')
    [reason] = date_problems(config, "guangdong", None)
    assert str(left) in reason
    with pytest.raises(ConfigError, match="tenant.business_date"):
        refuse_unsafe(replace(config, mode=Mode.PRODUCTION, master_key=bytes(range(7, 250, 3))), {}, {},
                      dates={"guangdong": BEFORE})


def test_the_command_sets_shows_and_warns(cli: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = cli("tenant", "date", "guangdong", "2020-12-20")
    assert status == 0 and "2020-12-20" in output and "时间往回走了" in output
    status, output = cli("tenant", "date", "guangdong", "2020-12-30")
    assert status == 0 and "往回" not in output
    assert "2020-12-30" in cli("tenant", "date", "guangdong")[1]
    assert "应为 2020-12-20 这样的日期" in cli("tenant", "date", "guangdong", "morgen")[1]
    monkeypatch.setenv("JIANXUE_MODE", "production")
    monkeypatch.setenv("JIANXUE_MASTER_KEY", "9f3c" * 3 + "01d2e4b8a7c6f5e0" * 4)
    status, output = cli("tenant", "date", "guangdong", "2020-12-30")
    assert status == 1 and "JIANXUE_MODE=production" in output


def test_the_frame_tells_the_date(moved: Tenant, jilin: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    assert "业务日期 2020-12-20（演示）" in browser_of(moved).get("/sign-in").text
    assert "业务日期" not in browser_of(jilin).get("/sign-in").text


def test_signing_in_with_its_limits(moved: Tenant, clock: FixedClock, browser_of: Callable[[Tenant], Browser]) -> None:
    """N-05: picture code, cookie and session ends live on the tenant's time, which runs as the world's."""
    person, browser = trainee(moved), browser_of(moved)
    assert attempt(browser, person.id_number, PASSWORD).status_code == 303
    clock.advance(minutes=29)
    assert enters(browser)
    clock.advance(minutes=31)
    assert not enters(browser)


def test_studying_on_the_business_date(moved: Tenant, clock: FixedClock,
                                       browser_of: Callable[[Tenant], Browser]) -> None:
    """N-37: lease tokens and beats judge by differences of one clock; the year is the business date's (N-22)."""
    ask_for_presence(moved, False)
    who = trainee(moved)
    with unit_of_work(moved) as ctx:
        seed_packages(ctx)
        person_of(ctx, who.person_id).photo_key = "photo"
    learner = Learner(signed_in(browser_of(moved), who), clock, who, enroll(moved, who, year=2020))
    assert learner.open().status_code == 200
    step = moved.rules(moved.clock.now()).hours.beat_seconds
    answer = learner.watch(4 * step, step)
    assert answer.json["credited"] >= 3 and not answer.json["stop"], answer.json


def test_the_exams_countdown_is_a_duration(moved: Tenant, clock: FixedClock,
                                           browser_of: Callable[[Tenant], Browser]) -> None:
    """N-42: what is left comes from the server in seconds; a browser's own calendar plays no part."""
    examinees.fill_bank(moved)
    who = trainee(moved)
    browser, enrollment = signed_in(browser_of(moved), who), examinees.enroll(moved, who, year=2020)
    browser.get(f"/exam/{enrollment}/")
    sitting = browser.submit(f"/exam/{enrollment}/start").location
    clock.advance(seconds=7)
    page = browser.get(sitting).text
    assert 'data-left="3593"' in page and "59分53秒" in page
    assert browser.get(f"{sitting}/state").json["seconds_left"] == 3593


def test_work_for_later_waits_for_the_business_date(moved: Tenant, clock: FixedClock) -> None:
    """R10: the relay and the workers ask the same clock that wrote `not_before`."""
    run_waiting(moved)
    with unit_of_work(moved) as ctx:
        ctx.enqueue("web.forget", {}, not_before=ctx.now + timedelta(days=2))
    assert local_date(moved.clock.now()) == BEFORE and run_waiting(moved) == 0
    clock.advance(days=2)
    assert run_waiting(moved) == 1
