"""What happens after the commit: pictures are judged, the mean follows the photos, withdrawn faces are purged."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, select

from core.base.outbox import job
from core.presence import duplicates, scanned
from core.presence.keeping import forget_pictures
from core.presence.matching import packed, unpacked
from core.presence.models import FaceMean, FaceTemplate
from core.presence.purging import PURGE, Rule, purge, sweep
from core.presence.snapshots import judge_snapshot
from core.presence.supervised import REMIND, remind
from core.tenancy import Ctx

_GROWTH = 1.2


@job("presence.judge_snapshot", queue="face")
def judge(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    judge_snapshot(ctx, UUID(payload["snapshot"]))


@job("presence.mean", queue="face")
def renew_mean(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Once enough photos are enrolled, and again whenever a fifth more are (faces §1)."""
    count = ctx.db.scalar(select(func.count()).select_from(FaceTemplate)) or 0
    last = ctx.db.scalar(select(FaceMean).order_by(FaceMean.made_at.desc()).limit(1))
    if count < ctx.rules().presence.centre_min_photos or (last is not None and count < _GROWTH * last.counted):
        return
    vectors = np.stack([unpacked(vector) for vector in ctx.db.scalars(select(FaceTemplate.vector))])
    mean = last or FaceMean()
    mean.vector, mean.counted, mean.made_at = packed(vectors.mean(axis=0)), count, ctx.now
    ctx.db.add(mean)


@job(REMIND)
def remind_supervised(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    remind(ctx, UUID(payload["request"]), UUID(payload["session"]))


@job(duplicates.SEARCH, queue="face", every=timedelta(days=1), at=timedelta(hours=3))
def search_duplicates(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Minutes after an enrolment, and once a night whatever was missed (L13)."""
    duplicates.search(ctx)


@job(scanned.COMPARE, queue="face")
def compare_scan(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    scanned.compare_scan(ctx, UUID(payload["person"]))


@job("presence.forget", queue="face", every=timedelta(days=1))
def forget(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Once a day: what no row names, and pictures whose time of keeping is over (their rows let go only then)."""
    sweep(ctx)
    forget_pictures(ctx)


@job(PURGE, queue="face")
def purge_now(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Delete pictures that rows have let go of, and put it on record."""
    person, enrollment = payload["person"], payload["enrollment"]
    purge(ctx, Rule(payload["rule"]), payload["keys"], UUID(person) if person else None,
          UUID(enrollment) if enrollment else None)
