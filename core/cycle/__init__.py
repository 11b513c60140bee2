"""Which certificate is studied for in which calendar year: choice, exemption, cart, order (N-18 … N-27)."""
from core.cycle.models import Enrollment
from core.cycle.queries import (
    due_of,
    enrollment,
    enrollment_facts,
    enrollments_of,
    enrollments_of_order,
    exemption_sentence,
    in_turn,
)
from core.cycle.rules import Due, Exemption, period
from core.cycle.service import choose, complete, course_title, reopen, submit
from core.cycle.states import EnrollmentState
from core.cycle.told import EnrollmentCancelled, EnrollmentOpened, HoursDueChanged
from core.cycle.words import STATE_TONES, STATE_WORDS

__all__ = [
    "STATE_TONES", "STATE_WORDS", "Due", "Enrollment", "EnrollmentCancelled", "EnrollmentOpened", "EnrollmentState",
    "Exemption",
    "HoursDueChanged", "choose", "complete", "course_title", "due_of", "enrollment", "enrollment_facts",
    "enrollments_of", "enrollments_of_order", "exemption_sentence", "in_turn", "period", "reopen",
    "submit",
]
