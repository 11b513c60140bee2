"""What humans saw on pictures: stored with who and when, the newest counts; thresholds are calibrated by it."""
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from core.base.db import Id
from core.presence.models import PictureVerdict, Snapshot
from core.presence.states import Seen
from core.presence.told import PresenceProved
from core.tenancy import Ctx


def judge_picture(ctx: Ctx, picture_id: Id, seen: Seen) -> PictureVerdict:
    """Note what the acting auditor saw on a snapshot or on the picture of a face check. The caller has made sure
    that it is a picture which this auditor may judge."""
    row = PictureVerdict(picture_id=picture_id, seen=seen, by_account=ctx.actor.account_id, by_name=ctx.actor.name,
                         at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    snapshot = ctx.db.get(Snapshot, picture_id)
    if snapshot is not None and seen is Seen.SAME:
        ctx.publish(PresenceProved(snapshot.enrollment_id, snapshot.taken_at))
    ctx.record("presence.picture_verdict", picture_id, seen=seen.value)
    return row


def verdicts_of(ctx: Ctx, pictures: Iterable[Id]) -> Mapping[Id, PictureVerdict]:
    """The newest verdict of each picture that has one."""
    rows = ctx.db.scalars(select(PictureVerdict).where(PictureVerdict.picture_id.in_(list(pictures)))
                          .order_by(PictureVerdict.at, PictureVerdict.id))
    return {row.picture_id: row for row in rows}
