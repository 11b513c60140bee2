"""GD-01, C-20 over HTTP at Guangdong: the days before, on and after the deadline, to the second."""
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.access import NOBODY
from core.audit import Ground, clear_case, latest_case, pass_case
from core.audit.service import consider
from core.base.clock import FixedClock, shanghai
from core.base.db import Id
from core.course import clear_hours, restore_hours
from core.deadline import Standing, standpoints_of
from core.deadline.looking import look
from core.deadline.queries import standpoint
from core.identity import person_of
from core.registry import Certificate, Kind, Status, record_hours, status_of
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.deadline.conftest import (
    IN_TIME,
    TOO_LATE,
    Holder,
    Rule,
    credited,
    enrolled,
    examined,
    holder_of,
    set_deadline,
)
from tests.people import signed_in

BrowserOf = Callable[[Tenant], Browser]


def recorded(tenant: Tenant, one: Holder, year: int = 2020) -> None:
    """Hours of a year on record, as the audit credits them."""
    with unit_of_work(tenant, NOBODY) as ctx:
        held = ctx.db.get_one(Certificate, one.certificate)
        record_hours(ctx, person_of(ctx, held.person_id), held.post, year, 32, shanghai(2020, 12, 6).date(),
                     source=f"test:{held.id}:{year}")


def standing(tenant: Tenant, one: Holder) -> Standing | None:
    with unit_of_work(tenant, NOBODY) as ctx:
        held = ctx.db.get_one(Certificate, one.certificate)
        point = standpoint(ctx, person_of(ctx, held.person_id), held)
        return point.verdict.standing if point else None


def status(tenant: Tenant, one: Holder) -> Status:
    with unit_of_work(tenant, NOBODY) as ctx:
        return status_of(ctx.db.get_one(Certificate, one.certificate))


@pytest.mark.parametrize(("now", "replaced"), [
    (shanghai(2020, 12, 30, 9), True),
    (IN_TIME, True),
    (datetime(2020, 12, 31, 15, 59, 59, tzinfo=UTC), True),
    (TOO_LATE, False),
    (datetime(2020, 12, 31, 16, 0, tzinfo=UTC), False),
    (shanghai(2021, 1, 4, 9), False),
])
def test_replacement_closes_to_the_second(guangdong: Tenant, guangdong_clock: FixedClock, browser_of: BrowserOf,
                                          now: datetime, replaced: bool) -> None:
    """GD-01: 23:59:59 in Shanghai is in time, 00:00:00 is refused with reason and way out, and nothing is done."""
    one = holder_of(guangdong)
    recorded(guangdong, one)
    guangdong_clock.at = now
    browser = signed_in(browser_of(guangdong), one.who)
    answer = browser.submit(f"/certificates/{one.certificate}/replace")
    assert answer.status_code == (303 if replaced else 422)
    assert status(guangdong, one) is (Status.VOID if replaced else Status.NORMAL)
    if not replaced:
        assert "换证已于2020年12月31日截止" in answer.text


@pytest.mark.parametrize(("issued", "issuer", "post", "concerned"), [
    (2014, "广东省建设教育协会", "资料员", False),
    (2015, "广东省建设教育协会", "资料员", True),
    (2018, "广东省建设教育协会", "资料员", True),
    (2019, "广东省建设教育协会", "资料员", False),
    (2016, "广东省住房和城乡建设厅", "资料员", False),
    (2016, "广东省建设教育协会", "标准员", True),
])
def test_whom_the_deadline_concerns(guangdong: Tenant, issued: int, issuer: str, post: str, concerned: bool) -> None:
    """GD-02, GD-03: the certificates of the task alone; nobody else is hurried."""
    one = holder_of(guangdong, issued=issued, issuer=issuer, post=post)
    assert standing(guangdong, one) is (Standing.OPEN if concerned else None)


def test_another_tenant_has_no_deadline(tenant: Tenant) -> None:
    """C-20: the rule is shipped empty."""
    assert standing(tenant, holder_of(tenant)) is None


