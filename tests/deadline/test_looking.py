"""The daily look (C-20, P-17): reminders once a stage with a clock that the test moves, and the forecast's page."""
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.access import NOBODY, Role
from core.base import outbox
from core.base.clock import FixedClock, shanghai
from core.base.outbox import OutboxRow
from core.cycle import Enrollment
from core.deadline.jobs import DAILY
from core.deadline.models import DeadlineOutlook
from core.deadline.rules import Outlook
from core.notification.models import Delivery
from core.registry import Certificate, issue_electronic
from core.registry.service import NewCertificate
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.deadline.conftest import Rule, credited, enrolled, examined, holder_of
from tests.people import signed_in, staff
from tests.plugins.counters import an_institution

BrowserOf = Callable[[Tenant], Browser]


def one_day(tenant: Tenant, clock: FixedClock) -> None:
    """What the relay writes once a day, and all that follows from it."""
    periodic = next(kind for kind in outbox.periodic_kinds() if kind.kind == DAILY)
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.enqueue(DAILY, {}, key=periodic.key(ctx.now))
    run_waiting(tenant)


def said(tenant: Tenant) -> list[str]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return [row.text for row in ctx.db.scalars(select(Delivery).where(
            Delivery.text_key == "deadline_reminder_sms").order_by(Delivery.created_at))]


def outlooks(tenant: Tenant) -> dict[str, DeadlineOutlook]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return {row.outlook: row for row in ctx.db.scalars(select(DeadlineOutlook))}


def test_each_stage_is_said_once(guangdong: Tenant, guangdong_clock: FixedClock) -> None:
    """C-20: 30, 14, 7, 3, 1 days before; every day's look twice, and one day slept through."""
    holder_of(guangdong)
    guangdong_clock.at = shanghai(2020, 11, 29, 10)
    counts = {}
    while guangdong_clock.at < shanghai(2021, 1, 4):
        if guangdong_clock.at.astimezone().date() != date(2020, 12, 17):
            one_day(guangdong, guangdong_clock)
            one_day(guangdong, guangdong_clock)
        counts[(date(2020, 12, 31) - guangdong_clock.at.date()).days] = len(said(guangdong))
        guangdong_clock.advance(days=1)
    assert [left for left in counts if counts[left] > counts.get(left + 1, 0)] == [30, 13, 7, 3, 1]
    assert counts[-3] == 5
    last = said(guangdong)[-1]
    assert last == ("尊敬的王小明学员您好，您的资料员岗位证书须在2020年12月31日前（含当日）完成换证，还剩1天。"
                    "目前还需：学完剩余32学时、考核合格、学时审核通过、证书更新。请尽快登录平台办理。")


def test_one_message_for_all_certificates_of_a_person(guangdong: Tenant, guangdong_clock: FixedClock) -> None:
    one = holder_of(guangdong, post="资料员")
    holder_of(guangdong, 2, post="标准员", who=one.who)
    guangdong_clock.at = shanghai(2020, 12, 24, 10)
    one_day(guangdong, guangdong_clock)
    assert len(said(guangdong)) == 1 and "资料员、标准员岗位证书" in said(guangdong)[0]


def test_nobody_is_reminded_in_vain(guangdong: Tenant, guangdong_clock: FixedClock, ruled: Rule) -> None:
    """C-20: not who is not concerned, not who has replaced, not who has done what counts."""
    ruled(counts="hours")
    holder_of(guangdong, 1, issued=2014)
    replaced, learnt = holder_of(guangdong, 2), holder_of(guangdong, 3)
    guangdong_clock.at = shanghai(2020, 12, 24, 10)
    with unit_of_work(guangdong, NOBODY) as ctx:
        issue_electronic(ctx, ctx.db.get_one(Certificate, replaced.certificate),
                         NewCertificate("442020000001", "示例", "广东省", date(2020, 12, 1)))
    credited(guangdong, enrolled(guangdong, learnt, at=shanghai(2020, 12, 1)), shanghai(2020, 12, 20))
    one_day(guangdong, guangdong_clock)
    assert said(guangdong) == []
    assert list(outlooks(guangdong)) == [Outlook.IN_TIME]


