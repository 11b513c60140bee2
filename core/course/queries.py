"""What the ledger adds up to, and what the pages show of it."""
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from core.base.clock import local, local_date
from core.base.db import Id
from core.course.ledger import Held, Kind, Part, Progress, outcomes, progress_of
from core.course.ledger import full_since as full_since_of
from core.course.models import (
    HourEntry,
    Lesson,
    LessonPoint,
    MediaRead,
    Package,
    Segment,
    Study,
    StudyLease,
    StudyPackage,
)
from core.course.places import held_once, places_of
from core.course.rules import BeatState, Pace, pace_of
from core.course.subjects import Subject
from core.course.subjects import subject as subject_of
from core.course.tokens import unpack
from core.tenancy import Ctx

# A clear takes back, a pending one waits; the same as `ledger.effect`, for the database to add up.
_EFFECT = case((HourEntry.kind == Kind.CLEAR, -HourEntry.slots), (HourEntry.kind.in_((Kind.PENDING, Kind.VOID)), 0),
               else_=HourEntry.slots)
_answer = aliased(HourEntry)
_WAITING = case(((HourEntry.kind == Kind.PENDING) & ~exists().where(_answer.answers_id == HourEntry.id),
                 HourEntry.slots), else_=0)


def pace(ctx: Ctx, at: datetime | None = None) -> Pace:
    """The pace of the tenant's rules in force now, or at another moment."""
    hours = ctx.rules(at).hours
    return pace_of(hours.hour_seconds, hours.slot_seconds, hours.beat_seconds, hours.speed_tolerance_seconds,
                   hours.lease_idle_seconds)


def open_lease_of(ctx: Ctx, person_id: Id) -> StudyLease | None:
    """The one lease that a person may have open."""
    return ctx.db.scalar(select(StudyLease).where(StudyLease.person_id == person_id, StudyLease.closed_ms.is_(None)))


def held_by_lesson(ctx: Ctx, enrollment_id: Id) -> dict[Id, Held]:
    """What each lesson has given: the ledger, plus the run that is still open."""
    held: dict[Id, Held] = defaultdict(Held, {lesson: given for _part, lesson, given in _held(ctx, enrollment_id)})
    lease = ctx.db.scalar(select(StudyLease).where(
        StudyLease.enrollment_id == enrollment_id, StudyLease.closed_ms.is_(None)))
    if lease is not None:
        held[lease.lesson_id] += Held(unpack(lease.state).run_slots)
    return dict(held)


def has_begun(ctx: Ctx, enrollment_id: Id) -> bool:
    """Whether anything has been studied, also what was cleared since (A.7, refund)."""
    entry = ctx.db.scalar(select(HourEntry.id).where(HourEntry.enrollment_id == enrollment_id).limit(1))
    return entry is not None or any(held.slots for held in held_by_lesson(ctx, enrollment_id).values())


_GIVEN_BACK = func.sum(case((HourEntry.kind == Kind.RESTORE, 1), else_=0))
_HELD = select(HourEntry.part, HourEntry.lesson_id, func.sum(_EFFECT), func.sum(_WAITING), _GIVEN_BACK).where(
    HourEntry.enrollment_id == bindparam("enrollment_id")).group_by(HourEntry.part, HourEntry.lesson_id)
_OPEN_RUN = select(Package.part, StudyLease.state).select_from(StudyLease).join(
    Lesson, Lesson.id == StudyLease.lesson_id).join(Package, Package.id == Lesson.package_id).where(
    StudyLease.enrollment_id == bindparam("enrollment_id"), StudyLease.closed_ms.is_(None))


def progress(ctx: Ctx, subject: Subject) -> Progress:
    """How far an enrollment is (N-32): hours credited by the server, never above what is due. Hours that were
    learned again and then given back by an appeal count once.
    """
    return ctx.look_up(("progress", subject), lambda: _progress(ctx, subject))


def _progress(ctx: Ctx, subject: Subject) -> Progress:
    parts: dict[str, Held] = defaultdict(Held)
    for part, _lesson_id, given in _held(ctx, subject.id):
        parts[part] += given
    for part, state in ctx.db.execute(_OPEN_RUN, {"enrollment_id": subject.id}):
        parts[part] += Held(unpack(state).run_slots)
    return progress_of(parts[Part.GENERAL], parts[Part.PROFESSIONAL], subject.due, pace(ctx).slots_per_hour)


def _held(ctx: Ctx, enrollment_id: Id) -> list[tuple[str, Id, Held]]:
    """What the ledger holds of each lesson, with its part; entry by entry only where something was given back."""
    rows = ctx.db.execute(_HELD, {"enrollment_id": enrollment_id}).all()
    return [(part, lesson_id, held_once(_lines(ctx, enrollment_id, lesson_id)) if given_back
             else Held(int(credited), int(waiting))) for part, lesson_id, credited, waiting, given_back in rows]


