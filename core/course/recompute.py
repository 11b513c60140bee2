"""Does the ledger say what the evidence says? Every lease is judged again from the beats that arrived (C-01)."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Row, select

from core.base.db import Id
from core.course.late import LateBeat, LateVerdict, judge_late
from core.course.ledger import Kind
from core.course.models import BeatRow, BeatsPruned, HourEntry, Segment, StudyLease
from core.course.queries import moment, pace
from core.course.returns import allowance
from core.course.rules import Beat, BeatState, Pace, Run, close, judge_beat
from core.course.tokens import pack, unpack
from core.tenancy import Ctx


@dataclass(frozen=True)
class Difference:
    """What does not agree, and where: a lease with the number of the beat, or an entry."""

    lease_id: Id
    what: str


@dataclass(frozen=True)
class Recomputed:
    """How much was judged again, and what differs; an honest ledger has no difference.

    Of `pruned` leases the beats are gone: there only segments and entries were compared.
    """

    leases: int
    beats: int
    differences: tuple[Difference, ...]
    pruned: int = 0


@dataclass(frozen=True)
class _Kept:
    """A run as a segment keeps it."""

    run: Run
    late: bool


def recompute(ctx: Ctx) -> Recomputed:
    """Judge every lease of the tenant again, and compare beats, runs and entries."""
    leases = beats = 0
    found: list[Difference] = []
    pruned = set(ctx.db.scalars(select(BeatsPruned.lease_id)))
    for lease in ctx.db.scalars(select(StudyLease).order_by(StudyLease.id)).yield_per(200):
        leases += 1
        rows = ctx.db.scalars(select(BeatRow).where(BeatRow.lease_id == lease.id).order_by(BeatRow.seq)).all()
        beats += len(rows)
        if lease.id in pruned:
            found += _left(ctx, lease, len(rows))
            continue
        found += _differences(ctx, lease, list(rows), pace(ctx, moment(lease.opened_ms)))
    return Recomputed(leases, beats, tuple(found), len(pruned))


def _left(ctx: Ctx, lease: StudyLease, beats: int) -> Iterator[Difference]:
    """What can still be compared once the beats are pruned: the segments, which are sealed, with their entries."""
    if beats or lease.closed_ms is None:
        yield Difference(lease.id, f"its beats were pruned, and {beats} are there" if beats else "pruned, and open")
    yield from _entries(_held(ctx, lease))


def _differences(ctx: Ctx, lease: StudyLease, rows: list[BeatRow], beats: Pace) -> Iterator[Difference]:
    if not lease.first:
        yield Difference(lease.id, "the state it was opened with is missing")
        return
    state, runs = unpack(lease.first), list[_Kept]()
    # The beats of a batch that came late are judged together; each of the others by itself.
    for _batch, some in groupby(rows, lambda row: row.late or -row.seq):
        together = list(some)
        row, verdict = together[-1], _again(ctx, lease, state, together, beats)
        if (verdict.credit, verdict.reason) != (sum(one.credit for one in together), row.reason):
            yield Difference(lease.id, f"beat {row.seq}: {row.reason} {row.credit}, judged again {verdict.reason} "
                                       f"{verdict.credit}")
        state = verdict.state
        runs += [_Kept(verdict.ended, False)] if verdict.ended else []
        runs += [_Kept(verdict.late, True)] if verdict.late else []
    yield from _ending(lease, state, runs)
    yield from _evidence(ctx, lease, runs)


def _as_heard(row: BeatRow) -> Beat:
    return Beat(row.seq, row.at_ms, row.position_ms, row.playing, row.present, row.interval_ms)


def _again(ctx: Ctx, lease: StudyLease, state: BeatState, rows: list[BeatRow], beats: Pace) -> LateVerdict:
    last = rows[-1]
    if last.late:
        spent = allowance(ctx, lease, ctx.rules(moment(lease.opened_ms)), state.last_at_ms)
        return judge_late(state, [LateBeat(one.position_ms, one.playing) for one in rows], last.at_ms, last.present,
                          beats, spent)
    verdict = judge_beat(state, _as_heard(last), beats)
    return LateVerdict(verdict.state, verdict.credit, verdict.reason, verdict.ended)


def _ending(lease: StudyLease, state: BeatState, runs: list[_Kept]) -> Iterator[Difference]:
    """The state that the beats lead to is the one in the row; a closed lease gives up its last run."""
    if lease.closed_ms is not None:
        state, run = close(state)
        runs += [_Kept(run, False)] if run else []
    if pack(state) != lease.state:
        yield Difference(lease.id, "its beats lead to another state than its row holds")


def _evidence(ctx: Ctx, lease: StudyLease, runs: list[_Kept]) -> Iterator[Difference]:
    rows = _held(ctx, lease)
    held = [_Kept(Run(segment.from_ms, segment.to_ms, segment.pos_from_ms, segment.pos_to_ms, segment.slot,
                      segment.slots), segment.late) for segment, _entry in rows]
    if held != sorted(runs, key=lambda kept: (kept.run.from_ms, kept.run.to_ms)):
        yield Difference(lease.id, f"{len(held)} segments, judged again {len(runs)}")
    yield from _entries(rows)


def _held(ctx: Ctx, lease: StudyLease) -> Sequence[Row[Segment, HourEntry]]:
    """The segments of a lease, each with the entry that it stands for."""
    return ctx.db.execute(
        select(Segment, HourEntry).outerjoin(HourEntry, HourEntry.segment_id == Segment.id)
        .where(Segment.lease_id == lease.id).order_by(Segment.from_ms, Segment.to_ms)).all()


def _entries(rows: Sequence[Row[Segment, HourEntry]]) -> Iterator[Difference]:
    for segment, entry in rows:
        credited = (entry.slot, entry.slots) if entry else (0, 0)
        if credited != (segment.slot, segment.slots):
            yield Difference(segment.lease_id, f"entry of segment {segment.id}: {credited}, evidence "
                                               f"{(segment.slot, segment.slots)}")
        if entry and entry.kind != Kind.CREDIT and not (segment.late and entry.kind == Kind.PENDING):
            yield Difference(segment.lease_id, f"entry of segment {segment.id} is {entry.kind}")
