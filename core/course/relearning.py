"""Hours without a picture are mended by the trainee, the same day: given back and learned again (C-03, N-45 c)."""
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Refused
from core.course.clearing import clear_hours
from core.course.ledger import Kind, Line, clearable, sources, waiting
from core.course.models import HourEntry
from core.course.presence import pictures
from core.course.queries import pace, standing_of
from core.course.subjects import Subject
from core.tenancy import Ctx

GROUND = "own"
L = TypeVar("L", bound=Line)


@dataclass(frozen=True)
class Hole:
    """Class hours (counted from 1) without any picture. `open`: they can still be learned again."""

    hours: tuple[int, ...]
    open: bool


@dataclass(frozen=True)
class Mending:
    """What is given back to learn the hours of a hole again, in seconds: credits are taken whole, so a little of the
    hours beside them may go too."""

    credits: tuple[Id, ...]
    seconds: int


def hole_of(ctx: Ctx, asked: Subject) -> Hole | None:
    """What the trainee has to mend; None when each hour has its pictures."""
    study, seen = standing_of(ctx, asked.id), pictures(ctx, asked)
    if study is None or seen is None or not seen.bare:
        return None
    return Hole(tuple(hour.number for hour in seen.bare), study.completed_at is None)


def mending_of(ctx: Ctx, asked: Subject, hole: Hole) -> Mending:
    """What it takes to mend a hole."""
    beats = pace(ctx)
    lines = ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == asked.id).order_by(HourEntry.id)).all()
    found = crossing(lines, hole.hours, beats.slots_per_hour)
    slots = sum(line.slots for line in found)
    origin = sources(lines)
    return Mending(tuple(cast(Id, origin[line.id]) for line in found), slots * beats.slot_ms // 1000)


def crossing(lines: Iterable[L], hours: Collection[int], slots_per_hour: int) -> list[L]:
    """The standing credits that lie in these hours, wholly or in part; hours are counted as the credits came."""
    entries = list(lines)
    place = {line.id: number for number, line in enumerate(entries)}
    # What waited for a face has its place where it was learned, not where it was credited.
    came = sorted([*clearable(entries), *waiting(entries)], key=lambda line: place[
        line.answers_id if line.kind == Kind.CREDIT and line.answers_id is not None else line.id])
    found, begins = [], 0
    for line in came:
        touched = range(begins // slots_per_hour + 1, (begins + line.slots - 1) // slots_per_hour + 2)
        begins += line.slots
        if line.kind != Kind.PENDING and any(hour in hours for hour in touched):
            found.append(line)
    return found


def relearn(ctx: Ctx, asked: Subject) -> int:
    """Give the hours without a picture back; the lessons go on at the first gap. Returns the number of hours.

    Refused when nothing is missing, or when all is learned: then the audit decides.
    """
    hole = hole_of(ctx, asked)
    if hole is None:
        raise Refused("no_hole", _("每个学时都有抓拍照片，不需要补学。"))
    if not hole.open:
        raise Refused("all_learned", _("全部课程已经学完，请等待学时审核。"))
    clear_hours(ctx, asked.id, GROUND, _("学员补学没有抓拍照片的学时"), ctx.actor.account_id,
                mending_of(ctx, asked, hole).credits)
    return len(hole.hours)
