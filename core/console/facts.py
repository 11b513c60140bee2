"""What hooks are told of a person."""
from core.contract.values import PersonFacts
from core.extension import hooks
from core.identity import Person, password_is_initial
from core.tenancy import Ctx


def person_facts(ctx: Ctx, person: Person) -> PersonFacts:
    """A person as the contract's value; the class is the tenant's first (X-24)."""
    classes = hooks(ctx).collect_person_classes()
    return PersonFacts(id=person.id, name=person.name, person_class=classes[0].code if classes else "",
                       has_photo=person.photo_key is not None, profile_saved=person.profile_saved_at is not None,
                       has_id_scans=False, password_initial=password_is_initial(ctx, person))
