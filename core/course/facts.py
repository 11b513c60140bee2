"""The study's models as the values that hooks see."""
from core.contract.values import EnrollmentFacts, PersonFacts
from core.course.queries import progress
from core.course.subjects import Subject
from core.identity import person_facts as identity_facts
from core.tenancy import Ctx


def enrollment_facts(ctx: Ctx, subject: Subject) -> EnrollmentFacts:
    """An enrollment with the hours that it stands at."""
    learned = progress(ctx, subject)
    return EnrollmentFacts(
        id=subject.id, person_id=subject.person_id, certificate_id=subject.certificate_id, post=subject.post,
        year=subject.year, kind=subject.kind, general_due=subject.due.general,
        professional_due=subject.due.professional, hours_done=learned.credited_hours, hours_total=learned.total_hours,
        paid=subject.learnable)