def credited_of_many(ctx: Ctx, dues: Mapping[Id, tuple[int, int]]) -> dict[Id, float]:
    """Class hours credited to many enrollments (id → general and professional hours due), at most a thousand, in one
    question; a run that is still open is not counted."""
    slots: dict[Id, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for enrollment_id, part, lesson_id, credited, _waiting, given_back in ctx.db.execute(
            select(HourEntry.enrollment_id, HourEntry.part, HourEntry.lesson_id, func.sum(_EFFECT), func.sum(_WAITING),
                   _GIVEN_BACK).where(HourEntry.enrollment_id.in_(list(dues)))
            .group_by(HourEntry.enrollment_id, HourEntry.part, HourEntry.lesson_id)):
        slots[enrollment_id][part] += (held_once(_lines(ctx, enrollment_id, lesson_id)).credited if given_back
                                       else int(credited))
    per_hour = pace(ctx).slots_per_hour
    return {enrollment_id: sum(min(slots[enrollment_id][part], due * per_hour)
                               for part, due in zip(Part, due_hours, strict=True)) / per_hour
            for enrollment_id, due_hours in dues.items()}


def _lines(ctx: Ctx, enrollment_id: Id, *lessons: Id) -> Sequence[HourEntry]:
    """The entries of an enrollment, or of some of its lessons, in the order of writing."""
    entries = select(HourEntry).where(HourEntry.enrollment_id == enrollment_id).order_by(HourEntry.id)
    return ctx.db.scalars(entries.where(HourEntry.lesson_id.in_(lessons)) if lessons else entries).all()


def progress_of_enrollment(ctx: Ctx, enrollment_id: Id) -> Progress:
    """The same by id; NotFound when there is no such enrollment."""
    return progress(ctx, subject_of(ctx, enrollment_id))


def full_since(ctx: Ctx, subject: Subject) -> datetime | None:
    """Since when all hours of an enrollment have been learnt; None while they are not (C-20).

    An enrollment that owes nothing is full since it was made.
    """
    entries = _lines(ctx, subject.id)
    per_hour = pace(ctx).slots_per_hour
    due = {Part.GENERAL: subject.due.general * per_hour, Part.PROFESSIONAL: subject.due.professional * per_hour}
    of_lesson: dict[Id, list[HourEntry]] = defaultdict(list)
    for entry in entries:
        of_lesson[entry.lesson_id].append(entry)
    places = {line: mine for lines in of_lesson.values() for line, mine in places_of(lines).items()}
    return full_since_of(entries, due, places) if any(due.values()) else subject.enrolled_at


def credited_since(ctx: Ctx, enrollment_id: Id, since: datetime) -> float:
    """Class hours that the ledger has added up since a moment, clearings taken off: the pace of the forecast."""
    slots = ctx.db.scalar(select(func.sum(_EFFECT)).where(HourEntry.enrollment_id == enrollment_id,
                                                          HourEntry.at >= since)) or 0
    return max(0, int(slots)) / pace(ctx).slots_per_hour


def study_of(ctx: Ctx, enrollment_id: Id) -> Study | None:
    return ctx.db.get(Study, enrollment_id)


@dataclass(frozen=True)
class Standing:
    """Where a study stands: its round and since which slot, when it was complete, the package of each part that is
    studied, and whether the player has been opened: from then on hours stay with the package that gives them."""

    round: int
    round_from: int
    completed_at: datetime | None
    chosen: Mapping[str, Id]
    begun: bool


_STANDING = select(
    Study.round, Study.round_from, Study.completed_at, Package.part, Package.id,
    select(StudyLease.id).where(StudyLease.enrollment_id == Study.enrollment_id).exists().label("begun"),
).select_from(Study).outerjoin(StudyPackage, StudyPackage.enrollment_id == Study.enrollment_id).outerjoin(
    Package, Package.id == StudyPackage.package_id).where(Study.enrollment_id == bindparam("enrollment_id"))


def standing_of(ctx: Ctx, enrollment_id: Id) -> Standing | None:
    """None while an enrollment has no study."""
    rows = ctx.look_up(("standing", enrollment_id),
                       lambda: ctx.db.execute(_STANDING, {"enrollment_id": enrollment_id}).all())
    return Standing(rows[0].round, rows[0].round_from, rows[0].completed_at,
                    {row.part: row.id for row in rows if row.id}, rows[0].begun) if rows else None


@dataclass(frozen=True)
class LessonState:
    """A lesson as a person stands in it; times in milliseconds; `credited` in slots, what waits for a face included.
    """

    id: Id
    title: str
    package: str
    part: Part
    class_hours: int
    duration_ms: int
    media_key: str
    resume_ms: int
    credited: int
    slots: int

    @property
    def done(self) -> bool:
        return self.credited >= self.slots


def lessons_of(ctx: Ctx, subject: Subject) -> list[LessonState]:
    """The lessons of an enrollment in the order of study: general before professional (N-30).

    A part that is exempt (N-25) brings no lessons; a lesson that was withdrawn stays for who began it.
    """
    rows = ctx.db.execute(
        select(Lesson, Package, LessonPoint.resume_ms).select_from(StudyPackage)
        .join(Package, Package.id == StudyPackage.package_id).join(Lesson, Lesson.package_id == Package.id)
        .outerjoin(LessonPoint, (LessonPoint.lesson_id == Lesson.id) & (LessonPoint.enrollment_id == subject.id))
        .where(StudyPackage.enrollment_id == subject.id, Lesson.published | LessonPoint.resume_ms.is_not(None))
        .order_by(StudyPackage.position, Lesson.position)).all()
    held = held_by_lesson(ctx, subject.id)
    lease = ctx.db.scalar(select(StudyLease).where(
        StudyLease.enrollment_id == subject.id, StudyLease.closed_ms.is_(None)))
    open_state = {lease.lesson_id: unpack(lease.state)} if lease else {}
    per_hour = pace(ctx).slots_per_hour
    nothing = Held()
    return [_lesson_state(lesson, package, resume, held.get(lesson.id, nothing).slots, open_state.get(lesson.id),
                          per_hour)
            for lesson, package, resume in rows if _owed(subject, package)]


def _owed(subject: Subject, package: Package) -> bool:
    return (subject.due.general if package.part == Part.GENERAL else subject.due.professional) > 0


def _lesson_state(lesson: Lesson, package: Package, resume: int | None, credited: int, state: BeatState | None,
                  per_hour: int) -> LessonState:
    return LessonState(
        id=lesson.id, title=lesson.title, package=package.title, part=Part(package.part),
        class_hours=lesson.class_hours, duration_ms=lesson.duration_ms, media_key=lesson.media_key,
        resume_ms=state.resume_ms if state else resume or 0, credited=credited, slots=lesson.class_hours * per_hour)


def next_lesson(lessons: Sequence[LessonState], learned: Progress) -> LessonState | None:
    """The first lesson that still owes hours: general ones first; None when nothing is owed."""
    for part in (Part.GENERAL, Part.PROFESSIONAL):
        if learned.owed_of(part) > 0:
            return next((lesson for lesson in lessons if lesson.part is part and not lesson.done), None)
    return None


@dataclass(frozen=True)
class RecordLine:
    """学习记录: what one lesson gave on one day; `seconds` credited, `cleared` taken back again, `waiting` for a face.
    """

    day: date
    lesson: str
    part: Part
    began: datetime
    ended: datetime
    seconds: int
    cleared: int
    waiting: int = 0

    @property
    def time(self) -> str:
        """From when to when, on a Shanghai clock."""
        return f"{local(self.began):%H:%M}–{local(self.ended):%H:%M}"


def record_of(ctx: Ctx, subject: Subject) -> list[RecordLine]:
    """The study record of an enrollment, newest day first, one line for each lesson and day."""
    slot_s = pace(ctx).slot_ms // 1000
    outcome = outcomes(ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == subject.id)).all())
    rows = ctx.db.execute(
        select(Segment, HourEntry.id, Lesson.title, Package.part)
        .join(Lesson, Lesson.id == Segment.lesson_id).join(Package, Package.id == Lesson.package_id)
        .outerjoin(HourEntry, HourEntry.segment_id == Segment.id)
        .where(Segment.enrollment_id == subject.id).order_by(Segment.from_ms)).all()
    lines: dict[tuple[date, str], RecordLine] = {}
    for segment, entry_id, title, part in rows:
        began, ended = moment(segment.from_ms), moment(segment.to_ms)
        seconds, kind = segment.slots * slot_s, outcome.get(entry_id)
        waits, taken = kind is Kind.PENDING, kind in (Kind.CLEAR, Kind.VOID)
        key = (local_date(began), title)
        old = lines.get(key) or RecordLine(key[0], title, Part(part), began, ended, 0, 0)
        lines[key] = replace(old, ended=ended, seconds=old.seconds + (0 if waits else seconds),
                             cleared=old.cleared + (seconds if taken else 0),
                             waiting=old.waiting + (seconds if waits else 0))
    return sorted(lines.values(), key=lambda line: (line.day, line.began), reverse=True)


def fetched(ctx: Ctx, enrollment_id: Id) -> int:
    """Bytes of video that were fetched for an enrollment: credit without any is a sign of a script (L5)."""
    total = ctx.db.scalar(select(func.sum(MediaRead.last - MediaRead.first + 1)).join(
        StudyLease, StudyLease.id == MediaRead.lease_id).where(StudyLease.enrollment_id == enrollment_id))
    return int(total or 0)


def moment(ms: int) -> datetime:
    """A server time in milliseconds as aware UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def millis(at: datetime) -> int:
    """An aware moment in milliseconds since the epoch."""
    return round(at.timestamp() * 1000)
