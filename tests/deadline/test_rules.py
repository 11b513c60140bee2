"""The deadline as arithmetic (GD-01, C-20): in time or late to the second, what counts, reminders, forecast."""
from datetime import UTC, date, datetime, timedelta

import pytest

from core.base.clock import shanghai
from core.deadline.rules import (
    Allowances,
    Counts,
    Milestones,
    Outlook,
    Standing,
    Work,
    end_of,
    forecast,
    grace_problem,
    judge,
    last_day,
    stage_due,
    study_by,
)

LAST = date(2020, 12, 31)
ENDS = end_of(LAST)
NEVER = Milestones()
IN_TIME, TOO_LATE = shanghai(2020, 12, 31, 23, 59, 59), shanghai(2021, 1, 1)


def test_the_end_is_midnight_in_shanghai() -> None:
    """GD-01: until 2020-12-31 in Shanghai is until 16:00 UTC of that day."""
    assert ENDS == datetime(2020, 12, 31, 16, tzinfo=UTC) == TOO_LATE
    assert last_day(ENDS) == LAST


@pytest.mark.parametrize(("now", "standing", "left"), [
    (shanghai(2020, 12, 1), Standing.OPEN, 30),
    (shanghai(2020, 12, 30, 23, 59, 59), Standing.OPEN, 1),
    (shanghai(2020, 12, 31), Standing.OPEN, 0),
    (datetime(2020, 12, 31, 1, tzinfo=UTC), Standing.OPEN, 0),
    (IN_TIME, Standing.OPEN, 0),
    (datetime(2020, 12, 31, 15, 59, 59, 999_999, tzinfo=UTC), Standing.OPEN, 0),
    (TOO_LATE, Standing.LATE, -1),
    # UTC's 31 December is already the new year in Shanghai
    (datetime(2020, 12, 31, 23, 0, tzinfo=UTC), Standing.LATE, -1),
    (shanghai(2021, 3, 1), Standing.LATE, -60),
])
def test_to_the_second(now: datetime, standing: Standing, left: int) -> None:
    """GD-01: 23:59:59 in Shanghai is in time, 00:00:00 is late."""
    verdict = judge(now, ENDS, Counts.REPLACED, NEVER)
    assert (verdict.standing, verdict.days_left) == (standing, left)
    assert verdict.last_day == LAST


@pytest.mark.parametrize(("counts", "reached", "standing"), [
    (Counts.HOURS, Milestones(hours=IN_TIME), Standing.KEPT),
    (Counts.HOURS, Milestones(hours=TOO_LATE), Standing.LATE),
    (Counts.EXAM, Milestones(hours=IN_TIME), Standing.LATE),
    (Counts.EXAM, Milestones(hours=IN_TIME, exam=IN_TIME), Standing.KEPT),
    (Counts.SUBMITTED, Milestones(hours=IN_TIME, exam=IN_TIME, submitted=IN_TIME), Standing.KEPT),
    (Counts.SUBMITTED, Milestones(hours=IN_TIME, exam=TOO_LATE, submitted=TOO_LATE), Standing.LATE),
    (Counts.AUDITED, Milestones(IN_TIME, IN_TIME, IN_TIME), Standing.LATE),
    (Counts.AUDITED, Milestones(IN_TIME, IN_TIME, IN_TIME, IN_TIME), Standing.KEPT),
    (Counts.AUDITED, Milestones(IN_TIME, IN_TIME, IN_TIME, TOO_LATE), Standing.LATE),
    (Counts.REPLACED, Milestones(IN_TIME, IN_TIME, IN_TIME, IN_TIME), Standing.LATE),
    (Counts.REPLACED, Milestones(IN_TIME, IN_TIME, IN_TIME, IN_TIME, IN_TIME), Standing.DONE),
])
def test_what_counts_as_in_time(counts: Counts, reached: Milestones, standing: Standing) -> None:
    """C-20: the rule says which step must be reached; then the replacement stays open after the end."""
    assert judge(shanghai(2021, 1, 8), ENDS, counts, reached).standing is standing


@pytest.mark.parametrize(("now", "grace", "standing", "left"), [
    (shanghai(2020, 12, 20), date(2021, 1, 15), Standing.OPEN, 26),
    (TOO_LATE, date(2021, 1, 15), Standing.GRACE, 14),
    (shanghai(2021, 1, 15, 23, 59, 59), date(2021, 1, 15), Standing.GRACE, 0),
    (shanghai(2021, 1, 16), date(2021, 1, 15), Standing.LATE, -1),
    # a grace that is not later than the end gives nothing and takes nothing
    (IN_TIME, date(2020, 12, 1), Standing.OPEN, 0),
])
def test_the_grace_list(now: datetime, grace: date, standing: Standing, left: int) -> None:
    """C-20, 宽限名单: the new end holds, to the second as well."""
    verdict = judge(now, ENDS, Counts.REPLACED, NEVER, end_of(grace))
    assert (verdict.standing, verdict.days_left) == (standing, left)


def test_what_counts_may_be_reached_within_the_grace() -> None:
    reached = Milestones(hours=shanghai(2021, 1, 10), exam=shanghai(2021, 1, 10), submitted=shanghai(2021, 1, 10))
    ends = end_of(date(2021, 1, 15))
    assert judge(shanghai(2021, 1, 20), ENDS, Counts.SUBMITTED, reached, ends).standing is Standing.KEPT
    assert judge(shanghai(2021, 1, 20), ENDS, Counts.SUBMITTED, reached).standing is Standing.LATE


