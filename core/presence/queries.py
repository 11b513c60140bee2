"""Reading: who is attested, what was taken, how many tries are left."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, select

from core.base.db import Id
from core.base.errors import NotFound
from core.identity import Person
from core.presence.liveness import LivenessRules
from core.presence.matching import MatchRules
from core.presence.models import Attestation, Challenge, FaceMean, FaceTemplate, Snapshot
from core.presence.states import ChallengeState
from core.tenancy import Ctx

TRY_WINDOW = timedelta(hours=1)
_FREE_REASONS = ("lost", "replaced", "timed_out")


@contextmanager
def reading(ctx: Ctx) -> Iterator[Ctx]:
    """A reading context beside the request's own: nothing is locked while the face process thinks."""
    read = Ctx(ctx.tenant, ctx.actor, now=ctx.now, locale=ctx.locale, write=False)
    try:
        yield read
    finally:
        read.close()


def in_force(person_id: Any, enrollment_id: Any, now: Any) -> ColumnElement[bool]:
    """That an attestation proves the presence of this person for this enrollment now; values or bound parameters."""
    return and_(Attestation.person_id == person_id, Attestation.enrollment_id == enrollment_id,
                Attestation.valid_until > now)


def attested(ctx: Ctx, person_id: Id, enrollment_id: Id) -> Attestation | None:
    """The newest proof of presence in force for this person and enrollment (N-34)."""
    return ctx.db.scalar(select(Attestation).where(in_force(person_id, enrollment_id, ctx.now))
                         .order_by(Attestation.given_at.desc()).limit(1))


def attestations_of(ctx: Ctx, enrollment_id: Id) -> Sequence[Attestation]:
    """All proofs of an enrollment, for the auditor, oldest first."""
    return ctx.db.scalars(select(Attestation).where(Attestation.enrollment_id == enrollment_id)
                          .order_by(Attestation.given_at)).all()


def tries_left(ctx: Ctx, person_id: Id, enrollment_id: Id) -> int:
    """How often the face check may still be tried within an hour before the human path (A.7)."""
    used = ctx.db.scalar(
        select(func.count()).select_from(Challenge).where(
            Challenge.person_id == person_id, Challenge.enrollment_id == enrollment_id,
            Challenge.state.in_((ChallengeState.FAILED, ChallengeState.ACTING)),
            Challenge.told_at.is_not(None), Challenge.reason.not_in(_FREE_REASONS),
            Challenge.opened_at > ctx.now - TRY_WINDOW)) or 0
    return max(0, ctx.rules().presence.tries - used)


def own_challenge(ctx: Ctx, challenge_id: Id) -> Challenge:
    """The signed-in person's own challenge; NotFound for anybody else's."""
    challenge = ctx.db.get(Challenge, challenge_id)
    if challenge is None or challenge.person_id != ctx.actor.person_id:
        raise NotFound("challenge", _("没有找到这次识别，请重新点击“拍照识别”。"))
    return challenge


def template_of(ctx: Ctx, person: Person) -> FaceTemplate | None:
    """The descriptor of the photo now on file; None when there is none or the photo has changed."""
    found = ctx.db.scalar(select(FaceTemplate).where(FaceTemplate.person_id == person.id))
    return found if found is not None and found.photo_key == person.photo_key else None


def mean_vector(ctx: Ctx) -> bytes | None:
    """The tenant's mean descriptor, once enough photos are enrolled."""
    mean = ctx.db.scalar(select(FaceMean).order_by(FaceMean.made_at.desc()).limit(1))
    return mean.vector if mean is not None and mean.counted >= ctx.rules().presence.centre_min_photos else None


def earlier_digests(ctx: Ctx, person_id: Id, sittings: int = 5) -> list[str]:
    """Pixels of the person's last passed sittings: shown again they are a recording."""
    kept = ctx.db.scalars(select(Challenge.digests).where(
        Challenge.person_id == person_id, Challenge.state == ChallengeState.PASSED)
        .order_by(Challenge.opened_at.desc()).limit(sittings))
    return [digest for digests in kept for digest in digests]


def snapshots_of(ctx: Ctx, enrollment_id: Id, round_: int | None = None) -> Sequence[Snapshot]:
    """The pictures of an enrollment in the order of study; of one round or of all."""
    wanted = select(Snapshot).where(Snapshot.enrollment_id == enrollment_id)
    if round_ is not None:
        wanted = wanted.where(Snapshot.round == round_)
    return ctx.db.scalars(wanted.order_by(Snapshot.round, Snapshot.slot)).all()


def snapshot(ctx: Ctx, snapshot_id: Id) -> Snapshot:
    """One picture; NotFound."""
    found = ctx.db.get(Snapshot, snapshot_id)
    if found is None:
        raise NotFound("snapshot", _("没有找到这张抓拍照片。"))
    return found


def snapshot_key(ctx: Ctx) -> bytes:
    """The tenant's secret from which the moments of snapshots follow."""
    return ctx.tenant.keys.derive("presence.snapshots")


def match_rules(ctx: Ctx, frames: int | None = None) -> MatchRules:
    """The tenant's thresholds; a face check accepts by no fewer frames than the tenant says, a snapshot by one."""
    rules = ctx.rules().presence
    return MatchRules.of(rules, frames or rules.match_frames)


def accepted_up_to(ctx: Ctx, seen: Attestation | Snapshot) -> float:
    """The Euclidean distance up to which a picture of this kind counts as the same person, for the auditor."""
    rules = match_rules(ctx)
    zones = rules.zones(1 if isinstance(seen, Snapshot) else seen.frames or rules.frames)
    return zones.floor_euclid if seen.cosine is None else zones.accept_euclid


def liveness_rules(ctx: Ctx) -> LivenessRules:
    """The tenant's thresholds for the judge of liveness."""
    rules = ctx.rules().presence
    return LivenessRules(turn_min=rules.turn_min, eye_min=rules.eye_min, flat_min=rules.flat_min)
