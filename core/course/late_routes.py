"""The wire of a page that was cut off: it brings its batch, and asks how what waits for a face stands (C-02)."""
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from core.access import Permission, policy, trail_exempt
from core.base.db import Id
from core.course import queries, returns
from core.course.beating import standing
from core.course.schemas import LateSchema
from core.course.subjects import Subject, completion_popup, own_subject
from core.course.wording import Words, hours_text, late_sentence, waiting_text
from core.tenancy import Ctx
from core.web import current_ctx

bp = Blueprint("late", __name__)


@bp.post("/study/late")
@trail_exempt("beats and ledger entries are their own record, late ones too")
@policy(Permission.STUDY)
def take() -> ResponseReturnValue:
    """What the page made while the network was cut; answered like a beat."""
    ctx = current_ctx()
    asked, beats = LateSchema.read(request), queries.pace(ctx)
    returned = returns.take_late(ctx, asked.token, asked.beats, asked.seal)
    state = returned.state
    sentence = late_sentence(returned.reason, returned.slots * beats.slot_ms // 1000, returned.waits)
    return jsonify(
        token=returned.token, interval_ms=state.interval_ms, resume_ms=state.resume_ms, reason=returned.reason,
        sentence=sentence, stop=False, snap_back=not state.playing, full=state.credited >= state.cap, over=state.over,
        snapshots=returned.snapshots, cut=cut_of(ctx, returned.lease_id), **standing(state, Words.read(), beats),
        **hours_of(ctx, own_subject(ctx, returned.enrollment_id)))


@bp.get("/study/<uuid:enrollment_id>/hours")
@policy(Permission.STUDY)
def hours(enrollment_id: UUID) -> ResponseReturnValue:
    """What the page asks now and then while something waits for a face."""
    ctx = current_ctx()
    return jsonify(hours_of(ctx, own_subject(ctx, enrollment_id)))


def cut_of(ctx: Ctx, lease_id: Id) -> dict[str, Any]:
    """How far the picture may run on while the network is cut, and the key with which the page seals it."""
    left = returns.left_of(ctx, lease_id)
    return {"key": returns.chain_key_of(ctx, str(lease_id)).hex(), "gap_ms": left.gap_ms, "hour_ms": left.hour_ms,
            "hours_ms": left.hours_ms}


def hours_of(ctx: Ctx, subject: Subject) -> dict[str, Any]:
    """The hours of an enrollment, what waits, and the completion's text when all are learned."""
    learned = queries.progress(ctx, subject)
    shown = {"hours_text": hours_text(learned), "done": learned.done,
             "waiting_text": waiting_text(learned.waiting_slots * queries.pace(ctx).slot_ms // 1000)}
    return {**shown, "popup": completion_popup(ctx, subject)} if learned.done else shown
