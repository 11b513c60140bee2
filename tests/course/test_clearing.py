"""Single hours are cleared: exactly those, and only they are learned again (C-06, N-45, N-47, A.7)."""
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from core.base.db import Id
from core.base.errors import Conflict
from core.course import clear_hours, progress_of_enrollment, recompute, restore_hours
from core.course.models import HourEntry, Segment, Study
from core.course.places import Gap, first_gap, taken
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner

Make = Callable[..., Learner]


@dataclass(frozen=True)
class Line:
    """An entry of the ledger, as the arithmetic sees it."""

    id: int
    kind: str
    slots: int
    answers_id: int | None = None
    part: str = "general"


def credits(*slots: int) -> list[Line]:
    return [Line(number, "credit", count) for number, count in enumerate(slots)]


@pytest.mark.parametrize(("lines", "held", "gap"), [
    ([], set(), Gap(0, 10)),
    (credits(3, 2), {0, 1, 2, 3, 4}, Gap(5, 10)),
    (credits(5, 5), set(range(10)), None),
    ([*credits(3, 3, 4), Line(9, "clear", 3, 1)], {0, 1, 2, 6, 7, 8, 9}, Gap(3, 6)),
    ([*credits(3, 3, 4), Line(8, "clear", 3, 0), Line(9, "clear", 4, 2)], {3, 4, 5}, Gap(0, 3)),
    ([*credits(3, 3, 4), Line(9, "clear", 3, 1), Line(10, "credit", 2)], {0, 1, 2, 3, 4, 6, 7, 8, 9}, Gap(5, 6)),
    ([*credits(3, 3), Line(8, "clear", 3, 0), Line(9, "restore", 3, 8)], set(range(6)), Gap(6, 10)),
    ([*credits(3, 3), Line(8, "clear", 3, 0), Line(9, "credit", 3), Line(10, "restore", 3, 8)], set(range(6)),
     Gap(6, 10)),
    ([*credits(3, 3), Line(8, "clear", 3, 0), Line(9, "credit", 3), Line(10, "restore", 3, 8),
      Line(11, "clear", 3, 10)], set(range(6)), Gap(6, 10)),
    ([Line(1, "pending", 3), Line(2, "credit", 3, 1)], {0, 1, 2}, Gap(3, 10)),
    ([Line(1, "pending", 3), Line(2, "credit", 3, 1), Line(3, "clear", 3, 2)], set(), Gap(0, 10)),
])
def test_places(lines: list[Line], held: set[int], gap: Gap | None) -> None:
    """C-06: a credit holds the first slots that were free, a clear frees them, a restore holds them again."""
    assert taken(lines) == held
    assert first_gap(lines, 10) == gap


@pytest.mark.parametrize(("point", "resume"), [(0, 3000), (2999, 3000), (3000, 3000), (4200, 4200), (6000, 6000),
                                               (6001, 3000), (99_000, 3000)])
def test_the_picture_goes_on_inside_the_gap(point: int, resume: int) -> None:
    """C-06: from the saved point if that lies in what is to be learned again, else from its beginning."""
    assert Gap(3, 6).resume_ms(point, 1000, 6000) == resume


def credit_ids(tenant: Tenant) -> list[Id]:
    """The credits in the order of study."""
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(HourEntry.id).join(Segment, Segment.id == HourEntry.segment_id)
                                   .order_by(Segment.from_ms)))


def clear(tenant: Tenant, learner: Learner, *which: Id) -> int:
    with unit_of_work(tenant) as ctx:
        return clear_hours(ctx, learner.enrollment, "c", "没有照片", None, only=which)


def slots(tenant: Tenant, learner: Learner) -> int:
    with unit_of_work(tenant) as ctx:
        return progress_of_enrollment(ctx, learner.enrollment).credited_slots


def first_lesson(learner: Learner) -> str:
    """Learn the first lesson (12 slots, in credits of 2); its id."""
    lesson = str(learner.open().json["lesson"]["id"])
    learner.watch(12.3)
    learner.open()
    return lesson


