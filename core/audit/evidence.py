"""What the auditor looks at: pictures beside the photo on file, distances, hours, video that was fetched, exam."""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from core.audit.examining import Examined, examine
from core.audit.models import AuditCase
from core.base.db import Id
from core.base.errors import NotFound
from core.course import Progress, fetched, progress, record_of, stretches, subject
from core.course.queries import RecordLine
from core.exam import Result, best_result
from core.identity import Person, person_of
from core.presence import (
    SEEN_TEXTS,
    Attestation,
    PictureKind,
    PictureVerdict,
    Seen,
    Snapshot,
    accepted_up_to,
    attestations_of,
    judge_picture,
    snapshots_of,
    verdict_text,
    verdicts_of,
    zone_text,
)
from core.presence.states import ABSENT
from core.tenancy import Ctx


@dataclass(frozen=True)
class Picture:
    """A picture as the page shows it: when, what the machine said, how far it was from the photo on file; not
    `kept` when there is nothing to see (any more)."""

    id: Id
    what: PictureKind
    at: datetime
    machine: str
    word: str
    tone: str
    distance: float | None
    cosine: float | None
    limit: float
    kept: bool
    witness: str = ""
    note: str = ""
    verdict: PictureVerdict | None = None

    @property
    def person_seen(self) -> bool:
        return self.machine not in ABSENT

    @property
    def stranger(self) -> bool:
        """By what a human saw, else by what the machine said."""
        return self.verdict.seen == Seen.OTHER if self.verdict else self.machine in STRANGE

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
    stretches: tuple[Examined[Picture], ...]
    result: Result | None

    @property
    def doubtful(self) -> int:
        """Pictures that a person has to look at."""
        return sum(picture.tone == "stop" for picture in self.pictures)


SEEN_TONES = {Seen.SAME: "done", Seen.UNCLEAR: "active", Seen.OTHER: "stop"}
GOOD = frozenset({"same", "accept", "supervised"})
UNDECIDED = frozenset({"waiting", "unsure", "review"})
STRANGE = frozenset({"other", "several", "refuse"})


def evidence_of(ctx: Ctx, case: AuditCase) -> Evidence:
    """The evidence of a case's enrollment (N-36, N-45)."""
    asked = subject(ctx, case.enrollment_id)
    taken = judged(ctx, [_snapped(ctx, one) for one in snapshots_of(ctx, asked.id)])
    pictures = (*judged(ctx, [_checked(ctx, one) for one in attestations_of(ctx, asked.id)]), *taken)
    hours = examine(stretches(ctx, asked.id), taken, ctx.rules().hours.hour_seconds)
    return Evidence(person_of(ctx, case.person_id), progress(ctx, asked), record_of(ctx, asked),
                    round(fetched(ctx, asked.id) / 1_000_000, 1), pictures, hours, best_result(ctx, asked.id))


def judged(ctx: Ctx, pictures: list[Picture]) -> list[Picture]:
    """The pictures with what a human said of them, which counts for more than what the machine said."""
    verdicts = verdicts_of(ctx, [one.id for one in pictures])
    return [replace(one, verdict=verdicts[one.id], tone=SEEN_TONES[Seen(verdicts[one.id].seen)])
            if one.id in verdicts else one for one in pictures]


def _checked(ctx: Ctx, one: Attestation) -> Picture:
    return Picture(one.id, PictureKind.CHECK, one.given_at, one.zone, zone_text(one.zone), _tone(one.zone),
                   one.euclid, one.cosine, accepted_up_to(ctx, one), one.picture_key is not None,
                   one.witness_name, one.note)


def _snapped(ctx: Ctx, one: Snapshot) -> Picture:
    return Picture(one.id, PictureKind.SNAPSHOT, one.taken_at, one.verdict, verdict_text(one.verdict),
                   _tone(one.verdict), one.euclid, one.cosine, accepted_up_to(ctx, one), one.picture_key is not None)


def _tone(word: str) -> str:
    return "done" if word in GOOD else "active" if word in UNDECIDED else "stop"


def judge_one(ctx: Ctx, case: AuditCase, picture_id: Id, seen: Seen) -> None:
    """What the auditor sees on a picture of the case, and of no other (N-36); nothing follows for the trainee."""
    own = {one.id for one in snapshots_of(ctx, case.enrollment_id)}
    own |= {one.id for one in attestations_of(ctx, case.enrollment_id)}
    if picture_id not in own:
        raise NotFound("no_picture", _("没有这张照片，可能已按规定清除。"))
    judge_picture(ctx, picture_id, seen)
