"""Trainees for the exam's tests: enrolled in 资料员, hours credited or not, with the demonstration's bank."""
from datetime import date

from core.access import NOBODY
from core.base.db import Id, new_id
from core.course import Kind, Lesson, Package, Part
from core.course.models import HourEntry, Study
from core.cycle import Enrollment
from core.demo.bank import demo_questions
from core.exam import bank
from core.organization import post_by_name, seed_posts
from core.registry import Certificate
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.people import Somebody

HOURS = {Part.GENERAL: 10, Part.PROFESSIONAL: 22}


def fill_bank(tenant: Tenant) -> None:
    """Posts and the demonstration's questions."""
    with unit_of_work(tenant, NOBODY) as ctx:
        seed_posts(ctx)
        bank.add_questions(ctx, demo_questions())


def enroll(tenant: Tenant, somebody: Somebody, *, post: str = "资料员", learned: bool = True, year: int = 2026) -> Id:
    """A paid enrollment of a post, with all hours credited or none."""
    assert somebody.person_id is not None
    with unit_of_work(tenant, NOBODY) as ctx:
        found = post_by_name(ctx, post)
        assert found is not None
        certificate = Certificate(person_id=somebody.person_id, post_id=found.id, number=f"1216{new_id().int % 10**6}",
                                  issuer="示例发证机关", province="吉林省", issued_on=date(2016, 4, 19), kind="paper",
                                  created_at=ctx.now)
        ctx.db.add(certificate)
        ctx.db.flush()
        row = Enrollment(person_id=somebody.person_id, certificate_id=certificate.id, post_id=found.id, year=year,
                         kind="正常周期", general_hours_due=10, professional_hours_due=22, state="open",
                         enrolled_at=ctx.now, opened_at=ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        ctx.db.add(Study(enrollment_id=row.id, person_id=somebody.person_id, opened_at=ctx.now))
        ctx.db.flush()
        if learned:
            credit_all(ctx, row)
        return row.id


def credit_all(ctx: Ctx, row: Enrollment) -> None:
    """32 class hours in the ledger, as if studied."""
    hours = ctx.rules().hours
    slot = new_id().int % 10**9
    for part, owed in HOURS.items():
        package = Package(code=str(new_id()), title="课程包", part=part, created_at=ctx.now)
        ctx.db.add(package)
        ctx.db.flush()
        lesson = Lesson(package_id=package.id, position=1, title="第一讲", class_hours=owed, duration_ms=1000,
                        media_key="none")
        ctx.db.add(lesson)
        ctx.db.flush()
        slots = owed * hours.hour_seconds // hours.slot_seconds
        ctx.db.add(HourEntry(person_id=row.person_id, enrollment_id=row.id, lesson_id=lesson.id, part=part,
                             kind=Kind.CREDIT, slots=slots, slot=slot, at=ctx.now))
        slot += slots
    ctx.db.flush()
