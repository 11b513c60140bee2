"""Trainees in the middle of their study, for the keys that beat and look."""
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from bench.harness import WEB_PROCESSES, BenchError, User, against_hello, served
from bench.world import World
from core.base.db import Base, Id, new_id
from core.course.ledger import Kind, Part
from core.course.models import BeatRow, Lesson, Package, Segment, Study, StudyLease, StudyPackage
from core.course.rules import BeatState, open_state
from core.course.queries import millis, pace
from core.course.tokens import Lease, beat_key, pack, seal, unseal
from core.cycle import Enrollment, EnrollmentState
from core.identity import Consent
from core.organization import post_by_name, seed_posts
from core.presence.models import Attestation
from core.registry import Certificate
from core.tenancy import Ctx, unit_of_work

BATCH = 100
ORDER: tuple[type[Base], ...] = (Consent, Certificate, Enrollment, Study, StudyPackage, Attestation, StudyLease,
                                 Segment)
"""Each after what it refers to."""
_NUMBERS = {
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(0, :share - 1))",
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < :share - 1)",
}
_NEW_ID = {"postgresql": "uuidv7()", "sqlite": "printf('%032x', row_number() OVER ())"}
Rows = dict[type[Base], list[dict[str, Any]]]


def open_studies(world: World, ledger_rows: int) -> list[User]:
    """Each trainee with certificate, enrollment, face attested, an open lease and their share of the ledger; the
    users who beat."""
    with unit_of_work(world.tenant) as ctx:
        lessons = _packages(ctx)
    users: list[User] = []
    share = ledger_rows // len(world.trainees)
    for start in range(0, len(world.trainees), BATCH):
        with unit_of_work(world.tenant) as ctx:
            rows: Rows = {model: [] for model in ORDER}
            for trainee in world.trainees[start:start + BATCH]:
                enrollment_id = _enroll(ctx, rows, trainee.person_id, lessons)
                lease_id, token, resume_ms = _lease(ctx, rows, trainee.person_id, enrollment_id, lessons[-1])
                rows[Segment].append({
                    "id": new_id(), "lease_id": lease_id, "enrollment_id": enrollment_id, "lesson_id": lessons[0].id,
                    "from_ms": 0, "to_ms": share, "pos_from_ms": 0, "pos_to_ms": share, "slot": 0, "slots": share})
                users.append({"headers": world.headers(trainee.sign_in), "token": token, "position_ms": resume_ms,
                              "since": time.time()})
            for model, values in rows.items():
                ctx.db.execute(insert(model), values)
    _fill_ledger(world, share)
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


def _enroll(ctx: Ctx, rows: Rows, person_id: Id, lessons: list[Lesson]) -> Id:
    post, now, enrollment_id, certificate_id = post_by_name(ctx, "资料员"), ctx.now, new_id(), new_id()
    assert post is not None
    rules = ctx.rules().presence
    rows[Consent].append({"person_id": person_id, "kind": "face", "version": rules.consent_version, "given_at": now})
    rows[Certificate].append({
        "id": certificate_id, "person_id": person_id, "post_id": post.id, "number": str(person_id),
        "issuer": "示例省住房和城乡建设厅", "province": "示例省", "issued_on": date(2016, 4, 19), "kind": "paper",
        "created_at": now})
    rows[Enrollment].append({
        "id": enrollment_id, "person_id": person_id, "certificate_id": certificate_id, "post_id": post.id,
        "year": now.year, "kind": "正常周期", "general_hours_due": 10, "professional_hours_due": 22,
        "state": EnrollmentState.OPEN, "enrolled_at": now, "opened_at": now})
    rows[Study].append({"enrollment_id": enrollment_id, "person_id": person_id, "opened_at": now, "round": 0})
    for position, package_id in enumerate(dict.fromkeys(lesson.package_id for lesson in lessons)):
        rows[StudyPackage].append({"enrollment_id": enrollment_id, "package_id": package_id, "position": position})
    rows[Attestation].append({
        "person_id": person_id, "enrollment_id": enrollment_id, "kind": "face", "zone": "accept", "euclid": 0.3,
        "cosine": 0.2, "given_at": now, "valid_until": now + timedelta(minutes=rules.attestation_minutes)})
    return enrollment_id


