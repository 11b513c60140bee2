"""Whatever is done in whatever order, record, proof and certificate say the same."""
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.access import NOBODY, Role
from core.audit import CaseState, Ground, clear_case, latest_case, pass_case
from core.base.db import Id
from core.base.errors import DomainError
from core.certificate import issue_proof, refresh, replace, standing_proof
from core.certificate.issuing import current_issue
from core.course import StudyCompleted, progress_of_enrollment
from core.cycle import enrollment
from core.exam import exam_passed
from core.identity import person_of
from core.registry import Certificate, Kind, Status, certificates_of, hours_on_record, status_of
from core.tenancy import Actor, Ctx, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.audit.cases import Audited, examined, studied
from tests.exam.people import credit_all

AUDITOR = Actor(account_id=None, name="示例审核员", roles=frozenset({Role.AUDITOR}))
SERIALS = count(100)
DEEDS = ("study", "exam", "pass", "clear", "proof", "replace", "refresh")
BEGINNINGS: tuple[tuple[str, ...], ...] = (
    (), ("study", "exam", "pass"), ("study", "exam", "pass", "proof", "replace"),
    ("study", "exam", "pass", "replace", "clear"))


def do(ctx: Ctx, tenant: Tenant, one: Audited, deed: str, paper: Id) -> None:
    """One deed, as a page or an event would ask for it; a refusal is an answer."""
    assert one.who.person_id is not None
    person, case = person_of(ctx, one.who.person_id), latest_case(ctx, one.enrollment)
    if deed == "study":
        if not progress_of_enrollment(ctx, one.enrollment).done:
            credit_all(ctx, enrollment(ctx, one.enrollment))
        ctx.publish(StudyCompleted(one.enrollment))
    elif deed == "pass" and case is not None:
        pass_case(ctx, case.id, case.version)
    elif deed == "clear" and case is not None:
        clear_case(ctx, case.id, case.version, Ground.NOT_IN_PERSON, "抓拍照片不是本人")
    elif deed == "proof":
        issue_proof(ctx, one.enrollment)
    elif deed == "replace":
        replace(ctx, person, paper)
    elif deed == "refresh":
        for held in certificates_of(ctx, person):
            if held.kind == Kind.ELECTRONIC:
                refresh(ctx, person, held.id)


def check(ctx: Ctx, one: Audited, paper: Id) -> None:
    """What must hold after every deed."""
    assert one.who.person_id is not None
    person, case = person_of(ctx, one.who.person_id), latest_case(ctx, one.enrollment)
    passed = case is not None and case.state == CaseState.PASSED
    assert sum(line.hours for line in hours_on_record(ctx, person)) == (32 if passed else 0)
    assert (standing_proof(ctx, one.enrollment) is None) or passed
    new = [held for held in certificates_of(ctx, person) if held.kind == Kind.ELECTRONIC]
    assert len(new) <= 1
    assert status_of(ctx.db.get_one(Certificate, paper)) is (Status.VOID if new else Status.NORMAL)
    if new:
        assert status_of(new[0]) is (Status.NORMAL if passed else Status.SUSPENDED)
        assert current_issue(ctx, new[0]) is not None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(DEEDS), min_size=3, max_size=10))
def test_record_proof_and_certificate_agree(national: Tenant, app: JianxueFlask, begun: tuple[str, ...],
                                            deeds: list[str]) -> None:
    """N-44 … N-57: hours on record exactly while the newest audit has passed; a proof stands only then; one
    electronic certificate at most, 正常 only while its year is on record; the exam survives every clearing."""
    one = studied(national, next(SERIALS))
    with unit_of_work(national, NOBODY) as ctx:
        paper = ctx.db.scalars(select(Certificate.id).where(Certificate.person_id == one.who.person_id)).one()
    sat = False
    for deed in (*begun, *deeds):
        if deed == "exam":
            if not sat:
                examined(national, one)
            sat = True
        else:
            with app.test_request_context(base_url="http://national.localhost"):
                try:
                    with unit_of_work(national, AUDITOR) as ctx:
                        do(ctx, national, one, deed, paper)
                except DomainError as refusal:
                    assert refusal.status in (409, 422)
        with unit_of_work(national, NOBODY) as ctx:
            check(ctx, one, paper)
            assert exam_passed(ctx, one.enrollment) is sat