def test_only_what_was_cleared_is_learned_again(tenant: Tenant, learner_of: Make) -> None:
    """C-06, N-47: a gap in the middle; the picture begins at it, ends with it, and the rest of the lesson stays."""
    learner = learner_of(tenant)
    lesson = first_lesson(learner)
    before = slots(tenant, learner)
    ids = credit_ids(tenant)
    assert clear(tenant, learner, ids[1], ids[2]) == 4 and slots(tenant, learner) == before - 4
    opened = learner.open().json
    assert (opened["lesson"]["id"], opened["resume_ms"]) == (lesson, 2000)
    last = learner.watch(4)
    assert last.json["over"] and last.json["full"] and last.json["resume_ms"] == 6000
    assert learner.watch(6).json["resume_ms"] == 6000
    following = learner.open().json
    assert following["lesson"]["id"] != lesson and slots(tenant, learner) == before
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()


def test_two_gaps_and_a_page_that_goes_in_between(tenant: Tenant, learner_of: Make) -> None:
    """C-06: gaps one after the other; who leaves in the middle of one goes on there."""
    learner = learner_of(tenant)
    lesson = first_lesson(learner)
    before = slots(tenant, learner)
    ids = credit_ids(tenant)
    clear(tenant, learner, ids[0], ids[1], ids[5])
    assert learner.open().json["resume_ms"] == 0
    learner.watch(2)
    assert learner.open().json["resume_ms"] == 2000
    assert learner.watch(2).json["over"]
    opened = learner.open().json
    assert (opened["lesson"]["id"], opened["resume_ms"]) == (lesson, 10_000)
    assert learner.watch(2.3).json["over"] and slots(tenant, learner) == before
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()


def test_a_gap_cannot_be_sped_through(national: Tenant, learner_of: Make) -> None:
    """L2, L3: what is learned again is judged like everything: no jump to its end, no credit beyond it."""
    learner = learner_of(national)
    first_lesson(learner)
    ids = credit_ids(national)
    clear(national, learner, ids[1], ids[2])
    left = slots(national, learner)
    learner.open()
    learner.beat()
    learner.clock.advance(seconds=1)
    assert learner.beat(position=6000).json["reason"] == "too_fast"
    assert slots(national, learner) == left


def test_a_year_done_is_owed_again_and_told_again(national: Tenant, learner_of: Make) -> None:
    """N-38, N-44: the completion goes back with the hours, a round begins there, pictures are asked for anew."""
    learner = learner_of(national)
    learner.learn_all()
    gone = clear(national, learner, credit_ids(national)[4])
    with unit_of_work(national) as ctx:
        study = ctx.db.get_one(Study, learner.enrollment)
        assert (study.completed_at, study.round, study.round_from) == (None, 1, 192 - gone)
    learner.open()
    assert learner.watch(gone).json["done"]
    with unit_of_work(national) as ctx:
        assert ctx.db.get_one(Study, learner.enrollment).completed_at is not None


def test_what_does_not_stand_cannot_be_cleared(national: Tenant, learner_of: Make) -> None:
    """N-45: a credit is cleared once; after an appeal it stands again and can be."""
    learner = learner_of(national)
    first_lesson(learner)
    first, second, *_ = credit_ids(national)
    clear(national, learner, first)
    with pytest.raises(Conflict, match="已经清除过"):
        clear(national, learner, first, second)
    with unit_of_work(national) as ctx:
        assert ctx.db.scalar(select(func.count()).where(HourEntry.kind == "clear")) == 1
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == 2
    assert clear(national, learner, first) == 2


def test_hours_learned_again_before_an_appeal_count_once(tenant: Tenant, learner_of: Make) -> None:
    """C-08, N-30: a lesson gives no more than it has, so what comes back cannot stand for a lesson never seen."""
    learner = learner_of(tenant)
    first_lesson(learner)
    before = slots(tenant, learner)
    first, *_ = credit_ids(tenant)
    assert clear(tenant, learner, first) == 2
    learner.open()
    assert learner.watch(2.3).json["over"] and slots(tenant, learner) == before
    with unit_of_work(tenant) as ctx:
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == 2
    assert slots(tenant, learner) == before


def test_a_slot_given_back_twice_stands_for_no_other(tenant: Tenant, learner_of: Make) -> None:
    """C-08, N-30: also inside a lesson of which a half was never seen."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(4.3)
    learner.open()
    half = slots(tenant, learner)
    with unit_of_work(tenant) as ctx:
        assert clear_hours(ctx, learner.enrollment, "b", "挂机", None) == half
    learner.open()
    learner.watch(4.3)
    learner.open()
    with unit_of_work(tenant) as ctx:
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == half
    assert slots(tenant, learner) == half
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()