def test_the_trainee_sees_the_days_and_the_next_step(guangdong: Tenant, guangdong_clock: FixedClock,
                                                     browser_of: BrowserOf) -> None:
    """C-20: how many days, what is missing, until when to learn, one next step; on home, 证书管理 and its own page."""
    one = holder_of(guangdong)
    guangdong_clock.at = shanghai(2020, 12, 15, 9)
    browser = signed_in(browser_of(guangdong), one.who)
    assert "离换证截止还有16天" in browser.get("/home").text
    assert "离换证截止还有16天" in browser.get("/certificates").text
    shown = browser.get("/deadline").text
    assert "还剩16天" in shown and "去报名" in shown and "以“证书更新”的时间为准" in shown
    enrollment = enrolled(guangdong, one, at=shanghai(2020, 12, 10, 9))
    credited(guangdong, enrollment, shanghai(2020, 12, 12, 9), professional=10)
    shown = browser.get("/deadline").text
    # one day for the exam and five working days for the audit before Thursday 31 December
    assert "20 / 32 学时" in shown and "去学习" in shown and "请在2020年12月23日前学完" in shown
    assert "平均每天至少学2学时" in shown
    guangdong_clock.at = IN_TIME
    assert "今天是换证最后一天" in signed_in(browser_of(guangdong), one.who).get("/home").text


def test_who_is_late_is_told_why_and_what_to_do(guangdong: Tenant, guangdong_clock: FixedClock,
                                                browser_of: BrowserOf) -> None:
    """GD-01, C-20: a clear page, one reason, the way to the grace list; no new enrollment is taken."""
    one = holder_of(guangdong)
    guangdong_clock.at = TOO_LATE
    browser = signed_in(browser_of(guangdong), one.who)
    refused = browser.get(f"/certificates/{one.certificate}/replace").text
    assert "换证已于2020年12月31日截止" in refused and 'href="/deadline"' in refused
    # what else is missing would not help any more
    assert "学时记录" not in refused
    shown = browser.get("/deadline").text
    assert "现在可以怎么办" in shown and "列入宽限名单" in shown and "已截止" in shown
    assert "换证已于2020年12月31日截止" in browser.get("/home").text
    chosen = browser.submit("/education/choose", {"choice": f"{one.certificate}:2021"})
    assert chosen.status_code == 422 and "换证已于2020年12月31日截止" in chosen.text


@pytest.mark.parametrize(("counts", "kept"), [
    ("hours", True), ("exam", True), ("submitted", True), ("audited", False), ("replaced", False)])
def test_what_was_reached_in_time_keeps_it_open(guangdong: Tenant, guangdong_clock: FixedClock, ruled: Rule,
                                                browser_of: BrowserOf, counts: str, kept: bool) -> None:
    """C-20: submitted a minute before the end, passed a week after it; the rule decides, the page says why."""
    ruled(counts=counts)
    one = holder_of(guangdong)
    at = IN_TIME - timedelta(minutes=1)
    enrollment = enrolled(guangdong, one, at=shanghai(2020, 12, 1))
    credited(guangdong, enrollment, at)
    examined(guangdong, one, enrollment, at)
    with unit_of_work(guangdong, NOBODY, now=at) as ctx:
        assert consider(ctx, enrollment) is not None
    guangdong_clock.at = shanghai(2021, 1, 5, 9)
    assert standing(guangdong, one) is (Standing.KEPT if kept else Standing.LATE)
    browser = signed_in(browser_of(guangdong), one.who)
    assert ("符合规定，仍可继续办理换证" in browser.get("/deadline").text) is kept
    with unit_of_work(guangdong, NOBODY) as ctx:
        case = latest_case(ctx, enrollment)
        assert case is not None
        from_audit = case.id, case.version
    passed(guangdong, *from_audit)
    answer = browser.submit(f"/certificates/{one.certificate}/replace")
    assert answer.status_code == (303 if kept else 422)
    with unit_of_work(guangdong, NOBODY) as ctx:
        kinds = {held.kind for held in ctx.db.query(Certificate)}
    assert (Kind.ELECTRONIC in kinds) is kept


