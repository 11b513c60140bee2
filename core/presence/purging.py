"""Face data are deleted for good, and that they were is put on record (A.7, C-24, R24).

A row lets go of its picture first; the bytes are deleted by a job after the commit, which is tried again until it has
run. What a killed process leaves behind all the same, no row names: the daily sweep finds it.
"""
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from core.base.db import Id
from core.presence.models import Attestation, FacePurge, Snapshot
from core.tenancy import Ctx

PURGE = "presence.purge"
KINDS = ("snap", "face")
_SWEEP_AFTER = timedelta(days=1)        # a picture is written shortly before its row is committed
_BATCH = 500


class Rule(StrEnum):
    """Why face data were deleted."""

    RETENTION = "retention"      # appeal window and time of keeping are over
    WITHDRAWN = "withdrawn"      # the person took the consent back
    REPLACED = "replaced"        # what the camera sent, after its clean copy was made
    ORPHAN = "orphan"            # no row names it


def purge_soon(ctx: Ctx, rule: Rule, keys: Sequence[str], person_id: Id | None = None,
               enrollment_id: Id | None = None) -> None:
    """Delete these pictures, which no row names any more, after this commit."""
    if keys:
        ctx.enqueue(PURGE, {"rule": rule, "keys": list(keys), "person": str(person_id or ""),
                            "enrollment": str(enrollment_id or "")})


def purge(ctx: Ctx, rule: Rule, keys: Iterable[str], person_id: Id | None = None,
          enrollment_id: Id | None = None) -> None:
    """Delete pictures and put it on record; one that a row names (the same bytes, sent twice) stays."""
    asked = set(keys)
    gone = asked - _named(ctx, asked)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for key in sorted(gone):
        ctx.blobs.delete(key)
        by_kind[key.partition("/")[0]].append(key)
    if rule is Rule.REPLACED:
        return      # nothing was lost that the record would miss: the clean copy is there
    for kind, deleted in by_kind.items():
        note_purge(ctx, rule, kind, len(deleted), "\n".join(deleted), person_id, enrollment_id)


def note_purge(ctx: Ctx, rule: Rule, kind: str, count: int, names: str, person_id: Id | None = None,
               enrollment_id: Id | None = None) -> None:
    """One line of the record, and of the trail."""
    digest = hashlib.sha256(names.encode()).hexdigest() if names else ""
    ctx.db.add(FacePurge(rule=rule, kind=kind, count=count, digest=digest, person_id=person_id,
                         enrollment_id=enrollment_id, at=ctx.now))
    ctx.record("presence.purge", enrollment_id or person_id or kind, rule=rule, kind=kind, count=count)


def sweep(ctx: Ctx) -> Counter[str]:
    """Delete pictures that lie there for more than a day and that no row names; returns how many of each kind."""
    found: Counter[str] = Counter()
    for kind in KINDS:
        old = list(ctx.blobs.before(kind, ctx.now - _SWEEP_AFTER))
        for start in range(0, len(old), _BATCH):
            part = set(old[start:start + _BATCH])
            orphans = part - _named(ctx, part)
            purge(ctx, Rule.ORPHAN, orphans)
            found[kind] += len(orphans)
    return found


def _named(ctx: Ctx, keys: set[str]) -> set[str]:
    """Those of the keys that a row names."""
    return {key for model in (Snapshot, Attestation)
            for key in ctx.db.scalars(select(model.picture_key).where(model.picture_key.in_(keys))) if key}


def purges_of(ctx: Ctx, person_id: Id) -> Sequence[FacePurge]:
    """What of a person's face data was deleted, the newest first."""
    return ctx.db.scalars(select(FacePurge).where(FacePurge.person_id == person_id)
                          .order_by(FacePurge.at.desc(), FacePurge.id.desc())).all()
