"""Steps of the grace list and what they add up to."""
from collections.abc import Sequence
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class GraceStep(StrEnum):
    """What an entry does: proposed by one, confirmed or refused by another, taken back."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class GraceState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_TEXTS = {GraceState.WAITING: _l("待复核"), GraceState.GRANTED: _l("已生效"), GraceState.REFUSED: _l("未同意"),
               GraceState.WITHDRAWN: _l("已撤回")}

TURNS = {GraceStep.PROPOSE: 0, GraceStep.CONFIRM: 1, GraceStep.REFUSE: 1, GraceStep.WITHDRAW: 2}

MAY: dict[GraceStep, frozenset[GraceState]] = {
    GraceStep.CONFIRM: frozenset({GraceState.WAITING}),
    GraceStep.REFUSE: frozenset({GraceState.WAITING}),
    GraceStep.WITHDRAW: frozenset({GraceState.WAITING, GraceState.GRANTED}),
}
"""In which state of the proposal a step may be taken."""

_AFTER = {GraceStep.CONFIRM: GraceState.GRANTED, GraceStep.REFUSE: GraceState.REFUSED,
          GraceStep.WITHDRAW: GraceState.WITHDRAWN}


def state_of(answers: Sequence[GraceStep]) -> GraceState:
    """The state of a proposal after what was said of it, first to last."""
    return _AFTER[answers[-1]] if answers else GraceState.WAITING
