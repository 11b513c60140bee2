"""Which announced fee is in force, and what a sanction does (GD-06, ZJ-13, ZJ-14). Pure."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.base.db import Id
from core.organization.modes import CLOSING, SanctionKind


@dataclass(frozen=True)
class Announced:
    """One announcement; `post_id` None says it of every post, `withdrawn` that it is no longer offered."""

    serial: Id
    post_id: Id | None
    training_fen: int
    textbook_fen: int
    since: date
    withdrawn: bool = False


def in_force(announced: Iterable[Announced], post_id: Id | None, today: date) -> Announced | None:
    """The newest announcement of this very post whose day has come, else the newest of every post; None where there
    is none or where it was withdrawn. Of two of the same day the later one counts."""
    begun = [one for one in announced if one.since <= today]
    for wanted in dict.fromkeys((post_id, None)):
        newest = max((one for one in begun if one.post_id == wanted), key=lambda one: (one.since, one.serial),
                     default=None)
        if newest is not None:
            return None if newest.withdrawn else newest
    return None


def heaviest(kinds: Iterable[SanctionKind]) -> SanctionKind | None:
    """The heaviest of the sanctions that are in force."""
    order = list(SanctionKind)
    return max(kinds, key=order.index, default=None)


def closes(kinds: Iterable[SanctionKind]) -> bool:
    """Whether who is under these may not enroll anybody."""
    return any(kind in CLOSING for kind in kinds)
