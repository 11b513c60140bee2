"""Hours are taken back and given back by entries that name what they answer; nothing is deleted (N-45, N-47, A.7)."""
from collections import defaultdict
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict
from core.course.ledger import Kind, clearable, restorable, sources, voided, waiting
from core.course.models import HourEntry, HourNote, Lesson, LessonPoint, Study
from core.course.places import first_gap
from core.course.queries import pace, progress
from core.course.service import recheck_completion, stop_study
from core.course.subjects import subject
from core.tenancy import Ctx


def clear_hours(ctx: Ctx, enrollment_id: Id, ground: str, reason: str, by: Id | None,
                only: Collection[Id] | None = None) -> int:
    """学时清除 (N-45): take credited hours of an enrollment back; nothing is deleted, the exam stays (N-47).

    All of them, or `only` those of the credits named (C-06); Conflict when one of these does not stand any more.
    Each clear names the credit that it answers. Returns the cleared slots; 0 when there was nothing left to clear.
    A lesson is learned again from its first slot that is gone, the others stay; pictures are asked for anew.
    """
    stop_study(ctx, enrollment_id, "cleared")
    study, entries = _locked(ctx, enrollment_id)
    origin = sources(entries)
    taken = [entry for entry in clearable(entries) if only is None or origin[entry.id] in only]
    if only is not None and {origin[entry.id] for entry in taken} != set(only):
        raise Conflict("hours_gone", _("所选学时中有的已经清除过。请刷新页面后重新选择。"))
    unproven = waiting(entries) if only is None else []
    if not taken and not unproven:
        return 0
    note = _note(ctx, study, Kind.CLEAR, ground, reason, by)
    clears = [entry.answer(Kind.CLEAR, ctx.now, note.id) for entry in taken]
    clears += [entry.answer(Kind.VOID, ctx.now, note.id) for entry in unproven]
    ctx.db.add_all(clears)
    study.completed_at = None
    ctx.db.flush()
    _point_at_gaps(ctx, [*entries, *clears], {entry.lesson_id for entry in clears})
    _begin_round(ctx, study)
    slots = sum(entry.slots for entry in taken)
    ctx.record("hours.clear", enrollment_id, ground=ground, slots=slots, all=only is None)
    recheck_completion(ctx, enrollment_id)
    return slots


def restore_hours(ctx: Ctx, enrollment_id: Id, reason: str, by: Id | None) -> int:
    """An appeal was upheld: give every cleared hour back by entries that answer the clears; what waited for a face
    waits again. Returns the slots.

    A round of pictures begins here too: those of the hours given back belong to rounds before.
    """
    stop_study(ctx, enrollment_id, "restored")
    study, entries = _locked(ctx, enrollment_id)
    back, unproven = restorable(entries), voided(entries)
    if not back and not unproven:
        return 0
    note = _note(ctx, study, Kind.RESTORE, "appeal", reason, by)
    ctx.db.add_all([*(entry.answer(Kind.RESTORE, ctx.now, note.id) for entry in back),
                    *(entry.answer(Kind.PENDING, ctx.now, note.id) for entry in unproven)])
    ctx.db.flush()
    _begin_round(ctx, study)
    slots = sum(entry.slots for entry in back)
    ctx.record("hours.restore", enrollment_id, slots=slots)
    recheck_completion(ctx, enrollment_id)
    return slots


def _locked(ctx: Ctx, enrollment_id: Id) -> tuple[Study, list[HourEntry]]:
    # Under the lock of its study: entries never change, and the app's role has no right to lock one.
    study = ctx.db.scalars(select(Study).where(Study.enrollment_id == enrollment_id).with_for_update()
                           .execution_options(populate_existing=True)).one()
    return study, list(ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == enrollment_id)
                                      .order_by(HourEntry.id)))


def _begin_round(ctx: Ctx, study: Study) -> None:
    study.round += 1
    study.round_from = progress(ctx, subject(ctx, study.enrollment_id)).learned_slots


def _note(ctx: Ctx, study: Study, kind: Kind, ground: str, reason: str, by: Id | None) -> HourNote:
    note = HourNote(enrollment_id=study.enrollment_id, kind=kind, ground=ground, reason=reason, by_account=by,
                    round=study.round, at=ctx.now)
    ctx.db.add(note)
    ctx.db.flush()
    return note


def _point_at_gaps(ctx: Ctx, entries: list[HourEntry], lessons: set[Id]) -> None:
    """The resume point of each of the lessons: where the first slot that is gone begins."""
    lines: dict[Id, list[HourEntry]] = defaultdict(list)
    for entry in entries:
        lines[entry.lesson_id].append(entry)
    beats = pace(ctx)
    rows = ctx.db.execute(select(LessonPoint, Lesson).join(Lesson, Lesson.id == LessonPoint.lesson_id).where(
        LessonPoint.enrollment_id == entries[0].enrollment_id, LessonPoint.lesson_id.in_(lessons))).all()
    for point, lesson in rows:
        gap = first_gap(lines[lesson.id], lesson.class_hours * beats.slots_per_hour)
        if gap is not None:
            point.resume_ms, point.at = min(gap.first * beats.slot_ms, lesson.duration_ms), ctx.now
    ctx.db.flush()
