"""A page that was cut off is back: its batch is judged, and what it earned waits for a face where one is asked for
(C-02, L7). What waits is settled by the first match after the return."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from core.base.db import Id
from core.base.errors import Forbidden, Refused
from core.course.beating import LONGEST_MS
from core.course.late import Allowance, LateBeat, chain_key, judge_late, seal_of
from core.course.ledger import Kind, waiting
from core.course.models import BeatRow, HourEntry, Segment, Study, StudyLease
from core.course.presence import picture_now, watch
from core.course.queries import millis, pace
from core.course.rules import BeatState, Reason
from core.course.service import complete_if_done, keep_run, not_heard, terms_of
from core.course.tokens import beat_key, pack, seal, unpack, unseal
from core.tenancy import Ctx
from core.tenancy.rules import Rules


@dataclass(frozen=True)
class Returned:
    """What a page that is back hears: the next token, where it goes on, what the cut earned and whether that waits."""

    token: str
    lease_id: Id
    enrollment_id: Id
    state: BeatState
    reason: Reason
    slots: int
    waits: bool
    snapshots: Sequence[str]


def chain_key_of(ctx: Ctx, lease_id: str) -> bytes:
    """The key with which the page of a lease seals what it cannot send."""
    return chain_key(ctx.tenant.keys.derive("study-late"), lease_id)


def take_late(ctx: Ctx, token: str, beats: Sequence[LateBeat], link: str) -> Returned:
    """Judge what a page made since the beat that `token` answered, durably, in this transaction.

    Refused for a token or a seal that is not of this lease, Forbidden for another person's, Conflict `lease_taken`
    when a newer page studies, Conflict (with the present token) for a batch that was heard already.
    """
    found = unseal(beat_key(ctx), token)
    if found is None or seal_of(chain_key_of(ctx, found[0].lease_id), token, beats) != link:
        raise Refused("late_forged", _("断网期间的学习记录不完整，没有计入。已计入的学时不受影响，请接着学习。"), status=400)
    terms, told = found
    if terms.person_id != str(ctx.actor.person_id):
        raise Forbidden("beat_of_another", _("这节课属于另一位学员，学时没有计入。请登录自己的账号学习。"))
    lease = ctx.db.scalar(select(StudyLease).where(StudyLease.id == Id(terms.lease_id), StudyLease.closed_ms.is_(None))
                          .with_for_update().execution_options(populate_existing=True))
    # The server may have heard the beat whose answer the cut swallowed: then its state is one further than the token.
    if lease is None or lease.seq not in (told.seq, told.seq + 1):
        raise not_heard(ctx, Id(terms.lease_id))
    before, rules = unpack(lease.state), ctx.rules()
    heard = [LateBeat(max(-LONGEST_MS, min(one.position_ms, LONGEST_MS)), one.playing) for one in beats]
    seen = watch(ctx, terms, before.credited)
    now = millis(ctx.now)
    verdict = judge_late(before, heard, now, seen.present, pace(ctx), allowance(ctx, lease, rules, before.last_at_ms))
    moved = ctx.db.execute(
        update(StudyLease).where(StudyLease.id == lease.id, StudyLease.seq == before.seq)
        .values(seq=verdict.state.seq, state=pack(verdict.state), last_ms=verdict.state.last_at_ms)
        .execution_options(synchronize_session=False))
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise not_heard(ctx, lease.id)
    last = len(heard) - 1
    ctx.db.execute(insert(BeatRow), [
        {"lease_id": lease.id, "seq": before.seq + number, "at_ms": now, "position_ms": one.position_ms,
         "playing": one.playing, "present": seen.present, "reason": verdict.reason, "late": before.seq,
         "credit": verdict.credit if number == last else 0} for number, one in enumerate(heard)])
    if verdict.ended is not None:
        keep_run(ctx, terms, verdict.ended)
    waits = rules.presence.required and verdict.late is not None and verdict.late.slots > 0
    if verdict.late is not None:
        keep_run(ctx, terms, verdict.late, Kind.PENDING if waits else Kind.CREDIT, late=True)
    snapshots = picture_now(ctx, terms, before.credited, verdict.state.credited) if seen.present else ()
    return Returned(seal(beat_key(ctx), terms_of(lease), verdict.state), lease.id, lease.enrollment_id,
                    verdict.state, verdict.reason, verdict.credit if verdict.late else 0, waits, snapshots)


@dataclass(frozen=True)
class Left:
    """What the next cut may give: so much at a time, and so much of each class hour of the lesson."""

    gap_ms: int
    hour_ms: int
    hours_ms: list[int]


def left_of(ctx: Ctx, lease_id: Id) -> Left:
    """What the next cut may give to a lease."""
    lease = ctx.db.get_one(StudyLease, lease_id, populate_existing=True)
    state, beats = unpack(lease.state), pace(ctx)
    spent = allowance(ctx, lease, ctx.rules(), state.last_at_ms)
    hours = range(-(-state.lesson_ms // beats.hour_ms))
    return Left(spent.gap_ms, beats.hour_ms, [spent.left(hour, beats.hour_ms) for hour in hours])


def allowance(ctx: Ctx, lease: StudyLease, rules: Rules, before_ms: int) -> Allowance:
    """What the next cut may give to this lease: what earlier ones took of the lesson in this round is spent."""
    rows = ctx.db.execute(
        select(Segment.pos_from_ms, Segment.pos_to_ms).join(StudyLease, StudyLease.id == Segment.lease_id).where(
            Segment.enrollment_id == lease.enrollment_id, Segment.lesson_id == lease.lesson_id, Segment.late,
            StudyLease.round == lease.round, Segment.to_ms <= before_ms).order_by(Segment.to_ms)).all()
    return Allowance(1000 * rules.hours.gap_seconds, rules.hours.gap_percent, tuple((one[0], one[1]) for one in rows))


def settle(ctx: Ctx, enrollment_id: Id, proved_at: datetime) -> int:
    """The person was seen at that moment: what had come late by then is credited. Returns the slots."""
    study = ctx.db.scalar(select(Study).where(Study.enrollment_id == enrollment_id).with_for_update()
                          .execution_options(populate_existing=True))
    if study is None:
        return 0
    entries = ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == enrollment_id)).all()
    proven = [entry for entry in waiting(entries) if entry.at <= proved_at]
    if not proven:
        return 0
    ctx.db.add_all([entry.answer(Kind.CREDIT, ctx.now) for entry in proven])
    ctx.db.flush()
    slots = sum(entry.slots for entry in proven)
    ctx.record("hours.settle", enrollment_id, slots=slots)
    complete_if_done(ctx, enrollment_id)
    return slots
