"""What an enrollment can be, and which moves there are (N-18 … N-27)."""

from __future__ import annotations

from enum import StrEnum


class EnrollmentState(StrEnum):
    """Where an enrollment stands."""

    CHOSEN = "chosen"
    ORDERED = "ordered"
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


MOVES: dict[EnrollmentState, frozenset[EnrollmentState]] = {
    # a tenant without an order page opens what is chosen at once
    EnrollmentState.CHOSEN: frozenset(
        {EnrollmentState.ORDERED, EnrollmentState.OPEN, EnrollmentState.CANCELLED}),
    EnrollmentState.ORDERED: frozenset({EnrollmentState.OPEN, EnrollmentState.CANCELLED}),
    EnrollmentState.OPEN: frozenset({EnrollmentState.COMPLETED, EnrollmentState.CANCELLED}),
    # hours cleared after they had passed open the enrollment again (N-45)
    EnrollmentState.COMPLETED: frozenset({EnrollmentState.OPEN}),
    EnrollmentState.CANCELLED: frozenset(),
}

LIVE = frozenset(EnrollmentState) - {EnrollmentState.CANCELLED}
"""States in which a certificate × year is taken."""


def may_move(old: EnrollmentState, new: EnrollmentState) -> bool:
    """Whether an enrollment may go from `old` to `new`."""
    return new in MOVES[old]
