"""What the face checks of an enrollment left behind, as the risk hints need it (L8, L11)."""
from collections.abc import Sequence

from sqlalchemy import func, or_, select

from core.base.db import Id
from core.presence.cameras import Camera, camera_of
from core.presence.models import Challenge, FaceDuplicate, Snapshot
from core.presence.states import ChallengeState, ReviewState, SnapshotVerdict
from core.tenancy import Ctx


def cameras_of(ctx: Ctx, enrollment_id: Id) -> Sequence[Camera | None]:
    """The camera of each try and each picture; None where the page said nothing of it."""
    kept = [*ctx.db.scalars(select(Challenge.camera).where(Challenge.enrollment_id == enrollment_id)),
            *ctx.db.scalars(select(Snapshot.camera).where(Snapshot.enrollment_id == enrollment_id,
                                                          Snapshot.verdict != SnapshotVerdict.SUPERVISED))]
    return [camera_of(text) for text in kept]


def answer_seconds(ctx: Ctx, enrollment_id: Id) -> Sequence[float]:
    """From an action told to its having been seen, of the passed tries, the oldest first."""
    tries = ctx.db.scalars(select(Challenge.answers).where(
        Challenge.enrollment_id == enrollment_id, Challenge.state == ChallengeState.PASSED)
        .order_by(Challenge.opened_at))
    return [seconds for answers in tries for seconds in answers]


def others_with_face_of(ctx: Ctx, person_id: Id) -> int:
    """How many other persons' photos look like this person's, unless a human said that they are not the same (L13)."""
    return ctx.db.scalar(select(func.count()).select_from(FaceDuplicate).where(
        or_(FaceDuplicate.one_id == person_id, FaceDuplicate.other_id == person_id),
        FaceDuplicate.state.in_((ReviewState.OPEN, ReviewState.SAME)))) or 0