def _lease(ctx: Ctx, rows: Rows, person_id: Id, enrollment_id: Id, lesson: Lesson) -> tuple[Id, str, int]:
    """An open lease on a lesson of which nothing is learned; its id, the first token, where playing begins."""
    now, lease_id = millis(ctx.now), new_id()
    slots = lesson.class_hours * ctx.rules().hours.hour_seconds // ctx.rules().hours.slot_seconds
    state = open_state(now, lesson.duration_ms, 0, 0, slots, -1, pace(ctx))
    rows[StudyLease].append({
        "id": lease_id, "person_id": person_id, "enrollment_id": enrollment_id, "lesson_id": lesson.id, "epoch": 1,
        "round": 0, "base": 0, "opened": 0, "seq": state.seq, "state": pack(state), "opened_ms": now,
        "last_ms": state.last_at_ms, "device": "bench"})
    terms = Lease(str(lease_id), str(person_id), str(enrollment_id), str(lesson.id), 1)
    return lease_id, seal(beat_key(ctx), terms, state), state.resume_ms


def _fill_ledger(world: World, share: int) -> None:
    """Credits of a first lesson, one slot each, years before the lease's slots, each on the trainee's segment."""
    with unit_of_work(world.tenant) as ctx:
        dialect = world.tenant.engine.dialect.name
        ctx.db.execute(text(f"""
            {_NUMBERS[dialect]}
            INSERT INTO hour_entry (id, person_id, enrollment_id, lesson_id, part, kind, slots, slot, segment_id, at)
            SELECT {_NEW_ID[dialect]}, study.person_id, study.enrollment_id, segment.lesson_id, :part, :kind, 1,
                   numbers.n, segment.id, study.opened_at
            FROM segment JOIN study ON study.enrollment_id = segment.enrollment_id, numbers
        """), {"part": Part.GENERAL, "kind": Kind.CREDIT, "share": share})


def measure_beats(worlds: Sequence[World], trainees: int, ledger_rows: int, *, processes: int = WEB_PROCESSES
                  ) -> dict[str, float]:
    """Durable beats of that many trainees, evenly of these tenants, against hello-world; BenchError unless each
    acknowledged one is stored."""
    of: list[list[User]] = []
    for world in worlds:
        world.add_trainees(trainees // len(worlds))
        of.append([user | {"host": world.host} for user in open_studies(world, ledger_rows // len(worlds))])
        world.tenant.close()
    first = worlds[0]
    users = [user for turn in zip(*of, strict=True) for user in turn]
    with served("core.app:create_app()", first.host, first.env, first.pids, processes=processes) as server:
        return against_hello(server, users, check=lambda last: _check_stored(worlds, last))


def _check_stored(worlds: Sequence[World], users: list[User]) -> None:
    """The number in each last token counts the beats that this lease was told are stored."""
    for world in worlds:
        with unit_of_work(world.tenant) as ctx:
            stored = dict(ctx.db.execute(select(BeatRow.lease_id, func.count()).group_by(BeatRow.lease_id)).all())
            told = {Id(terms.lease_id): state.seq - 1 for user in users if user["host"] == world.host
                    for terms, state in [_said(ctx, user)]}
        world.tenant.close()
        if lost := [lease_id for lease_id, count in told.items() if stored.get(lease_id, 0) < count]:
            raise BenchError(f"acknowledged beats that are not stored: {len(lost)} leases, first {lost[0]}")


def _said(ctx: Ctx, user: User) -> tuple[Lease, BeatState]:
    found = unseal(beat_key(ctx), user["token"])
    assert found is not None
    return found