def test_without_a_deadline_nothing_happens(national: Tenant, clock: FixedClock) -> None:
    holder_of(national)
    one_day(national, clock)
    with unit_of_work(national, NOBODY) as ctx:
        assert ctx.db.scalar(select(OutboxRow).where(OutboxRow.kind == "deadline.look")) is None


def test_many_people_are_looked_at_in_batches_spread_over_time(guangdong: Tenant, guangdong_clock: FixedClock,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """O17: a province's reminders do not stand before the code of who is signing in."""
    monkeypatch.setattr("core.deadline.looking.BATCH", 1)
    for serial in (1, 2, 3):
        holder_of(guangdong, serial)
    guangdong_clock.at = shanghai(2020, 12, 24, 10)
    one_day(guangdong, guangdong_clock)
    assert len(said(guangdong)) == 1
    guangdong_clock.advance(seconds=5)
    run_waiting(guangdong)
    assert len(said(guangdong)) == 2
    guangdong_clock.advance(seconds=5)
    run_waiting(guangdong)
    assert len(said(guangdong)) == 3


def test_the_forecast_from_the_ledger(guangdong: Tenant, guangdong_clock: FixedClock, browser_of: BrowserOf) -> None:
    """C-20: 按目前的进度，将有 N 人赶不上: by the hours of the last days; the list narrows, sorts and is exported."""
    now = guangdong_clock.at = shanghai(2020, 12, 15, 10)
    quick, slow, stalled, ready = (holder_of(guangdong, serial) for serial in (1, 2, 3, 4))
    holder_of(guangdong, 5)
    for one, hours, days_ago in ((quick, 18, 1), (slow, 2, 1), (stalled, 5, 60)):
        enrollment = enrolled(guangdong, one, at=now - timedelta(days=80 if one is stalled else 4))
        credited(guangdong, enrollment, now - timedelta(days=days_ago), general=min(hours, 10),
                 professional=max(hours - 10, 0))
    institution = an_institution(guangdong, "示例培训机构三")
    with unit_of_work(guangdong, NOBODY) as ctx:
        row = ctx.db.scalars(select(Enrollment).where(Enrollment.certificate_id == slow.certificate)).one()
        row.institution_id = institution
    last = enrolled(guangdong, ready, at=now - timedelta(days=10))
    credited(guangdong, last, now - timedelta(days=2))
    examined(guangdong, ready, last, now - timedelta(days=1))
    clerk = signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))
    clerk.get("/admin/deadline/")
    assert clerk.submit("/admin/deadline/again/").status_code == 303
    run_waiting(guangdong)
    guangdong_clock.advance(seconds=10)
    run_waiting(guangdong)
    found = outlooks(guangdong)
    assert set(found) == {Outlook.IN_TIME, Outlook.TOO_SLOW, Outlook.STALLED, Outlook.NOT_ENROLLED}
    # 30 hours left at half an hour a day
    assert (found[Outlook.TOO_SLOW].hours_left, found[Outlook.TOO_SLOW].hours_a_day) == (30.0, 0.5)
    # sixty days on; then the exam, and five working days with the Spring Festival among them
    assert found[Outlook.TOO_SLOW].finish_on == date(2021, 2, 23)
    page = clerk.get("/admin/deadline/").text
    assert "按目前的进度，将有3人赶不上（共5人）" in page and "未知机构" in page and "还剩16天" in page
    assert clerk.get("/admin/deadline/?institution=示例培训机构三").text.count('data-label="姓名"') == 1
    only = clerk.get("/admin/deadline/?outlook=too_slow").text
    assert "学得太慢" in only and only.count('data-label="姓名"') == 1
    assert clerk.get("/admin/deadline/?institution=-&misses=1&sort=finish&desc=1").status_code == 200
    csv = clerk.submit("/admin/deadline/export/csv/?misses=1")
    assert csv.status_code == 200 and csv.data.decode("utf-8-sig").count("王小明") == 3
    with unit_of_work(guangdong, NOBODY) as ctx:
        issue_electronic(ctx, ctx.db.get_one(Certificate, slow.certificate),
                         NewCertificate("442020000002", "示例", "广东省", date(2020, 12, 15)))
    assert "将有2人赶不上（共4人）" in clerk.get("/admin/deadline/").text
    assert signed_in(browser_of(guangdong), quick.who).get("/admin/deadline/").status_code == 403
