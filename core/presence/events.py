"""What presence does when a person withdraws consent: descriptor and pictures go, the records stay (R24)."""
from sqlalchemy import delete, or_, select, update

from core.base.db import Id
from core.base.events import subscribe
from core.identity import ConsentWithdrawn
from core.presence.keeping import forget_frames
from core.presence.models import Attestation, Challenge, FaceDuplicate, FaceTemplate, ScanMatch, Snapshot
from core.presence.purging import Rule, note_purge, purge_soon
from core.presence.states import OPEN, ChallengeState, ReviewState
from core.tenancy import Ctx


@subscribe(ConsentWithdrawn)
def forget_face(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """What was proved stays on record with time and verdict; nothing of the face itself does."""
    keys: list[str] = []
    for row in [*ctx.db.scalars(select(Attestation).where(Attestation.person_id == event.person_id)),
                *ctx.db.scalars(select(Snapshot).where(Snapshot.person_id == event.person_id))]:
        keys += [row.picture_key] if row.picture_key else []
        row.picture_key = None
    # What a face proved is not built upon any longer: the very next beat asks for another way.
    ctx.db.execute(update(Attestation).where(
        Attestation.person_id == event.person_id, Attestation.kind == "face",
        Attestation.valid_until > ctx.now).values(valid_until=ctx.now))
    for challenge in ctx.db.scalars(select(Challenge).where(Challenge.person_id == event.person_id)):
        forget_frames(challenge)
        if challenge.state in OPEN:
            challenge.state, challenge.reason, challenge.ended_at = ChallengeState.FAILED, "replaced", ctx.now
    for template in ctx.db.scalars(select(FaceTemplate).where(FaceTemplate.person_id == event.person_id)):
        ctx.db.delete(template)
        note_purge(ctx, Rule.WITHDRAWN, "template", 1, "", event.person_id)
    _forget_comparisons(ctx, event.person_id)
    purge_soon(ctx, Rule.WITHDRAWN, keys, event.person_id)


def _forget_comparisons(ctx: Ctx, person_id: Id) -> None:
    """What was worked out from the face and no human has decided; decisions stay with their reasons."""
    ctx.db.execute(delete(FaceDuplicate).where(
        or_(FaceDuplicate.one_id == person_id, FaceDuplicate.other_id == person_id),
        FaceDuplicate.state == ReviewState.OPEN))
    ctx.db.execute(delete(ScanMatch).where(ScanMatch.person_id == person_id,
                                           ScanMatch.state.in_((ReviewState.OPEN, ReviewState.MATCHED))))
