"""What the auditor looks at: pictures beside the photo on file, distances, hours, video that was fetched, exam."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from core.audit.models import AuditCase
from core.base.db import Id
from core.base.errors import NotFound
from core.course import Progress, fetched, progress, record_of, subject
from core.course.queries import RecordLine
from core.exam import Result, best_result
from core.identity import Person, person_of
from core.presence import (
    Attestation,
    Snapshot,
    accepted_up_to,
    attestations_of,
    look_at,
    look_at_face,
    snapshots_of,
    verdict_text,
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

    @property
    def shown(self) -> bool:
        source = self.snapshot or self.attestation
        return source is not None and source.picture_key is not None


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


GOOD = frozenset({"same", "accept", "supervised"})
UNDECIDED = frozenset({"waiting", "unsure", "review"})


def evidence_of(ctx: Ctx, case: AuditCase) -> Evidence:
    """The evidence of a case's enrollment (N-36, N-45)."""
    asked = subject(ctx, case.enrollment_id)
    pictures = [_checked(ctx, one) for one in attestations_of(ctx, asked.id)]
    pictures += [_snapped(ctx, one) for one in snapshots_of(ctx, asked.id)]
    return Evidence(person_of(ctx, case.person_id), progress(ctx, asked), record_of(ctx, asked),
                    round(fetched(ctx, asked.id) / 1_000_000, 1), tuple(pictures), best_result(ctx, asked.id))


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
    if any(one.id == picture_id for one in snapshots_of(ctx, case.enrollment_id)):
        return look_at(ctx, picture_id)
    if any(one.id == picture_id for one in attestations_of(ctx, case.enrollment_id)):
        return look_at_face(ctx, picture_id)
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
