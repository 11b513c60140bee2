"""The exam under a test room's policy: nobody hands in early, one computer, and what an invigilator may do (X-16)."""
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.base.clock import FixedClock
from core.base.db import Id
from core.base.errors import Conflict
from core.exam import invigilation
from core.exam.models import Sitting
from core.exam.queries import RELEASED
from core.exam.states import SittingState
from core.tenancy import Tenant, unit_of_work
from tests.exam.conftest import Examinee

ELSEWHERE = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def waiting(national: Tenant, examinee_of: Callable[..., Examinee]) -> Examinee:
    """An examinee of a tenant whose papers are handed in after half an hour at the earliest."""
    held = national.file.rule_set
    rules = replace(held.rules, exam=replace(held.rules.exam, submit_after_minutes=30))
    national.file = replace(national.file, rule_set=replace(held, rules=rules))
    return examinee_of(national)


def sitting_id(path: str) -> Id:
    return Id(path.rsplit("/", 1)[1])


def bind(examinee: Examinee, path: str, session_id: str) -> None:
    with unit_of_work(examinee.browser.tenant) as ctx:
        ctx.db.get_one(Sitting, sitting_id(path)).session_id = session_id


def test_nobody_hands_in_before_the_half_hour(waiting: Examinee, clock: FixedClock) -> None:
    """ZJ-29: 测试开始30分钟后，才允许提交试卷."""
    page = waiting.browser.get(f"/exam/{waiting.enrollment}/").text
    assert "开考30分钟后才能交卷" in page
    path = waiting.start()
    waiting.answer_right(path, 40)
    assert 'data-submit-wait="1800"' in waiting.browser.get(path).text
    waiting.wait(path, clock, 1799)
    early = waiting.submit(path)
    assert early.status_code == 409 and "开考30分钟后才能交卷" in early.text and 'data-submit-wait="1"' in early.text
    assert waiting.sitting(path).state == SittingState.RUNNING
    clock.advance(seconds=1)
    assert waiting.submit(path).status_code == 303
    assert waiting.sitting(path).score == 80


def test_a_bound_sitting_runs_at_one_computer_until_released(waiting: Examinee) -> None:
    """X-16: another computer goes on with it only after the invigilator's release, and with all answers kept."""
    path = waiting.start()
    waiting.give(path, 1, "A")
    bind(waiting, path, ELSEWHERE)
    start = f"/exam/{waiting.enrollment}/start"
    for answer in (waiting.browser.get(path), waiting.give(path, 2, "A"), waiting.browser.submit(start),
                   waiting.submit(path)):
        assert answer.status_code == 409 and ("另一台电脑" in answer.text or answer.is_json)
    with unit_of_work(waiting.browser.tenant) as ctx:
        invigilation.release(ctx, sitting_id(path))
    assert waiting.sitting(path).session_id == RELEASED
    assert waiting.browser.get(path).status_code == 409
    assert waiting.browser.submit(start).headers["Location"] == path
    assert waiting.give(path, 2, "A").status_code == 200
    assert waiting.sitting(path).session_id not in (RELEASED, ELSEWHERE, None)


@pytest.mark.parametrize(("void", "state", "score", "passed", "words"), [
    (False, SittingState.STOPPED, 100, True, "监考人员结束了这次考试"),
    (True, SittingState.VOID, 0, False, "这次考试的成绩无效"),
])
def test_an_invigilator_ends_a_sitting(waiting: Examinee, void: bool, state: SittingState, score: int, passed: bool,
                                       words: str) -> None:
    """X-16: scored as it stands, or void where somebody cheated; the half hour does not hinder it."""
    path = waiting.start()
    waiting.answer_right(path, 50)
    with unit_of_work(waiting.browser.tenant) as ctx:
        invigilation.stop(ctx, sitting_id(path), void=void)
    with unit_of_work(waiting.browser.tenant) as ctx, pytest.raises(Conflict, match="已经结束"):
        invigilation.stop(ctx, sitting_id(path), void=not void)
    held = waiting.sitting(path)
    assert (held.state, held.score, held.passed) == (state, score, passed)
    assert words in waiting.browser.get(f"{path}/result").text


def test_more_time_moves_the_end(waiting: Examinee, clock: FixedClock) -> None:
    path = waiting.start()
    with unit_of_work(waiting.browser.tenant) as ctx:
        before = waiting.sitting(path)
        assert invigilation.extend(ctx, before.id, 10) == before.ends_at + timedelta(minutes=10)
        facts = invigilation.sittings_since(ctx, [before.enrollment_id], before.started_at)[before.enrollment_id]
    assert (facts.answered, facts.questions, facts.running) == (0, 50, True)
    waiting.wait(path, clock, 3700)
    assert waiting.give(path, 1, "A").status_code == 200
