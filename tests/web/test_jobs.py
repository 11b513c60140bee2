"""Housekeeping jobs do what they say and no more."""
from datetime import timedelta

from sqlalchemy import func, select

from core.base.clock import FixedClock
from core.base.outbox import JobState, OutboxRow, job_kind
from core.base.trail import TrailSeal, verify
from core.tenancy import Tenant, unit_of_work
from core.web.once import OnceRow


def test_the_trail_is_sealed_by_a_job(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        ctx.record("x", "y")
    with unit_of_work(tenant) as ctx:
        job_kind("trail.seal").handler(ctx, {})
        job_kind("trail.seal").handler(ctx, {})
    with unit_of_work(tenant) as ctx:
        assert verify(ctx.db).unsealed == 0
        assert ctx.db.scalar(select(func.count()).select_from(TrailSeal)) == 1


def test_only_what_is_old_and_done_is_forgotten(tenant: Tenant, clock: FixedClock) -> None:
    with unit_of_work(tenant) as ctx:
        ctx.db.add(OnceRow(key="old", status=303, location="/", at=ctx.now))
        done = ctx.enqueue("web.forget", {})
        done.state, done.done_at = JobState.DONE, ctx.now
        ctx.enqueue("trail.seal", {})
    clock.advance(hours=25)
    with unit_of_work(tenant) as ctx:
        ctx.db.add(OnceRow(key="new", status=303, location="/", at=ctx.now - timedelta(minutes=5)))
        job_kind("web.forget").handler(ctx, {})
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalars(select(OnceRow.key)).all() == ["new"]
        assert ctx.db.scalars(select(OutboxRow.kind)).all() == ["trail.seal"]
