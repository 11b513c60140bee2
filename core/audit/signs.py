"""The risk signs of a case: read once, by a job when the case opens, and kept with the version of the rules."""
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from core.audit.models import AuditCase, AuditRisk
from core.audit.risk import VERSION, Hint, Pages, Seen, Sign, Watched, judge, score
from core.base.db import Id
from core.course import pages_of, people_on_devices_of, pictures, stretches, subject
from core.identity import people_with_phone_of, person_of
from core.presence import answer_seconds, cameras_of, likeness_hints, others_with_face_of
from core.tenancy import Ctx

SIGNS_JOB = "audit.signs"


def read_signs(ctx: Ctx, case: AuditCase) -> AuditRisk:
    """Read the signs of a case and keep them; the same again when they were read before."""
    kept = risk_of(ctx, case.id)
    if kept is not None:
        return kept
    hints = judge(seen_of(ctx, case))
    row = AuditRisk(case_id=case.id, version=VERSION, score=score(hints), hints=[asdict(hint) for hint in hints],
                    read_at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    return row


def seen_of(ctx: Ctx, case: AuditCase) -> Seen:
    """What the flows below have kept of this enrollment."""
    enrollment_id = case.enrollment_id
    covered = pictures(ctx, subject(ctx, enrollment_id))
    return Seen(
        cameras=cameras_of(ctx, enrollment_id), answers=answer_seconds(ctx, enrollment_id),
        repeated=len(likeness_hints(ctx, enrollment_id)),
        watched=[Watched(one.seconds, one.fetched) for one in stretches(ctx, enrollment_id)],
        pages=[Pages(one.opened, one.refused) for one in pages_of(ctx, enrollment_id)],
        page_window=timedelta(seconds=ctx.rules().hours.hour_seconds / 3),
        asked=covered.due if covered else 0, came=covered.taken if covered else 0,
        on_device=people_on_devices_of(ctx, enrollment_id),
        same_face=others_with_face_of(ctx, case.person_id),
        on_phone=people_with_phone_of(ctx, person_of(ctx, case.person_id)))


def risk_of(ctx: Ctx, case_id: Id) -> AuditRisk | None:
    """What was read for a case; None before the job ran."""
    return ctx.db.get(AuditRisk, case_id)


def hints_of(row: AuditRisk | None) -> Sequence[Hint]:
    """The signs as they were kept, the weightiest first."""
    return [Hint(Sign(kept["sign"]), kept["facts"]) for kept in row.hints] if row else []
