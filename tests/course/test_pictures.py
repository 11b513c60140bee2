"""A hole in the pictures is seen and mended the same day; under a witness there is none (C-03, C-25, N-45 c)."""
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from core.course.ledger import Kind, Part
from core.course.queries import progress, study_of
from core.course.recompute import recompute
from core.course.relearning import crossing
from core.course.subjects import subject
from core.presence import snapshots_of
from core.presence.models import Attestation, Snapshot
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner, attest

Make = Callable[..., Learner]


@dataclass(frozen=True)
class Entry:
    """A line of the ledger."""

    id: int
    slots: int
    kind: str = Kind.CREDIT
    part: str = Part.GENERAL
    answers_id: int | None = None


CLEARED = [Entry(1, 2), Entry(2, 2), Entry(3, 2), Entry(4, 2, Kind.CLEAR, answers_id=2), Entry(5, 2)]


@pytest.mark.parametrize(("lines", "hours", "expected"), [
    ([Entry(1, 2), Entry(2, 2), Entry(3, 2)], (1,), [1, 2]),
    ([Entry(1, 2), Entry(2, 2), Entry(3, 2)], (2,), [2, 3]),
    ([Entry(1, 3), Entry(2, 3), Entry(3, 3)], (2,), [2]),
    ([Entry(1, 3), Entry(2, 6)], (2, 3), [2]),
    (CLEARED, (2,), [3, 5]),
    ([Entry(1, 1)], (2,), []),
])
def test_which_credits_lie_in_an_hour(lines: list[Entry], hours: tuple[int, ...], expected: list[int]) -> None:
    """C-03: of three slots an hour, those that touch it; what was cleared holds no place."""
    assert [line.id for line in crossing(lines, hours, 3)] == expected


@pytest.fixture
def camera_of(learner_of: Make) -> Make:
    """Learners of a tenant that asks for two pictures in each class hour."""
    def make(tenant: Tenant, **wanted: int) -> Learner:
        rule_set = tenant.file.rule_set
        presence = replace(rule_set.rules.presence, required=True, snapshots_min_per_hour=2, snapshots_max_per_hour=2)
        tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=replace(rule_set.rules, presence=presence)))
        return learner_of(tenant, **wanted)

    return make


def shown_in(learner: Learner, *slots: int) -> None:
    """Pictures with the right person on them, as the worker leaves them."""
    with unit_of_work(learner.tenant) as ctx:
        assert learner.who.person_id is not None
        for slot in slots:
            ctx.db.add(Snapshot(person_id=learner.who.person_id, enrollment_id=learner.enrollment, round=0, slot=slot,
                                taken_at=ctx.now, verdict="same"))


def credited(learner: Learner) -> int:
    with unit_of_work(learner.tenant, learner.who.actor) as ctx:
        return progress(ctx, subject(ctx, learner.enrollment)).credited_slots


def test_the_hour_without_a_picture_is_named_and_learned_again(tenant: Tenant, camera_of: Make) -> None:
    """C-03, N-45 c: the same day 我的培训 and 学习记录 name the hour and the next step; after a confirmation it is
    given back, the other hour stays, and the lesson goes on at the gap."""
    learner = camera_of(tenant)
    attest(tenant, learner.who, learner.enrollment)
    shown_in(learner, *range(6))
    learner.open()
    learner.watch(12.3)
    learner.open()
    assert credited(learner) == 12
    page = learner.browser.get("/training").text
    assert "第 2 学时没有抓拍照片" in page and "补学这几个学时" in page
    page = learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert "第 2 学时没有抓拍照片" in page and "检查摄像头" in page and "应拍" in page and "比对一致" in page
    address = f"/training/{learner.enrollment}/relearn"
    assert "审核时会按无效学时清除" in learner.browser.get(address).text and credited(learner) == 12
    assert learner.browser.submit(address).status_code == 303
    assert 4 <= credited(learner) <= 6
    again = learner.browser.submit(address)
    assert again.status_code == 422 and "不需要补学" in again.text
    assert "没有抓拍照片" not in learner.browser.get("/training").text
    opened = learner.open().json
    assert opened["resume_ms"] == 1000 * credited(learner)
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()


def test_nobody_mends_the_hours_of_another(national: Tenant, camera_of: Make) -> None:
    """C-03: another's enrollment is not there."""
    one, other = camera_of(national), camera_of(national, serial=2)
    assert other.browser.submit(f"/training/{one.enrollment}/relearn").status_code == 404


def supervised(learner: Learner) -> None:
    with unit_of_work(learner.tenant) as ctx:
        assert learner.who.person_id is not None
        witnessed = ctx.now.replace(hour=23)
        ctx.db.add(Attestation(person_id=learner.who.person_id, enrollment_id=learner.enrollment, kind="supervised",
                               zone="supervised", witness_name="示例见证人", given_at=ctx.now, valid_until=witnessed))


def test_no_picture_is_asked_for_or_missed_under_a_witness(tenant: Tenant, camera_of: Make) -> None:
    """C-25, N-45 c: who is seen by a witness needs no camera: the player never pauses for it, and the moments that
    fell due count as seen; nothing is left for ground (c)."""
    learner = camera_of(tenant)
    supervised(learner)
    for _lesson in range(2):
        learner.open()
        last = learner.watch(12.3)
        assert last.json["full"] and not last.json["snapshots"] and not last.json["stop"], last.json
    with unit_of_work(tenant, learner.who.actor) as ctx:
        asked = subject(ctx, learner.enrollment)
        study = study_of(ctx, asked.id)
        rows = snapshots_of(ctx, asked.id)
        assert study is not None and len(rows) == 8
        assert {row.verdict for row in rows} == {"supervised"} and not any(row.picture_key for row in rows)
    page = learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert "每个学时的照片都已收到" in page and "没有抓拍照片" not in page
