"""Trainees in the middle of their study, for the keys that beat and look."""
import time
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from bench.harness import User, against_hello, served
from bench.world import World
from core.base.db import Id, new_id
from core.course.ledger import Kind, Part
from core.course.models import HourEntry, Lesson, Package, Segment, Study, StudyLease, StudyPackage
from core.course.rules import open_state
from core.course.service import beat_key, millis, pace
from core.course.tokens import Lease, pack, seal
from core.cycle import Enrollment, EnrollmentState
from core.identity import give_consent, person_of
from core.organization import post_by_name, seed_posts
from core.presence.models import Attestation
from core.registry import Certificate
from core.tenancy import Ctx, unit_of_work

HOURS = 32
BATCH = 200
LEDGER_BATCH = 20_000


def open_studies(world: World, ledger_rows: int) -> list[User]:
    """Each trainee with certificate, enrollment, face attested, an open lease and their share of the ledger; the
    users who beat."""
    with unit_of_work(world.tenant) as ctx:
        lessons = _packages(ctx)
    users: list[User] = []
    entries: list[dict[str, Any]] = []
    share = ledger_rows // len(world.trainees)
    for start in range(0, len(world.trainees), BATCH):
        with unit_of_work(world.tenant) as ctx:
            for trainee in world.trainees[start:start + BATCH]:
                enrollment_id = _enroll(ctx, trainee.person_id, lessons)
                lease, token, resume_ms = _lease(ctx, trainee.person_id, enrollment_id, lessons[-1])
                entries += _entries(ctx, trainee.person_id, enrollment_id, lessons[0], lease, share)
                users.append({"headers": world.headers(trainee.sign_in), "token": token, "position_ms": resume_ms,
                              "since": time.time()})
            ctx.db.flush()
            for first in range(0, len(entries), LEDGER_BATCH):
                ctx.db.execute(insert(HourEntry), entries[first:first + LEDGER_BATCH])
            entries = []
    with world.tenant.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return users


def _packages(ctx: Ctx) -> list[Lesson]:
    """One general and one professional package of 5 and 11 lessons, 2 hours each."""
    seed_posts(ctx)
    lessons = []
    hour_ms = ctx.rules().hours.hour_seconds * 1000
    for part, count, post in ((Part.GENERAL, 5, ""), (Part.PROFESSIONAL, 11, "资料员")):
        package = Package(code=f"bench-{part}", title=f"{part}课程包", part=part, post=post, year=None,
                          recommended=True, published=True, created_at=ctx.now)
        ctx.db.add(package)
        ctx.db.flush()
        for position in range(1, count + 1):
            lesson = Lesson(package_id=package.id, position=position, title=f"第{position}讲", class_hours=2,
                            duration_ms=2 * hour_ms + 300, media_key="media/00/" + "0" * 64)
            ctx.db.add(lesson)
            lessons.append(lesson)
    ctx.db.flush()
    return lessons


def _enroll(ctx: Ctx, person_id: Id, lessons: list[Lesson]) -> Id:
    post = post_by_name(ctx, "资料员")
    assert post is not None
    give_consent(ctx, person_of(ctx, person_id))
    held = Certificate(person_id=person_id, post_id=post.id, number=str(person_id), issuer="示例省住房和城乡建设厅",
                       province="示例省", issued_on=date(2016, 4, 19), kind="paper", created_at=ctx.now)
    ctx.db.add(held)
    ctx.db.flush()
    row = Enrollment(person_id=person_id, certificate_id=held.id, post_id=post.id, year=ctx.now.year, kind="正常周期",
                     general_hours_due=10, professional_hours_due=22, state=EnrollmentState.OPEN,
                     enrolled_at=ctx.now, opened_at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.db.add(Study(enrollment_id=row.id, person_id=person_id, opened_at=ctx.now, round=0))
    ctx.db.flush()
    packages = list(dict.fromkeys(lesson.package_id for lesson in lessons))
    for position, package_id in enumerate(packages):
        ctx.db.add(StudyPackage(enrollment_id=row.id, package_id=package_id, position=position))
    ctx.db.add(Attestation(person_id=person_id, enrollment_id=row.id, challenge_id=None, kind="face", zone="accept",
                           euclid=0.3, cosine=0.2, picture_key=None, witness_id=None, given_at=ctx.now,
                           valid_until=ctx.now + timedelta(minutes=ctx.rules().presence.attestation_minutes)))
    return row.id


def _lease(ctx: Ctx, person_id: Id, enrollment_id: Id, lesson: Lesson) -> tuple[Id, str, int]:
    """An open lease on a lesson of which nothing is learned; its id, the first token, where playing begins."""
    beats, now = pace(ctx), millis(ctx.now)
    slots = lesson.class_hours * ctx.rules().hours.hour_seconds // ctx.rules().hours.slot_seconds
    state = open_state(now, lesson.duration_ms, 0, 0, slots, -1, beats)
    lease = StudyLease(id=new_id(), person_id=person_id, enrollment_id=enrollment_id, lesson_id=lesson.id, epoch=1,
                       round=0, base=0, opened=0, seq=state.seq, state=pack(state), opened_ms=now,
                       last_ms=state.last_at_ms, device="bench")
    ctx.db.add(lease)
    terms = Lease(str(lease.id), str(person_id), str(enrollment_id), str(lesson.id), 1, 0, 0, 0)
    return lease.id, seal(beat_key(ctx), terms, state), state.resume_ms


def _entries(ctx: Ctx, person_id: Id, enrollment_id: Id, lesson: Lesson, lease_id: Id,
             count: int) -> list[dict[str, Any]]:
    """Credits of a first lesson, one slot each, years before the lease's slots, with the segment they rest on."""
    segment = Segment(id=new_id(), lease_id=lease_id, enrollment_id=enrollment_id, lesson_id=lesson.id, from_ms=0,
                      to_ms=count, pos_from_ms=0, pos_to_ms=count, slot=0, slots=min(count, 3600))
    ctx.db.add(segment)
    return [{"id": new_id(), "person_id": person_id, "enrollment_id": enrollment_id, "lesson_id": lesson.id,
             "part": Part.GENERAL, "kind": Kind.CREDIT, "slots": 1, "slot": slot, "segment_id": segment.id,
             "at": ctx.now} for slot in range(count)]


def measure_beats(world: World, trainees: int, ledger_rows: int) -> dict[str, float]:
    """Durable beats of that many trainees against hello-world; BenchError unless each acknowledged one is stored."""
    world.add_trainees(trainees)
    users = open_studies(world, ledger_rows)
    with served("core.app:create_app()", world.host, world.env, world.pids) as server:
        return against_hello(server, users)