def passed(tenant: Tenant, case_id: Id, version: int) -> None:
    with unit_of_work(tenant, NOBODY) as ctx:
        pass_case(ctx, case_id, version)


def test_a_clearing_takes_away_what_was_in_time(guangdong: Tenant, guangdong_clock: FixedClock, ruled: Rule) -> None:
    """C-20, N-45: hours got by cheating were never in time."""
    ruled(counts="submitted")
    one = holder_of(guangdong)
    enrollment = enrolled(guangdong, one, at=shanghai(2020, 12, 1))
    credited(guangdong, enrollment, IN_TIME)
    examined(guangdong, one, enrollment, IN_TIME)
    with unit_of_work(guangdong, NOBODY, now=IN_TIME) as ctx:
        case = consider(ctx, enrollment)
        assert case is not None
        found = case.id, case.version
    guangdong_clock.at = shanghai(2021, 1, 5, 9)
    assert standing(guangdong, one) is Standing.KEPT
    with unit_of_work(guangdong, NOBODY) as ctx:
        clear_case(ctx, found[0], found[1], Ground.IMPROPER_MEANS, "挂机刷学时")
    assert standing(guangdong, one) is Standing.LATE


def test_hours_that_an_appeal_gives_back_were_never_late(guangdong: Tenant, guangdong_clock: FixedClock,
                                                         ruled: Rule) -> None:
    """C-20, A.7: cleared and restored after the end, they count from when they were learnt."""
    ruled(counts="hours")
    one = holder_of(guangdong)
    enrollment = enrolled(guangdong, one, at=shanghai(2020, 12, 1))
    credited(guangdong, enrollment, IN_TIME)
    guangdong_clock.at = shanghai(2021, 1, 5, 9)
    with unit_of_work(guangdong, NOBODY) as ctx:
        clear_hours(ctx, enrollment, "a", "误判", None)
    assert standing(guangdong, one) is Standing.LATE
    with unit_of_work(guangdong, NOBODY) as ctx:
        restore_hours(ctx, enrollment, "申诉成立", None)
    assert standing(guangdong, one) is Standing.KEPT


def test_a_person_sees_all_their_certificates_the_most_pressing_first(guangdong: Tenant) -> None:
    one = holder_of(guangdong, post="资料员")
    holder_of(guangdong, 2, post="标准员", who=one.who)
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert one.who.person_id
        points = standpoints_of(ctx, person_of(ctx, one.who.person_id))
    assert [point.held.post.name for point in points] == ["资料员", "标准员"]


def test_where_one_may_still_enroll_it_is_said_before_paying(national: Tenant, browser_of: BrowserOf) -> None:
    """C-20: deadline.enroll_after = warn: the order says that it leads to no replacement; allow says nothing."""
    one = holder_of(national)
    set_deadline(national, ends="2026-10-31", enroll_after="warn")
    browser = signed_in(browser_of(national), one.who)
    assert browser.submit("/education/choose", {"choice": f"{one.certificate}:2026"}).status_code == 303
    order = browser.submit("/education/submit").location
    assert "换证已于2026年10月31日截止" in browser.get(f"{order}/pay").text
    set_deadline(national, ends="2026-10-31", enroll_after="allow")
    assert "截止" not in browser.get(f"{order}/pay").text


def test_a_province_that_fails_grants_nothing_and_takes_no_page_down(guangdong: Tenant, guangdong_clock: FixedClock,
                                                                     browser_of: BrowserOf,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    """O14: without an answer nothing is replaced after the end; home and 证书管理 stay, the look goes on."""
    one = holder_of(guangdong)
    recorded(guangdong, one)
    monkeypatch.delattr("plugins.guangdong.rules.in_the_task")
    guangdong_clock.at = TOO_LATE
    browser = signed_in(browser_of(guangdong), one.who)
    assert browser.get("/home").status_code == 200 and browser.get("/certificates").status_code == 200
    assert browser.get("/deadline").status_code == 503
    assert browser.submit(f"/certificates/{one.certificate}/replace").status_code == 422
    assert status(guangdong, one) is Status.NORMAL
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert one.who.person_id
        look(ctx, [one.who.person_id])