def test_without_an_end_nobody_is_late() -> None:
    assert judge(shanghai(2030, 1, 1), None, Counts.REPLACED, NEVER).standing is Standing.FREE


@pytest.mark.parametrize(("left", "stage"), [
    (40, None), (31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (4, 7), (3, 3), (2, 3), (1, 1),
    (0, 1), (-1, None),
])
def test_the_reminder_whose_time_has_come(left: int, stage: int | None) -> None:
    """P-17, C-20: 30, 14, 7, 3, 1 days before; a day that was slept through is caught up by one reminder."""
    assert stage_due(left, (30, 14, 7, 3, 1)) == stage


ALLOWED = Allowances(exam_days=1, audit_days=5)
DAY = date(2020, 12, 1)


@pytest.mark.parametrize(("work", "counts", "outlook", "finish"), [
    (Work(False, 32, 0), Counts.REPLACED, Outlook.NOT_ENROLLED, None),
    (Work(True, 32, 0, begun=False), Counts.REPLACED, Outlook.NOT_BEGUN, None),
    (Work(True, 20, 0), Counts.REPLACED, Outlook.STALLED, None),
    # 20 hours at 2 a day: 11 December; exam 12 (a Saturday); five working days: 18 December
    (Work(True, 20, 2), Counts.REPLACED, Outlook.IN_TIME, date(2020, 12, 18)),
    (Work(True, 20, 2), Counts.HOURS, Outlook.IN_TIME, date(2020, 12, 11)),
    (Work(True, 20, 2), Counts.SUBMITTED, Outlook.IN_TIME, date(2020, 12, 12)),
    (Work(True, 20, 2, exam_left=False), Counts.SUBMITTED, Outlook.IN_TIME, date(2020, 12, 11)),
    # 25 days of study end on the 26th: too late for the audit, though the hours would do
    (Work(True, 25, 1), Counts.REPLACED, Outlook.NO_ROOM, date(2021, 1, 4)),
    (Work(True, 25, 1), Counts.HOURS, Outlook.IN_TIME, date(2020, 12, 26)),
    (Work(True, 31, 1), Counts.HOURS, Outlook.TOO_SLOW, date(2021, 1, 1)),
    (Work(True, 0, 0), Counts.REPLACED, Outlook.IN_TIME, date(2020, 12, 9)),
    (Work(True, 0, 0, exam_left=False, audit_due=date(2020, 12, 3)), Counts.REPLACED, Outlook.IN_TIME,
     date(2020, 12, 3)),
    (Work(True, 0, 0, exam_left=False, audit_due=date(2021, 1, 5)), Counts.REPLACED, Outlook.NO_ROOM,
     date(2021, 1, 5)),
    (Work(True, 0, 0, exam_left=False, audit_left=False), Counts.REPLACED, Outlook.IN_TIME, DAY),
    (Work(True, 0.1, 0.001), Counts.HOURS, Outlook.TOO_SLOW, DAY + timedelta(days=100)),
])
def test_the_forecast(work: Work, counts: Counts, outlook: Outlook, finish: date | None) -> None:
    """C-20: hours left at the pace of the last days, then exam and audit."""
    found = forecast(DAY, LAST, counts, work, ALLOWED)
    assert (found.outlook, found.finish) == (outlook, finish)
    assert found.misses is (outlook is not Outlook.IN_TIME)


def test_after_the_end_everybody_has_missed_it() -> None:
    assert forecast(date(2021, 1, 1), LAST, Counts.HOURS, Work(True, 0, 0), ALLOWED).outlook is Outlook.LATE


@pytest.mark.parametrize(("counts", "work", "day"), [
    (Counts.HOURS, Work(True, 9, 1), LAST),
    (Counts.SUBMITTED, Work(True, 9, 1), date(2020, 12, 30)),
    # five working days before Thursday 31 December, and a day for the exam
    (Counts.REPLACED, Work(True, 9, 1), date(2020, 12, 23)),
    (Counts.REPLACED, Work(True, 9, 1, exam_left=False), date(2020, 12, 24)),
    (Counts.REPLACED, Work(True, 0, 0, exam_left=False, audit_due=date(2021, 1, 9)), date(2020, 12, 24)),
])
def test_until_when_to_learn(counts: Counts, work: Work, day: date) -> None:
    """C-20: the day that a trainee must know: exam and audit still fit in."""
    assert study_by(LAST, counts, work, ALLOWED) == day


@pytest.mark.parametrize(("today", "ends", "wanted", "problem"), [
    (date(2020, 12, 20), ENDS, date(2021, 1, 15), None),
    (date(2021, 2, 1), ENDS, date(2021, 2, 1), None),
    (date(2020, 12, 20), ENDS, LAST, "not_later"),
    (date(2021, 2, 1), ENDS, date(2021, 1, 15), "past"),
    (date(2020, 12, 20), ENDS, date(2030, 1, 1), "far"),
    (date(2020, 12, 20), None, date(2021, 1, 15), "no_deadline"),
])
def test_a_grace_date_must_make_sense(today: date, ends: datetime | None, wanted: date, problem: str | None) -> None:
    assert grace_problem(today, ends, wanted) == problem
