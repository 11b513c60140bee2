"""How long pictures are kept (A.7): until the appeal window has ended, then `retention.evidence_days`; the
pictures of an open case are held."""
from collections import defaultdict
from datetime import timedelta

from sqlalchemy import func, select, union_all

from core.base.db import Id
from core.presence.models import Attestation, Challenge, EvidenceTerm, Snapshot
from core.presence.purging import Rule, purge_soon
from core.tenancy import Ctx

ABANDONED = timedelta(days=365)


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


def forget_pictures(ctx: Ctx) -> None:
    """Take the pictures of ended terms off their rows, which keep time and verdict; their bytes go after the commit.

    Where no case was ever opened, since the study was given up, a term is set once a year has passed (`_abandon`).
    """
    _abandon(ctx)
    for term in ctx.db.scalars(select(EvidenceTerm).where(EvidenceTerm.until < ctx.now)).all():
        keys: dict[Id, list[str]] = defaultdict(list)
        for row in [*ctx.db.scalars(select(Snapshot).where(Snapshot.enrollment_id == term.enrollment_id)),
                    *ctx.db.scalars(select(Attestation).where(Attestation.enrollment_id == term.enrollment_id))]:
            keys[row.person_id] += [row.picture_key] if row.picture_key else []
            row.picture_key = None
        for challenge in ctx.db.scalars(select(Challenge).where(Challenge.enrollment_id == term.enrollment_id)):
            forget_frames(challenge)
        for person_id, pictures in keys.items():
            purge_soon(ctx, Rule.RETENTION, pictures, person_id, term.enrollment_id)
        ctx.record("presence.forget", term.enrollment_id)
        ctx.db.delete(term)


def forget_frames(challenge: Challenge) -> None:
    """What a try keeps of its frames, to know them again."""
    challenge.digests, challenge.looks, challenge.camera = [], None, ""


def _abandon(ctx: Ctx) -> None:
    """Nobody decides on a study that was given up: its term begins a year after its last picture."""
    pictures = union_all(
        select(Snapshot.enrollment_id, Snapshot.taken_at.label("at")).where(Snapshot.picture_key.is_not(None)),
        select(Attestation.enrollment_id, Attestation.given_at).where(Attestation.picture_key.is_not(None))).subquery()
    given_up = ctx.db.scalars(
        select(pictures.c.enrollment_id).outerjoin(
            EvidenceTerm, EvidenceTerm.enrollment_id == pictures.c.enrollment_id)
        .where(EvidenceTerm.enrollment_id.is_(None)).group_by(pictures.c.enrollment_id)
        .having(func.max(pictures.c.at) < ctx.now - ABANDONED))
    for enrollment_id in given_up.all():
        release_pictures(ctx, enrollment_id)
