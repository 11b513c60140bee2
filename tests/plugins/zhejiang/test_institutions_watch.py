"""公平监测: figures against the province with the limits of chance, small numbers without a flag (C-21)."""
import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.batch import service
from plugins.zhejiang.batch.models import Answer, Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.institutions.funnel import EXACT, LEAST, TAIL, Counted, Kind, limits, measure
from tests.browse import Browser
from tests.people import signed_in, staff
from tests.plugins.zhejiang.scene import School, batch, candidate, firm, school

Browsers = Callable[[Tenant], Browser]


@pytest.mark.parametrize(("kind", "own", "everybody", "flag"), [
    (Kind.PASSED, (99, 100), (699, 1_100), "above"),     # the others pass at 60 %, this one nearly all
    (Kind.PASSED, (35, 100), (635, 1_100), "below"),
    (Kind.PASSED, (65, 100), (665, 1_100), ""),
    (Kind.PASSED, (29, 29), (629, 1_029), ""),           # too few of the own
    (Kind.PASSED, (60, 60), (80, 89), ""),               # too few of the others
    (Kind.PASSED, (0, 0), (600, 1_000), ""),
    (Kind.CLEARED, (12, 100), (22, 1_100), "above"),
    (Kind.CLEARED, (0, 100), (200, 1_100), ""),          # clearing nobody is no reproach
    (Kind.LATE, (0, 500), (400, 1_500), ""),
    (Kind.REFUSED, (0, 200), (300, 1_200), "below"),     # refusing nobody is
    (Kind.PASSED, (1_000, 1_000), (1_000 + 9_000, 1_000 + 9_000), ""),
    (Kind.PASSED, (5_800, 6_000), (8_800, 11_000), "above"),
])
def test_who_is_flagged(kind: Kind, own: tuple[int, int], everybody: tuple[int, int], flag: str) -> None:
    """C-21: against all others, not against an average that holds the institution itself."""
    found = measure(kind, Counted(*own), Counted(*everybody))
    assert ("above" if found.above else "below" if found.below else "") == flag
    assert found.flagged is bool(flag)


@given(st.integers(LEAST, 200), st.floats(0.001, 0.999))
@settings(max_examples=60, deadline=None)
def test_the_limits_are_those_of_chance(of: int, share: float) -> None:
    """C-21: what lies outside on one side is rarer than one in a thousand; one step further in it is not."""
    low, high = limits(of, share)
    assert 0 <= low <= high <= of

    def at_most(count: int) -> float:
        return math.fsum(math.comb(of, k) * share ** k * (1 - share) ** (of - k) for k in range(count + 1))

    assert at_most(low - 1) < TAIL <= at_most(low) + 1e-12
    assert 1 - at_most(high) < TAIL + 1e-9


def test_the_curve_takes_over_without_a_step() -> None:
    exact, bell = limits(EXACT, 0.6), limits(EXACT + 1, 0.6)
    assert abs(exact[0] - bell[0]) <= 3 and abs(exact[1] - bell[1]) <= 3


def answered(tenant: Tenant, at: School, refused: int, of: int, *, days: float = 1) -> None:
    """So many answers of an institution, written straight into the table."""
    held = batch(tenant, firm(tenant, f"{of}{refused}建筑有限公司"), at)
    one = candidate(tenant, held, 500 + of + refused)
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.add_all([Answer(candidate_id=one, institution_id=at.id, passed=number >= refused,
                               seconds=int(days * 86_400), at=ctx.now - timedelta(days=1)) for number in range(of)])


def test_a_verdict_is_an_answer_with_its_time(zhejiang: Tenant, clock: FixedClock) -> None:
    """C-21: from submission to verdict, whoever moved the candidate; other moves are none."""
    at = school(zhejiang)
    one = candidate(zhejiang, batch(zhejiang, firm(zhejiang), at))
    for to, later in ((CandidateState.SUBMITTED, 0), (CandidateState.RETURNED, 2), (CandidateState.SUBMITTED, 5),
                      (CandidateState.REVIEWED, 1), (CandidateState.ORDERED, 1)):
        clock.advance(days=later)
        with unit_of_work(zhejiang, NOBODY) as ctx:
            service.move(ctx, ctx.db.get_one(Candidate, one), to)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        rows = ctx.db.scalars(select(Answer).order_by(Answer.at)).all()
        assert [(row.institution_id, row.passed, row.seconds) for row in rows] == [
            (at.id, False, 2 * 86_400), (at.id, True, 86_400)]


def test_a_regulator_sees_the_own_city_against_the_province(zhejiang: Tenant, browser_of: Browsers) -> None:
    """C-21, R3: the other city's figures are in the comparison, its institution is not on the page."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二", "宁波市")
    answered(zhejiang, one, 70, 100, days=9)
    answered(zhejiang, two, 10, 120)
    page = signed_in(browser_of(zhejiang), staff(
        zhejiang, Role.REGULATOR, username="hz", city="杭州市")).get("/zj/institutions/watch").text
    assert "示例培训机构一" in page and "示例培训机构二" not in page
    assert "70.0%" in page and "偏高" in page and "9.0" in page and "1家机构有超出范围的数字" in page
    whole = signed_in(browser_of(zhejiang), staff(zhejiang, Role.ADMINISTRATOR)).get("/zj/institutions/watch").text
    assert "示例培训机构一" in whole and "示例培训机构二" in whole and "偏低" in whole
    assert signed_in(browser_of(zhejiang), one.clerk).get("/zj/institutions/watch").status_code == 403


def test_few_people_give_no_flag(zhejiang: Tenant, browser_of: Browsers) -> None:
    """C-21: the figure is shown, nothing is said about it."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二", "宁波市")
    answered(zhejiang, one, 10, 10)
    answered(zhejiang, two, 10, 120)
    page = signed_in(browser_of(zhejiang), staff(zhejiang, Role.ADMINISTRATOR)).get("/zj/institutions/watch").text
    assert "100.0%" in page and "人数太少，不作判断" in page and "没有机构超出范围" in page
