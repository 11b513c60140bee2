"""Beats go when nobody can dispute them any more; what they proved stays, and says so (A.7)."""
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.base.clock import FixedClock
from core.base.db import Id
from core.base.outbox import job_kind
from core.base.trail import TrailRow
from core.course import recompute, seal_hours, verify_hours
from core.course.models import BeatRow, BeatsPruned
from core.course.service import close_idle_leases
from core.cycle import Enrollment
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner

KEPT_DAYS = 15 + 90


def beats(tenant: Tenant) -> int:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalar(select(func.count()).select_from(BeatRow)) or 0


def prune(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        job_kind("course.prune").handler(ctx, {})


@pytest.fixture
def ended(national: Tenant, learner_of: Callable[..., Learner], clock: FixedClock) -> Tenant:
    """Studied, and the lease closed; the enrollment ended a day longer ago than beats are kept."""
    learner = learner_of(national)
    learner.open()
    learner.watch(7)
    clock.advance(days=1, seconds=1)      # a page may come back within a day
    with unit_of_work(national) as ctx:
        close_idle_leases(ctx)
        end(ctx.db.execute, learner.enrollment, ctx.now - timedelta(days=KEPT_DAYS + 1))
    return national


def end(execute: Callable[..., object], enrollment: Id, at: object) -> None:
    execute(update(Enrollment).where(Enrollment.id == enrollment).values(completed_at=at))


def test_beats_go_once_sealed_and_beyond_dispute(ended: Tenant) -> None:
    """Not before their segments are sealed; the lease and the trail say how many went, and recompute knows."""
    before = beats(ended)
    prune(ended)
    assert beats(ended) == before > 3
    with unit_of_work(ended) as ctx:
        assert seal_hours(ctx)
    prune(ended)
    prune(ended)
    assert beats(ended) == 0
    with unit_of_work(ended) as ctx:
        assert ctx.db.scalars(select(BeatsPruned.beats)).all() == [before]
        told = ctx.db.scalars(select(TrailRow.detail).where(TrailRow.action == "hours.prune")).all()
        assert told == [{"leases": 1, "beats": before}]
        found = recompute(ctx)
        assert (found.leases, found.beats, found.pruned, found.differences) == (1, 0, 1, ())
        assert verify_hours(ctx.db).findings == ()


def test_beats_that_may_be_disputed_stay(ended: Tenant) -> None:
    """Within the appeal window and time of keeping, and for an enrollment that is open again."""
    with unit_of_work(ended) as ctx:
        seal_hours(ctx)
        enrollment = ctx.db.scalars(select(Enrollment.id)).one()
    for at in (timedelta(days=KEPT_DAYS - 1), None):
        with unit_of_work(ended) as ctx:
            end(ctx.db.execute, enrollment, ctx.now - at if at else None)
        prune(ended)
        assert beats(ended) > 3


def test_beats_beside_the_record_of_their_pruning_are_named(ended: Tenant) -> None:
    with unit_of_work(ended) as ctx:
        seal_hours(ctx)
    prune(ended)
    with unit_of_work(ended) as ctx:
        lease = ctx.db.scalars(select(BeatsPruned.lease_id)).one()
        ctx.db.add(BeatRow(lease_id=lease, seq=1, at_ms=1, position_ms=0, playing=True, present=True, credit=0,
                           reason="ok"))
        ctx.db.flush()
        assert [one.lease_id for one in recompute(ctx).differences] == [lease]
