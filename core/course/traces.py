"""What the study of an enrollment left behind, for the auditor: stretches, video, pages, devices (C-06, L5, L17)."""
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.base.db import Id
from core.course.ledger import clearable, sources
from core.course.models import BeatRow, HourEntry, Lesson, MediaRead, Segment, StudyLease
from core.course.queries import moment, pace
from core.course.rules import Reason
from core.tenancy import Ctx


@dataclass(frozen=True)
class Stretch:
    """Hours that stand and can be cleared by themselves: one credit, a third of a class hour at most.

    `fetched`: how much of the video that its page was credited for that page fetched, 1.0 for all; None where no
    segment or no video says so.
    """

    credit_id: Id
    lease_id: Id | None
    lesson: str
    began: datetime
    ended: datetime
    seconds: int
    fetched: float | None


@dataclass(frozen=True)
class PageOpened:
    """A page that studied: when, how it ended, and how many of its beats were too fast or went back."""

    opened: datetime
    taken_over: bool
    refused: int


def fetched_share(ranges: Iterable[tuple[int, int]], size: int, watched_ms: int, lesson_ms: int) -> float | None:
    """The different bytes that were fetched, as a share of what so much of the video comes to; at most 1.0.

    A video's bytes are not spread evenly over its time, so this is rough: the auditor's signs begin at half.
    """
    if size <= 0 or watched_ms <= 0 or lesson_ms <= 0:
        return None
    total, end = 0, -1
    for first, last in sorted(ranges):
        total += max(0, last - max(first, end + 1) + 1)
        end = max(end, last)
    return min(1.0, total / (size * watched_ms / lesson_ms))


def stretches(ctx: Ctx, enrollment_id: Id) -> list[Stretch]:
    """The credits that stand, in the order of study."""
    entries = list(ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == enrollment_id)
                                  .order_by(HourEntry.id)))
    origin = sources(entries)
    standing = {origin[entry.id] for entry in clearable(entries)}
    shares = _shares(ctx, enrollment_id)
    slot_s = pace(ctx).slot_ms // 1000
    rows = ctx.db.execute(
        select(HourEntry, Lesson.title, Segment).join(Lesson, Lesson.id == HourEntry.lesson_id)
        .outerjoin(Segment, Segment.id == HourEntry.segment_id).where(HourEntry.enrollment_id == enrollment_id)).all()
    found = [_stretch(entry, title, segment, entry.slots * slot_s, shares) for entry, title, segment in rows
             if entry.id in standing]
    return sorted(found, key=lambda one: (one.began, one.ended))


def _stretch(entry: HourEntry, title: str, segment: Segment | None, seconds: int,
             shares: dict[Id, float | None]) -> Stretch:
    if segment is None:
        return Stretch(entry.id, None, title, entry.at, entry.at, seconds, None)
    return Stretch(entry.id, segment.lease_id, title, moment(segment.from_ms), moment(segment.to_ms), seconds,
                   shares[segment.lease_id])


def _shares(ctx: Ctx, enrollment_id: Id) -> dict[Id, float | None]:
    """For each lease with credit what share of the video it was credited for it fetched."""
    watched = ctx.db.execute(
        select(Segment.lease_id, Lesson.duration_ms, Lesson.media_key,
               func.sum(Segment.pos_to_ms - Segment.pos_from_ms))
        .join(Lesson, Lesson.id == Segment.lesson_id)
        .where(Segment.enrollment_id == enrollment_id, Segment.slots > 0)
        .group_by(Segment.lease_id, Lesson.duration_ms, Lesson.media_key)).all()
    reads: dict[Id, list[MediaRead]] = defaultdict(list)
    for read in ctx.db.scalars(select(MediaRead).join(StudyLease, StudyLease.id == MediaRead.lease_id).where(
            StudyLease.enrollment_id == enrollment_id)):
        reads[read.lease_id].append(read)
    return {lease: fetched_share([(read.first, read.last) for read in reads[lease]],
                                 max((read.size for read in reads[lease]), default=0) or _size(ctx, media_key),
                                 int(ms), duration)
            for lease, duration, media_key, ms in watched}


def _size(ctx: Ctx, media_key: str) -> int:
    """The size of a video of which a page fetched nothing; 0 when it is gone."""
    try:
        return ctx.blobs.size(media_key)
    except (OSError, ValueError):
        return 0


def pages_of(ctx: Ctx, enrollment_id: Id) -> Sequence[PageOpened]:
    """The pages that studied, in the order in which they were opened."""
    refused: dict[Id, int] = {lease: count for lease, count in ctx.db.execute(
        select(BeatRow.lease_id, func.count()).join(StudyLease, StudyLease.id == BeatRow.lease_id)
        .where(StudyLease.enrollment_id == enrollment_id, BeatRow.reason.in_((Reason.TOO_FAST, Reason.BEHIND)))
        .group_by(BeatRow.lease_id))}
    leases = ctx.db.execute(select(StudyLease.id, StudyLease.opened_ms, StudyLease.closed_why).where(
        StudyLease.enrollment_id == enrollment_id).order_by(StudyLease.opened_ms))
    return [PageOpened(moment(opened), why == "taken_over", refused.get(lease, 0)) for lease, opened, why in leases]


def people_on_devices_of(ctx: Ctx, enrollment_id: Id) -> int:
    """On the browser of this enrollment that most people have studied with: how many, oneself included (L17)."""
    mine = select(StudyLease.device_mac).where(StudyLease.enrollment_id == enrollment_id,
                                               StudyLease.device_mac != "").distinct()
    counts = ctx.db.scalars(select(func.count(StudyLease.person_id.distinct())).where(StudyLease.device_mac.in_(mine))
                            .group_by(StudyLease.device_mac))
    return max(counts, default=0)
