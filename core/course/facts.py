"""The study's models as the values that hooks see."""
from core.base.db import Id
from core.contract.values import EnrollmentFacts, PersonFacts
from core.course.queries import progress
from core.course.subjects import Subject
from core.extension import hooks
from core.identity import password_is_initial, person_of
from core.tenancy import Ctx


def facts_of_person(ctx: Ctx, person_id: Id) -> PersonFacts:
    """A person as the contract's value; the class is the tenant's first (X-24)."""
    person = person_of(ctx, person_id)
    classes = hooks(ctx).collect_person_classes()
    return PersonFacts(id=person.id, name=person.name, person_class=classes[0].code if classes else "",
                       has_photo=person.photo_key is not None, profile_saved=person.profile_saved_at is not None,
                       has_id_scans=False, password_initial=password_is_initial(ctx, person))


def enrollment_facts(ctx: Ctx, subject: Subject) -> EnrollmentFacts:
    """An enrollment with the hours that it stands at."""
    learned = progress(ctx, subject)
    return EnrollmentFacts(
        id=subject.id, person_id=subject.person_id, certificate_id=subject.certificate_id, post=subject.post,
        year=subject.year, kind=subject.kind, general_due=subject.due.general,
        professional_due=subject.due.professional, hours_done=learned.credited_hours, hours_total=learned.total_hours,
        paid=subject.learnable)
