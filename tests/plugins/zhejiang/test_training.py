"""What 已报名 becomes, and what a test leads to (ZJ-25 … ZJ-30, A.7)."""
import pytest

from core.api import DomainError
from core.api.store import Id
from core.audit import latest_case
from core.course import StudyCompleted, subject, subjects_of
from core.course.queries import study_of
from core.cycle import Enrollment, EnrollmentState
from core.registry import Certificate, status_of
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang import enrolling
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.training import service
from plugins.zhejiang.training.models import Plan, TestApplication
from plugins.zhejiang.training.states import TestState
from sqlalchemy import select
from tests.plugins.zhejiang import scene


def batch_of(tenant: Tenant, mode: Mode = Mode.ONLINE) -> Id:
    return scene.batch(tenant, scene.firm(tenant), scene.school(tenant), mode=mode)


@pytest.mark.parametrize("mode, hours, learnable", [(Mode.ONLINE, 32, True), (Mode.OFFLINE, 0, False)])
def test_a_first_training_owes_what_its_mode_says(zhejiang: Tenant, mode: Mode, hours: int, learnable: bool) -> None:
    """ZJ-27: online the hours are studied here; in class the institution's list counts them. No study before a plan."""
    candidate_id = scene.enrolled(zhejiang, batch_of(zhejiang, mode))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        row = ctx.db.get_one(Enrollment, candidate.enrollment_id)
        assert (row.first_time, row.state, row.institution_id) == (True, EnrollmentState.OPEN, candidate.institution_id)
        assert row.general_hours_due + row.professional_hours_due == hours
        asked = subject(ctx, row.id)
        assert asked.learnable is learnable and study_of(ctx, row.id) is None
        assert asked.title == f"{row.year}年施工现场专业人员职业培训"


def test_a_first_training_is_not_audited(zhejiang: Tenant) -> None:
    """A.7: Zhejiang first-time training = test-room exam, no hours audit."""
    candidate_id = scene.enrolled(zhejiang, batch_of(zhejiang))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        enrollment_id = ctx.db.get_one(Candidate, candidate_id).enrollment_id
        assert enrollment_id is not None
        ctx.publish(StudyCompleted(enrollment_id))
        assert latest_case(ctx, enrollment_id) is None


def test_continuing_education_is_for_the_certificate_on_file(zhejiang: Tenant) -> None:
    """ZJ-26, ZJ-31: enrolled as by an institution's counter, hours due as national, study open at once."""
    batch_id = batch_of(zhejiang, Mode.CONTINUING)
    candidate_id = scene.candidate(zhejiang, batch_id, state=CandidateState.ENROLLED)
    certificate_id = scene.certificate(zhejiang, candidate_id)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        enrolling.enrolled(ctx, [candidate])
        row = ctx.db.get_one(Enrollment, candidate.enrollment_id)
        assert (row.certificate_id, row.general_hours_due, row.professional_hours_due) == (certificate_id, 10, 22)
        assert row.state == EnrollmentState.OPEN and study_of(ctx, row.id) is not None


def test_who_has_no_certificate_is_refused_by_name(zhejiang: Tenant) -> None:
    """ZJ-26: with a sentence that says what to do, and nobody of the order is enrolled."""
    batch_id = batch_of(zhejiang, Mode.CONTINUING)
    first = scene.candidate(zhejiang, batch_id, 1, state=CandidateState.ENROLLED)
    scene.certificate(zhejiang, first)
    second = scene.candidate(zhejiang, batch_id, 2, state=CandidateState.ENROLLED, name="李小红")
    with pytest.raises(DomainError) as refused, unit_of_work(zhejiang, NOBODY) as ctx:
        enrolling.enrolled(ctx, [ctx.db.get_one(Candidate, one) for one in (first, second)])
    assert "李小红：没有查到资料员岗位的证书" in refused.value.problems[0].sentence
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert ctx.db.scalar(select(Enrollment.id)) is None


def test_a_first_training_leaves_the_hours_of_the_cycle_alone(zhejiang: Tenant) -> None:
    """N-25: the exemption from the second post on is among continuing educations; N-24 likewise."""
    first = scene.enrolled(zhejiang, batch_of(zhejiang))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        person_id = ctx.db.get_one(Candidate, first).person_id
    other = scene.certificate(zhejiang, first, post="材料员")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        scene.hold_continuing(ctx, person_id, other)
        due = {one.post: (one.due.general, one.due.exempted) for one in subjects_of(ctx, person_id)}
        assert due == {"资料员": (10, 0), "材料员": (10, 0)}


def test_left_gives_the_post_and_year_free_again(zhejiang: Tenant) -> None:
    candidate_id = scene.enrolled(zhejiang, batch_of(zhejiang))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        enrolling.left(ctx, [candidate])
        assert ctx.db.get_one(Enrollment, candidate.enrollment_id).state == EnrollmentState.CANCELLED
        candidate.enrollment_id = None
        enrolling.enrolled(ctx, [candidate])
        assert candidate.enrollment_id is not None


def test_who_is_refunded_leaves_plan_and_test(zhejiang: Tenant) -> None:
    """B-56: the seat in the plan is free again, the application withdrawn; who has the certificate is not refunded."""
    batch_id = batch_of(zhejiang)
    first, second = scene.applied(zhejiang, batch_id, 1), scene.applied(zhejiang, batch_id, 2)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        enrolling.left(ctx, [ctx.db.get_one(Candidate, first)])
        assert sorted(ctx.db.scalars(select(Plan.taken))) == [0, 1]
        assert sorted(ctx.db.scalars(select(TestApplication.state))) == ["applied", "withdrawn"]
        service.passed(ctx, ctx.db.get_one(Candidate, second), 60)
        with pytest.raises(DomainError, match="已经测试合格"):
            enrolling.left(ctx, [ctx.db.get_one(Candidate, second)])


def test_the_test_leads_to_the_first_certificate(zhejiang: Tenant) -> None:
    """ZJ-30, N-53: numbered by the province's series, 正常, told; twice changes nothing."""
    candidate_id = scene.applied(zhejiang, batch_of(zhejiang))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        certificate_id = service.passed(ctx, candidate, 86)
        held = ctx.db.get_one(Certificate, certificate_id)
        assert held.number.startswith(f"33{candidate.year}") and held.replaces_id is None
        assert (held.person_id, held.post_id, str(status_of(held))) == (
            candidate.person_id, candidate.post_id, "normal")
        assert ctx.db.get_one(Enrollment, candidate.enrollment_id).state == EnrollmentState.COMPLETED
        assert service.passed(ctx, candidate, 86) == certificate_id


def test_who_failed_is_applied_for_again(zhejiang: Tenant) -> None:
    candidate_id = scene.applied(zhejiang, batch_of(zhejiang))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        service.failed(ctx, candidate, 41)
        row = ctx.db.scalars(select(TestApplication)).one()
        assert (row.state, row.score) == (TestState.FAILED, 41)
        with pytest.raises(DomainError, match="还没有为这位学员申请考试"):
            service.passed(ctx, candidate, 80)
