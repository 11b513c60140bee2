"""Figures of institutions: first sittings and decided audits, by who enrolled (C-21)."""
from datetime import timedelta

from core.api.oversight import cleared, first_results
from core.audit.models import AuditCase
from core.audit.states import CaseState
from core.base.clock import local_date
from core.base.db import Id, new_id
from core.cycle import Enrollment
from core.exam.models import Sitting
from core.exam.states import SittingState
from core.organization import seed_posts
from core.tenancy import NOBODY, Tenant, unit_of_work
from tests.exam.people import enroll
from tests.people import trainee


def enrolled(tenant: Tenant, serial: int, institution_id: Id | None) -> Id:
    with unit_of_work(tenant, NOBODY) as ctx:
        seed_posts(ctx)
    row_id = enroll(tenant, trainee(tenant, serial), learned=False)
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.get_one(Enrollment, row_id).institution_id = institution_id
    return row_id


def sat(tenant: Tenant, enrollment_id: Id, *results: bool | None, days_ago: int = 1) -> None:
    """Sittings in order; None is one that still runs."""
    with unit_of_work(tenant, NOBODY) as ctx:
        person_id = ctx.db.get_one(Enrollment, enrollment_id).person_id
        at = ctx.now - timedelta(days=days_ago)
        for number, passed in enumerate(results, 1):
            over = passed is not None
            ctx.db.add(Sitting(
                enrollment_id=enrollment_id, person_id=person_id, number=number, seed="", started_at=at, ends_at=at,
                state=SittingState.SUBMITTED if over else SittingState.RUNNING, grace_seconds=0, questions=1,
                full_score=100, pass_score=60, closed_at=at if over else None, passed=passed))


def audited(tenant: Tenant, enrollment_id: Id, state: CaseState) -> None:
    with unit_of_work(tenant, NOBODY) as ctx:
        row, today = ctx.db.get_one(Enrollment, enrollment_id), local_date(ctx.now)
        ctx.db.add(AuditCase(enrollment_id=row.id, person_id=row.person_id, post_id=row.post_id, year=row.year,
                             round=1, state=state, opened_at=ctx.now, due_first=today, due_last=today,
                             due_certain=True, version=1))


def test_first_sittings_are_counted_by_institution(national: Tenant) -> None:
    """C-21: a second try does not mend the first; who enrolled alone, who still sits and who sat long ago are out."""
    one, two = new_id(), new_id()
    for serial, (at, results, days) in enumerate((
            (one, (True,), 1), (one, (False, True), 1), (one, (None,), 1), (one, (True,), 400), (two, (True,), 1),
            (None, (True,), 1)), 1):
        sat(national, enrolled(national, serial, at), *results, days_ago=days)
    with unit_of_work(national, NOBODY) as ctx:
        assert first_results(ctx, ctx.now - timedelta(days=365)) == {one: (1, 2), two: (1, 1)}
        assert first_results(ctx, ctx.now) == {}


def test_decided_audits_are_counted_by_institution(national: Tenant) -> None:
    """C-21: what waits is not decided."""
    one = new_id()
    for serial, state in enumerate((CaseState.CLEARED, CaseState.PASSED, CaseState.PASSED, CaseState.WAITING), 1):
        audited(national, enrolled(national, serial, one), state)
    with unit_of_work(national, NOBODY) as ctx:
        assert cleared(ctx, ctx.now - timedelta(days=1)) == {one: (1, 3)}
