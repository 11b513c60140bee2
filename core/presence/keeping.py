"""How long pictures are kept (A.7): until the appeal window has ended, then `retention.evidence_days`; the
pictures of an open case are held."""
from datetime import timedelta

from sqlalchemy import select

from core.base.db import Id
from core.presence.models import Attestation, EvidenceTerm, Snapshot
from core.tenancy import Ctx


def hold_pictures(ctx: Ctx, enrollment_id: Id) -> None:
    """A case was opened or is disputed: nothing of this enrollment is deleted until it is released."""
    _term(ctx, enrollment_id).until = None


def release_pictures(ctx: Ctx, enrollment_id: Id) -> None:
    """A case was decided: the appeal window and then the time of keeping run from now."""
    rules = ctx.rules()
    _term(ctx, enrollment_id).until = ctx.now + timedelta(
        days=rules.audit.appeal_days + rules.retention.evidence_days)


def _term(ctx: Ctx, enrollment_id: Id) -> EvidenceTerm:
    term = ctx.db.get(EvidenceTerm, enrollment_id)
    if term is None:
        term = EvidenceTerm(enrollment_id=enrollment_id)
        ctx.db.add(term)
    return term


def forget_pictures(ctx: Ctx) -> list[str]:
    """Take the pictures of ended terms off their rows, which keep time and verdict; returns the blobs to purge."""
    ended = ctx.db.scalars(select(EvidenceTerm).where(EvidenceTerm.until < ctx.now)).all()
    keys: list[str] = []
    for term in ended:
        for row in [*ctx.db.scalars(select(Snapshot).where(Snapshot.enrollment_id == term.enrollment_id)),
                    *ctx.db.scalars(select(Attestation).where(Attestation.enrollment_id == term.enrollment_id))]:
            keys += [row.picture_key] if row.picture_key else []
            row.picture_key = None
        ctx.record("presence.forget", term.enrollment_id)
        ctx.db.delete(term)
    return keys
