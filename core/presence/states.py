"""The states of a face check and of a snapshot."""
from collections.abc import Mapping
from enum import StrEnum

from core.presence.matching import Zone


class ChallengeState(StrEnum):
    LOOKING = "looking"      # waiting for a straight look
    ACTING = "acting"        # an action was told, the clock runs
    RETURNING = "returning"  # it was seen; back to the straight look, the clock runs again
    PASSED = "passed"
    FAILED = "failed"


MOVES: Mapping[ChallengeState, frozenset[ChallengeState]] = {
    ChallengeState.LOOKING: frozenset({ChallengeState.ACTING, ChallengeState.FAILED}),
    ChallengeState.ACTING: frozenset({ChallengeState.RETURNING, ChallengeState.FAILED}),
    ChallengeState.RETURNING: frozenset({ChallengeState.ACTING, ChallengeState.PASSED, ChallengeState.FAILED}),
    ChallengeState.PASSED: frozenset(),
    ChallengeState.FAILED: frozenset(),
}
OPEN = frozenset({ChallengeState.LOOKING, ChallengeState.ACTING, ChallengeState.RETURNING})


class SnapshotVerdict(StrEnum):
    """What a picture showed; `unsure` and worse are for the auditor to look at, nothing is punished by it."""

    WAITING = "waiting"
    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"
    NO_FACE = "no_face"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    SUPERVISED = "supervised"    # due while a witness was there: no picture is asked for


ABSENT = frozenset({SnapshotVerdict.NO_FACE, SnapshotVerdict.UNREADABLE})
"""Pictures that do not count as taken: nobody is seen on them (N-45 c)."""
MATCHED = frozenset({SnapshotVerdict.SAME, SnapshotVerdict.SUPERVISED})
DOUBTFUL = frozenset({SnapshotVerdict.UNSURE, SnapshotVerdict.OTHER, SnapshotVerdict.SEVERAL})


def verdict_of(faces: int, zone: Zone | None) -> SnapshotVerdict:
    """What one picture says; a stranger or a doubt goes before the auditor, who decides."""
    if faces == 0:
        return SnapshotVerdict.NO_FACE
    if faces > 1:
        return SnapshotVerdict.SEVERAL
    return {Zone.ACCEPT: SnapshotVerdict.SAME, Zone.REVIEW: SnapshotVerdict.UNSURE,
            Zone.REFUSE: SnapshotVerdict.OTHER, None: SnapshotVerdict.UNSURE}[zone]


class Outcome(StrEnum):
    """How a request for a supervised session ended."""

    ATTESTED = "attested"
    MISSED = "missed"            # nobody came; may be booked again, nothing else follows
    WITHDRAWN = "withdrawn"


class Seen(StrEnum):
    """What a human says of two pictures side by side."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"


class ReviewState(StrEnum):
    """Two pictures that a machine was not sure of. `same` of a duplicate waits for the administrator, who settles
    it; of an ID card it ends the matter, and `other` waits instead."""

    MATCHED = "matched"      # the machine was sure; nobody had to look
    OPEN = "open"
    SAME = "same"
    OTHER = "other"
    SETTLED = "settled"


DUPLICATE_MOVES: Mapping[ReviewState, frozenset[ReviewState]] = {
    ReviewState.OPEN: frozenset({ReviewState.SAME, ReviewState.OTHER}),
    ReviewState.SAME: frozenset({ReviewState.SETTLED, ReviewState.OTHER}),
}
SCAN_MOVES: Mapping[ReviewState, frozenset[ReviewState]] = {
    ReviewState.OPEN: frozenset({ReviewState.SAME, ReviewState.OTHER}),
    ReviewState.OTHER: frozenset({ReviewState.SETTLED, ReviewState.SAME}),
}
