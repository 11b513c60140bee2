"""The study's models as the values that hooks see."""
from core.base.db import Id
from core.contract.values import EnrollmentFacts, PersonFacts
from core.course.queries import progress
from core.course.subjects import Subject
from core.identity import person_facts, person_of
from core.tenancy import Ctx


def facts_of_person(ctx: Ctx, person_id: Id) -> PersonFacts:
    """A person as hooks see one, by id."""
    return person_facts(ctx, person_of(ctx, person_id))


def enrollment_facts(ctx: Ctx, subject: Subject) -> EnrollmentFacts:
    """An enrollment with the hours that it stands at."""
    learned = progress(ctx, subject)
    return EnrollmentFacts(
        id=subject.id, person_id=subject.person_id, certificate_id=subject.certificate_id, post=subject.post,
        year=subject.year, kind=subject.kind, general_due=subject.due.general,
        professional_due=subject.due.professional, hours_done=learned.credited_hours, hours_total=learned.total_hours,
        paid=subject.learnable)
