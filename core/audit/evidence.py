"""What the auditor looks at: pictures beside the photo on file, distances, hours, video that was fetched, exam."""
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from core.audit.models import AuditCase
from core.base.db import Id
from core.base.errors import NotFound
from core.course import Progress, fetched, progress, record_of, subject
from core.course.queries import RecordLine
from core.exam import Result, best_result
from core.identity import Person, person_of
from core.presence import (
    SEEN_TEXTS,
    Attestation,
    PictureVerdict,
    Seen,
    Snapshot,
    accepted_up_to,
    attestations_of,
    judge_picture,
    look_at,
    look_at_face,
    snapshots_of,
    verdict_text,
    verdicts_of,
    zone_text,
)
from core.tenancy import Ctx


@dataclass(frozen=True)
class Picture:
    """A picture as the page shows it: when, what the machine said, how far it was from the photo on file."""

    id: Id
    what: str
    snapshot: Snapshot | None
    attestation: Attestation | None
    word: str
    tone: str
    distance: float | None
    limit: float
    verdict: PictureVerdict | None = None

    @property
    def shown(self) -> bool:
        source = self.snapshot or self.attestation
        return source is not None and source.picture_key is not None

    @property
    def seen(self) -> str:
        """What a human saw on it; "" where nobody has said."""
        return str(SEEN_TEXTS[Seen(self.verdict.seen)]) if self.verdict else ""


@dataclass(frozen=True)
class Evidence:
    """All of one case."""

    person: Person
    learned: Progress
    lines: Sequence[RecordLine]
    megabytes: float
    pictures: tuple[Picture, ...]
    result: Result | None

    @property
    def doubtful(self) -> int:
        """Pictures that a person has to look at."""
        return sum(picture.tone == "stop" for picture in self.pictures)


SEEN_TONES = {Seen.SAME: "done", Seen.UNCLEAR: "active", Seen.OTHER: "stop"}
GOOD = frozenset({"same", "accept", "supervised"})
UNDECIDED = frozenset({"waiting", "unsure", "review"})


def evidence_of(ctx: Ctx, case: AuditCase) -> Evidence:
    """The evidence of a case's enrollment (N-36, N-45)."""
    asked = subject(ctx, case.enrollment_id)
    pictures = [_checked(ctx, one) for one in attestations_of(ctx, asked.id)]
    pictures += [_snapped(ctx, one) for one in snapshots_of(ctx, asked.id)]
    pictures = judged(ctx, pictures)
    return Evidence(person_of(ctx, case.person_id), progress(ctx, asked), record_of(ctx, asked),
                    round(fetched(ctx, asked.id) / 1_000_000, 1), tuple(pictures), best_result(ctx, asked.id))


def judged(ctx: Ctx, pictures: list[Picture]) -> list[Picture]:
    """The pictures with what a human said of them, which counts for more than what the machine said."""
    verdicts = verdicts_of(ctx, [one.id for one in pictures])
    return [replace(one, verdict=verdicts[one.id], tone=SEEN_TONES[Seen(verdicts[one.id].seen)])
            if one.id in verdicts else one for one in pictures]


def _checked(ctx: Ctx, one: Attestation) -> Picture:
    return Picture(one.id, "check", None, one, str(zone_text(one.zone)), _tone(one.zone), one.euclid,
                   accepted_up_to(ctx, one))


def _snapped(ctx: Ctx, one: Snapshot) -> Picture:
    return Picture(one.id, "snapshot", one, None, str(verdict_text(one.verdict)), _tone(one.verdict), one.euclid,
                   accepted_up_to(ctx, one))


def _tone(word: str) -> str:
    return "done" if word in GOOD else "active" if word in UNDECIDED else "stop"


def picture_bytes(ctx: Ctx, case: AuditCase, picture_id: Id) -> bytes:
    """One picture of the case, and of no other; each look leaves a trail entry (P-08). NotFound also when it
    was purged."""
    return (look_at if _is_snapshot(ctx, case, picture_id) else look_at_face)(ctx, picture_id)


def judge_one(ctx: Ctx, case: AuditCase, picture_id: Id, seen: Seen) -> None:
    """What the auditor sees on a picture of the case, and of no other (N-36); nothing follows for the trainee."""
    _is_snapshot(ctx, case, picture_id)
    judge_picture(ctx, picture_id, seen)


def _is_snapshot(ctx: Ctx, case: AuditCase, picture_id: Id) -> bool:
    """Whether this picture of the case is a snapshot and not that of a face check; NotFound when it is neither."""
    if any(one.id == picture_id for one in snapshots_of(ctx, case.enrollment_id)):
        return True
    if any(one.id == picture_id for one in attestations_of(ctx, case.enrollment_id)):
        return False
    raise _gone()


def photo_bytes(ctx: Ctx, case: AuditCase) -> bytes:
    """The photo on file of the case's person."""
    key = person_of(ctx, case.person_id).photo_key
    if key is None:
        raise _gone()
    try:
        return ctx.blobs.get(key)
    except (OSError, ValueError) as error:
        raise _gone() from error


def _gone() -> NotFound:
    return NotFound("no_picture", _("没有这张照片，可能已按规定清除。"))
