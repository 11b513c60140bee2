"""Pictures while studying (N-33, N-36, A.7): asked for at moments that only the server knows."""
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from core.base.db import Id
from core.base.errors import Refused
from core.identity import current_person, person_of
from core.presence.client import FaceRefusal, face_client
from core.presence.drawing import due_between
from core.presence.matching import Zone
from core.presence.models import Snapshot
from core.presence.purging import Rule, purge_soon
from core.presence.queries import match_rules, mean_vector, snapshot, snapshot_key, template_of
from core.presence.service import require_consent
from core.presence.states import SnapshotVerdict, verdict_of
from core.presence.told import PresenceProved
from core.presence.tokens import Ask, ask_token
from core.tenancy import Ctx, Tenant
from core.tenancy.rules import Rules

MOST_BYTES = 300 * 1024


@dataclass(frozen=True)
class SnapshotAsk:
    """To be told in the beat's answer: at this slot the page posts a picture to `/presence/snapshots/<token>`."""

    slot: int
    token: str


def asks(tenant: Tenant, rules: Rules, key: bytes, ask: Ask, after: int) -> tuple[SnapshotAsk, ...]:
    """The pictures due among the slots credited since `ask.slot` and up to `after` (both count credited slots).

    Pure but for the signature, so the beat may call it in front of Flask; `key` is `queries.snapshot_key`.
    """
    per_hour = rules.hours.hour_seconds // rules.hours.slot_seconds
    due = due_between(key, ask.enrollment_id, ask.slot, after, per_hour, rules.presence.snapshots_min_per_hour,
                      rules.presence.snapshots_max_per_hour, ask.round)
    return tuple(SnapshotAsk(slot, ask_token(tenant, Ask(ask.person_id, ask.enrollment_id, ask.round, slot,
                                                         ask.asked_at))) for slot in due)


def snapshot_due(ctx: Ctx, enrollment_id: Id, before: int, after: int, round_: int = 0) -> tuple[SnapshotAsk, ...]:
    """The same for the signed-in person inside a request: nothing while presence is not required."""
    person_id = ctx.actor.person_id
    if person_id is None or not ctx.rules().presence.required:
        return ()
    ask = Ask(person_id, enrollment_id, round_, before, ctx.now)
    return asks(ctx.tenant, ctx.rules(), snapshot_key(ctx), ask, after)


def take_snapshot(ctx: Ctx, ask: Ask, data: bytes, camera: str = "") -> Snapshot:
    """Keep a picture and have it judged after the commit. A second one for the same slot changes nothing."""
    if len(data) > MOST_BYTES or not data.startswith(b"\xff\xd8\xff"):
        raise Refused("bad_snapshot", _("抓拍照片没有传完整，请检查摄像头和网络。"))
    require_consent(ctx, current_person(ctx))
    if (known := _taken(ctx, ask)) is not None:
        return known
    row = Snapshot(person_id=ask.person_id, enrollment_id=ask.enrollment_id, round=ask.round, slot=ask.slot,
                   taken_at=ctx.now, picture_key=ctx.blobs.put(data, "snap"), verdict=SnapshotVerdict.WAITING,
                   camera=camera)
    try:
        with ctx.db.begin_nested():
            ctx.db.add(row)
    except IntegrityError:
        return ctx.db.scalars(_of_slot(ask)).one()
    ctx.enqueue("presence.judge_snapshot", {"snapshot": str(row.id)}, key=f"snapshot:{row.id}")
    return row


def note_witnessed(ctx: Ctx, person_id: Id, enrollment_id: Id, round_: int, slots: Iterable[int]) -> None:
    """Moments that fell due under the eyes of a witness: no picture is asked for, and none is missing (C-25)."""
    ctx.db.add_all(Snapshot(person_id=person_id, enrollment_id=enrollment_id, round=round_, slot=slot, taken_at=ctx.now,
                            judged_at=ctx.now, verdict=SnapshotVerdict.SUPERVISED) for slot in slots)


def _taken(ctx: Ctx, ask: Ask) -> Snapshot | None:
    return ctx.db.scalar(_of_slot(ask))


def _of_slot(ask: Ask) -> Select[Snapshot]:
    return select(Snapshot).where(Snapshot.enrollment_id == ask.enrollment_id, Snapshot.round == ask.round,
                                  Snapshot.slot == ask.slot)


def judge_snapshot(ctx: Ctx, snapshot_id: Id) -> None:
    """Compare a kept picture with the photo on file; what came in is replaced by its clean JPEG.

    Run by a worker; raises FaceServiceDown, upon which the outbox tries again later.
    """
    row = snapshot(ctx, snapshot_id)
    if row.verdict != SnapshotVerdict.WAITING or row.picture_key is None:
        return
    raw = row.picture_key
    said: dict[str, Any] | None
    try:
        said, clean = _compare(ctx, row, ctx.blobs.get(raw))
    except (FaceRefusal, FileNotFoundError):
        said, clean = None, b""
    ctx.db.refresh(row, with_for_update=True)
    if row.picture_key != raw:      # let go of meanwhile, since the consent was withdrawn: it stays gone (R24)
        return
    if said is None:
        row.verdict, row.picture_key = SnapshotVerdict.UNREADABLE, None
    else:
        match = said["match"]
        row.faces = int(said["faces"])
        row.verdict = verdict_of(row.faces, Zone(match["zone"]) if match else None)
        row.euclid, row.cosine = (match["euclid"], match["cosine"]) if match else (None, None)
        row.picture_key = ctx.blobs.put(clean, "snap")
    row.judged_at = ctx.now
    if row.verdict == SnapshotVerdict.SAME:
        ctx.publish(PresenceProved(row.enrollment_id, row.taken_at))
    if row.picture_key != raw:
        purge_soon(ctx, Rule.REPLACED, [raw])


def _compare(ctx: Ctx, row: Snapshot, picture: bytes) -> tuple[dict[str, Any], bytes]:
    template, mean = template_of(ctx, person_of(ctx, row.person_id)), mean_vector(ctx)
    parts = [picture]
    if template is not None:
        parts += [template.vector, *([mean] if mean else [])]
    answer = face_client(ctx).ask({"op": "snapshot", "match": asdict(match_rules(ctx, frames=1))}, parts)
    return dict(answer.head), answer.parts[0]
