"""Which of the eight steps is the one to do now (C-28)."""
from dataclasses import dataclass

from core.contract.values import Step, StepState

URGENT = (StepState.NEEDS_CARE, StepState.UNDER_WAY, StepState.WAITING_START, StepState.IN_AUDIT)


@dataclass(frozen=True, slots=True)
class Board:
    """The eight steps and the one to do now; `now` is None when nothing can be done."""

    steps: tuple[Step, ...]
    now: Step | None

    @property
    def finished(self) -> bool:
        """Whether all eight are done."""
        return all(step.state is StepState.DONE for step in self.steps)


def arrange(found: list[Step], titles: tuple[str, ...]) -> Board:
    """One step per number, in order; what no flow spoke for has not begun. A plugin's answer comes after the
    core's and stands in its place.

    To do now is what needs care, else what is under way, else the first that can be begun, each only if it has
    somewhere to go; else what is being waited for.
    """
    given: dict[int, Step] = {}
    for step in found:
        given[step.order] = step
    steps = tuple(given.get(order) or Step(order, title, StepState.WAITING_START)
                  for order, title in enumerate(titles, 1))
    ready = [step for state in URGENT for step in steps if step.state is state and _leads_on(step)]
    return Board(steps, ready[0] if ready else None)


def _leads_on(step: Step) -> bool:
    return step.state is StepState.IN_AUDIT or (step.action is not None and bool(step.action.url))
