"""N-37: 30, 60, 120 seconds by load, without flapping, and nobody loses an hour by it."""
from collections.abc import Callable
from dataclasses import replace
from itertools import repeat

import pytest

from core.base.config import Config
from core.course.jobs import close_idle_leases
from core.course.recompute import recompute
from core.course.rules import pace_of
from core.course.shedding import STEPS, Load, Shedding, heard
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner

QUIET, FULL, SLOW, MIDDLE = (0.2, 0.01), (1.0, 0.02), (0.3, 0.6), (0.7, 0.15)


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, demo=False)


def after(*stretches: tuple[float, tuple[float, float]]) -> list[int]:
    """The step at the end of each stretch of so many seconds, a beat each tenth of one."""
    load, steps = Load(0.0, 0.0), []
    for seconds, (busy, stored) in stretches:
        for _ in repeat(None, round(seconds * 10)):
            load = heard(load, load.at_s + 0.1, busy, stored)
        steps.append(load.step)
    return steps


@pytest.mark.parametrize(("stretches", "steps"), [
    ([(600, QUIET)], [0]),
    ([(5, FULL), (600, QUIET)], [0, 0]),                              # a burst is no load
    ([(19, FULL), (6, FULL), (15, FULL), (30, FULL)], [0, 1, 1, 2]),  # all threads serve: step by step
    ([(60, SLOW)], [2]),                                              # a slow disk is load too
    ([(60, FULL), (600, MIDDLE)], [2, 2]),                            # between the thresholds nothing moves
    ([(60, FULL), (90, QUIET), (60, QUIET), (150, QUIET)], [2, 2, 1, 0]),
    ([(60, FULL), (5, QUIET), (5, FULL), (5, QUIET), (5, FULL), (5, QUIET)], [2] * 6),
])
def test_steps_by_load(stretches: list[tuple[float, tuple[float, float]]], steps: list[int]) -> None:
    assert after(*stretches) == steps


def test_it_shrinks_with_the_demos_pace() -> None:
    shedding = Shedding()
    assert shedding.interval_ms(pace_of(6, 1, 2)) == 2_000
    for step, factor in enumerate(STEPS):
        shedding.load = Load(0, 0, step=step)
        assert shedding.interval_ms(pace_of(2700, 30, 30)) == 30_000 * factor
        assert shedding.interval_ms(pace_of(6, 1, 2)) == 2_000 * factor


def test_nobody_loses_an_hour_by_it(tenant: Tenant, learner_of: Callable[..., Learner],
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole class hour with a beat every 30, 60 and 120 seconds, as the server asks, one of them two minutes late:
    each slot is credited, no page is taken for idle, and the evidence says the same."""
    learner = learner_of(tenant)
    learner.open()
    interval = learner.beat().json["interval_ms"]
    seen, credited, step = [interval], 0, 0
    monkeypatch.setattr(Shedding, "interval_ms", lambda _self, pace: pace.beat_ms * STEPS[step])
    while learner.position < 2_700_000:
        step = min(2, learner.position // 600_000) if learner.position < 1_800_000 else 0
        late = 120_000 if learner.position > 900_000 and interval == 60_000 and len(seen) % 9 == 0 else 0
        learner.clock.advance(seconds=(interval + late) / 1000)
        with unit_of_work(tenant) as ctx:
            assert close_idle_leases(ctx) == 0
        learner.position += interval + late
        answer = learner.beat().json
        assert answer["reason"] == "watching", answer
        interval, credited = answer["interval_ms"], answer["credited"]
        seen.append(interval)
    assert {30_000, 60_000, 120_000} == set(seen) and credited == learner.position // 30_000
    with unit_of_work(tenant) as ctx:
        assert not recompute(ctx).differences
