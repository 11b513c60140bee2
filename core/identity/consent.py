"""Consent to face checks: separate, versioned, withdrawable (R24)."""
from core.base.db import Id
from core.identity.events import ConsentWithdrawn
from core.identity.models import Consent, Person
from core.identity.queries import face_consent
from core.tenancy import Ctx

FACE = "face"


def give_consent(ctx: Ctx, person: Person) -> Consent:
    """Note that the person agreed to face checks in the version in force; a second time changes nothing."""
    known = face_consent(ctx, person)
    if known is not None:
        return known
    consent = Consent(person_id=person.id, kind=FACE, version=ctx.rules().presence.consent_version, given_at=ctx.now)
    ctx.db.add(consent)
    ctx.db.flush()
    ctx.record("identity.give_consent", person.id, version=consent.version)
    return consent


def withdraw_consent(ctx: Ctx, person: Person) -> Id | None:
    """Withdraw it; who keeps pictures hears of it by an event. Returns the consent's id, None if there was none."""
    known = face_consent(ctx, person)
    if known is None:
        return None
    known.withdrawn_at = ctx.now
    ctx.record("identity.withdraw_consent", person.id, version=known.version)
    ctx.publish(ConsentWithdrawn(person.id))
    return known.id
