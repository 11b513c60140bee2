"""Consent to face checks: separate, versioned, withdrawable (R24)."""
from collections.abc import Sequence

from sqlalchemy import select

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
    """Withdraw it, in whatever version it was given; who keeps pictures hears of it by an event. Returns the id of the
    newest, None if there was none."""
    given = [one for one in consents_of(ctx, person) if one.withdrawn_at is None]
    if not given:
        return None
    for one in given:
        one.withdrawn_at = ctx.now
    ctx.record("identity.withdraw_consent", person.id, version=given[0].version)
    ctx.publish(ConsentWithdrawn(person.id))
    return given[0].id


def consents_of(ctx: Ctx, person: Person) -> Sequence[Consent]:
    """All that the person ever agreed to, the newest first; nothing is taken off this record."""
    return ctx.db.scalars(select(Consent).where(Consent.person_id == person.id, Consent.kind == FACE)
                          .order_by(Consent.given_at.desc(), Consent.id.desc())).all()
