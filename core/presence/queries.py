"""Reading: who is attested, what was taken, how many tries are left."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, select

from core.base.db import Id
from core.base.errors import NotFound
from core.identity import Person
from core.presence.likeness import ENOUGH
from core.presence.liveness import LivenessRules, Reason
from core.presence.matching import MatchRules
from core.presence.models import Attestation, Challenge, FaceMean, FaceTemplate, Snapshot
from core.presence.states import OPEN, ChallengeState
from core.tenancy import Ctx

TRY_WINDOW = timedelta(hours=1)
_FORGIVEN = 1
_NOBODYS_FAULT = ("lost", Reason.CHOPPY)


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
    """How often the face check may still be tried within an hour before the human path (A.7). A try counts once an
    action was told. One that broke off or was too choppy is forgiven, but once only: who could break off for nothing
    would wait for the action of his recording."""
    ended = list(ctx.db.execute(
        select(Challenge.reason, func.count()).where(
            Challenge.person_id == person_id, Challenge.enrollment_id == enrollment_id, Challenge.told_at.is_not(None),
            Challenge.state.not_in((ChallengeState.PASSED, ChallengeState.LOOKING)),
            Challenge.opened_at > ctx.now - TRY_WINDOW).group_by(Challenge.reason)))
    broken = sum(count for reason, count in ended if reason in _NOBODYS_FAULT)
    used = sum(count for _reason, count in ended) - min(broken, _FORGIVEN)
    return max(0, ctx.rules().presence.tries - used)


def open_challenges(ctx: Ctx, person_id: Id) -> Sequence[Id]:
    """The tries of a person that have not ended: one at most, or none."""
    return ctx.db.scalars(
        select(Challenge.id).where(Challenge.person_id == person_id, Challenge.state.in_(OPEN))).all()


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


def earlier_looks(ctx: Ctx, person_id: Id, sittings: int = 5) -> Sequence[bytes]:
    """The turned frames of the person's last passed sittings, in hashes."""
    kept = ctx.db.scalars(select(Challenge.looks).where(
        Challenge.person_id == person_id, Challenge.state == ChallengeState.PASSED)
        .order_by(Challenge.opened_at.desc()).limit(sittings))
    return [looks for looks in kept if looks]


@dataclass(frozen=True)
class Likeness:
    """A passed face check of which `frames` turned frames resemble an earlier one: a recording, or the same chair."""

    challenge_id: Id
    at: datetime
    frames: int


def likeness_hints(ctx: Ctx, enrollment_id: Id) -> list[Likeness]:
    """For the auditor, oldest first; never a verdict (L12)."""
    found = ctx.db.scalars(select(Challenge).where(
        Challenge.enrollment_id == enrollment_id, Challenge.likeness >= ENOUGH).order_by(Challenge.opened_at))
    return [Likeness(one.id, one.opened_at, one.likeness) for one in found]


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
