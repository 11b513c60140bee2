"""What the presence flow says of a person who studies, in the few words that the study needs."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from core.base.db import Id
from core.base.errors import Refused
from core.course.beating import Judged
from core.course.models import StudyLease
from core.course.queries import millis, progress, standing_of
from core.course.subjects import Subject
from core.course.tokens import Lease
from core.presence import (
    Ask, Coverage, ask_token, asks, attested, coverage, note_witnessed, snapshot_due, snapshot_key, snapshots_of,
)
from core.tenancy import Ctx


@dataclass(frozen=True)
class Watch:
    """Whether presence holds at a beat, and the sentence if not."""

    present: bool
    sentence: str = ""


def presence_proven(ctx: Ctx, asked: Subject) -> bool:
    """Whether the person's face was matched for this enrollment and that still holds (N-34)."""
    return not ctx.rules().presence.required or attested(ctx, asked.person_id, asked.id) is not None


def require_presence(ctx: Ctx, asked: Subject) -> None:
    """Refused `presence_wanted` unless presence is proven or not asked for (X-12)."""
    if not presence_proven(ctx, asked):
        raise Refused("presence_wanted", _("学习前需要拍照识别，确认是您本人。请先完成人脸识别。"))


def watch(ctx: Ctx, lease: Lease, credited: int) -> Watch:
    """Presence at a beat, before it is judged: attested still, and not three snapshots missed in a row (A.7)."""
    rules = ctx.rules().presence
    if not rules.required:
        return Watch(True)
    person_id, enrollment_id = Id(lease.person_id), Id(lease.enrollment_id)
    if attested(ctx, person_id, enrollment_id) is None:
        return Watch(False, _("人脸识别已到期，画面已暂停。请重新拍照识别后接着学习。"))
    if _missed_in_row(ctx, lease, lease.base + credited) >= rules.snapshot_misses:
        return Watch(False, _("连续 %(count)s 次没有收到抓拍照片，画面已暂停。请打开摄像头，重新拍照识别后接着学习。",
                              count=rules.snapshot_misses))
    return Watch(True)


def asked_since(ctx: Ctx, asked: Subject, latest: StudyLease | None, credited: int, round_: int) -> int:
    """From which credited slot on missed pictures count: the last face check forgives those before it."""
    proof = attested(ctx, asked.person_id, asked.id) if ctx.rules().presence.required else None
    if latest is None or proof is None or (latest.enrollment_id, latest.round) != (asked.id, round_):
        return credited
    return latest.opened if latest.opened <= credited and latest.opened_ms >= millis(proof.given_at) else credited


def _missed_in_row(ctx: Ctx, lease: Lease, now: int) -> int:
    """How many of the pictures asked for since the face check were missed, counted from the last one."""
    enrollment_id = Id(lease.enrollment_id)
    asked = [ask.slot for ask in snapshot_due(ctx, enrollment_id, lease.opened, now, lease.round)]
    if len(asked) < ctx.rules().presence.snapshot_misses:
        return 0
    taken = {one.slot for one in snapshots_of(ctx, enrollment_id, lease.round)}
    return next((count for count, slot in enumerate(reversed(asked)) if slot in taken), len(asked))


def snapshots_due(ctx: Ctx, lease: Lease, before: int, after: int) -> Sequence[str]:
    """Addresses of the pictures that became due with the slots just credited (N-33)."""
    person_id, enrollment_id = Id(lease.person_id), Id(lease.enrollment_id)
    due = snapshot_due(ctx, enrollment_id, lease.base + before, lease.base + after, lease.round)
    proof = attested(ctx, person_id, enrollment_id) if due else None
    if proof is not None and proof.kind == "supervised":
        note_witnessed(ctx, person_id, enrollment_id, lease.round, [ask.slot for ask in due])
        return []
    return [url_for("presence.take", token=ask.token) for ask in due]


def picture_due(ctx: Ctx, judged: Judged) -> bool:
    """Whether a beat has a picture to ask for, or one to look for that was asked for since the last look.

    Where neither is so, no more pictures can be missing in a row than at the last look.
    """
    rules, terms = ctx.rules(), judged.terms
    after = terms.base + judged.verdict.state.credited
    if not rules.presence.required or after <= terms.watched:
        return False
    ask = Ask(Id(terms.person_id), Id(terms.enrollment_id), terms.round, terms.watched, ctx.now)
    return bool(asks(ctx.tenant, rules, snapshot_key(ctx), ask, after))


def picture_now(ctx: Ctx, lease: Lease, before: int, after: int) -> Sequence[str]:
    """The same, and one in any case: who was cut off is looked at as soon as they are back (C-02)."""
    due = snapshots_due(ctx, lease, before, after)
    if due or not ctx.rules().presence.required:
        return due
    ask = Ask(Id(lease.person_id), Id(lease.enrollment_id), lease.round, lease.base + after, ctx.now)
    return [url_for("presence.take", token=ask_token(ctx.tenant, ask))]


def pictures(ctx: Ctx, asked: Subject) -> Coverage | None:
    """How the credited hours are covered by pictures (N-45); None where none are taken."""
    study = standing_of(ctx, asked.id)
    if study is None or not ctx.rules().presence.required:
        return None
    return coverage(ctx, asked.id, progress(ctx, asked).learned_slots, study.round, study.round_from)
