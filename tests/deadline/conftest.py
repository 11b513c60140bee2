"""A Guangdong with posts, whose clock the test moves; people with a certificate to replace by the end of 2020."""
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest

from core.access import NOBODY
from core.base.clock import shanghai
from core.base.db import Id, new_id
from core.course import Kind as Entry
from core.course import Lesson, Package, Part
from core.course.models import HourEntry, Study
from core.cycle import Enrollment
from core.exam.models import Sitting
from core.organization import post_by_name
from core.registry import Certificate, CertificateStatusEntry, Kind, Status
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.certificate.holders import holder
from tests.people import Somebody

ISSUER = "广东省建设教育协会"
IN_TIME, TOO_LATE = shanghai(2020, 12, 31, 23, 59, 59), shanghai(2021, 1, 1)
Rule = Callable[..., None]


def set_deadline(tenant: Tenant, **values: Any) -> None:
    """Other values of [deadline]."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, deadline=replace(rule_set.rules.deadline, **values))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))


@pytest.fixture
def ruled(guangdong: Tenant) -> Rule:
    """`ruled(counts="submitted")`: other values of [deadline] at Guangdong."""
    return partial(set_deadline, guangdong)


@dataclass(frozen=True)
class Holder:
    """A person and the certificate that is to be replaced."""

    who: Somebody
    certificate: Id
    number: str


def holder_of(tenant: Tenant, serial: int = 1, *, issued: int = 2016, post: str = "资料员", issuer: str = ISSUER,
              status: Status = Status.NORMAL, who: Somebody | None = None) -> Holder:
    """A trainee with one old certificate, issued in `issued`."""
    who = who or holder(tenant, serial)
    number = f"GD{issued}{serial:04d}{'ABC'[len(post) % 3]}"
    with unit_of_work(tenant, NOBODY) as ctx:
        found = post_by_name(ctx, post)
        assert found is not None
        held = Certificate(id=new_id(), person_id=who.person_id, post_id=found.id, number=number, issuer=issuer,
                           province="广东省", issued_on=date(issued, 4, 19), kind=Kind.PAPER, created_at=ctx.now)
        ctx.db.add(held)
        ctx.db.flush()
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=status, at=ctx.now))
        return Holder(who, held.id, number)


def enrolled(tenant: Tenant, one: Holder, *, at: datetime, year: int = 2020) -> Id:
    """A paid enrollment of the certificate."""
    with unit_of_work(tenant, NOBODY, now=at) as ctx:
        held = ctx.db.get_one(Certificate, one.certificate)
        row = Enrollment(person_id=one.who.person_id, certificate_id=held.id, post_id=held.post_id, year=year,
                         kind="正常周期", general_hours_due=10, professional_hours_due=22, state="open", enrolled_at=at,
                         opened_at=at)
        ctx.db.add(row)
        ctx.db.flush()
        ctx.db.add(Study(enrollment_id=row.id, person_id=one.who.person_id, opened_at=at))
        return row.id


def credited(tenant: Tenant, enrollment_id: Id, at: datetime, *, general: int = 10, professional: int = 22) -> None:
    """Class hours in the ledger, credited at a moment."""
    with unit_of_work(tenant, NOBODY, now=at) as ctx:
        row = ctx.db.get_one(Enrollment, enrollment_id)
        for part, hours in ((Part.GENERAL, general), (Part.PROFESSIONAL, professional)):
            if hours:
                _credit(ctx, row, part, hours, at)


def _credit(ctx: Ctx, row: Enrollment, part: Part, hours: int, at: datetime) -> None:
    package = Package(code=str(new_id()), title="课程包", part=part, created_at=at)
    ctx.db.add(package)
    ctx.db.flush()
    lesson = Lesson(package_id=package.id, position=1, title="第一讲", class_hours=hours, duration_ms=1000,
                    media_key="none")
    ctx.db.add(lesson)
    ctx.db.flush()
    rules = ctx.rules().hours
    ctx.db.add(HourEntry(person_id=row.person_id, enrollment_id=row.id, lesson_id=lesson.id, part=part,
                         kind=Entry.CREDIT, slots=hours * rules.hour_seconds // rules.slot_seconds,
                         slot=new_id().int % 10**12, at=at))
    ctx.db.flush()


def examined(tenant: Tenant, one: Holder, enrollment_id: Id, at: datetime, score: int = 86) -> None:
    """A passed sitting."""
    with unit_of_work(tenant, NOBODY, now=at) as ctx:
        ctx.db.add(Sitting(enrollment_id=enrollment_id, person_id=one.who.person_id, number=1, state="submitted",
                           seed="s", started_at=at, ends_at=at, grace_seconds=10, questions=50, full_score=100,
                           pass_score=60, closed_at=at, correct=score // 2, score=score, passed=True))
