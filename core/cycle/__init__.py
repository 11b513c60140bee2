"""Which certificate is studied for in which calendar year: choice, exemption, cart, order (N-18 … N-27)."""
from core.cycle.models import Enrollment
from core.cycle.organized import FIRST_TIME, FirstTraining, at_hand, enroll_first, enroll_held
from core.cycle.queries import (
    continuing_of,
    due_of,
    enrollment,
    enrollment_facts,
    enrollments_of,
    enrollments_of_order,
    exemption_sentence,
    in_turn,
)
from core.cycle.rules import Due, Exemption, period
from core.cycle.service import (
    CONTINUING_TITLE,
    FIRST_TITLE,
    cancel,
    choose,
    complete,
    course_title,
    reopen,
    submit,
)
from core.cycle.states import EnrollmentState
from core.cycle.told import EnrollmentCancelled, EnrollmentOpened, HoursDueChanged
from core.cycle.words import STATE_TONES, STATE_WORDS

__all__ = [
    "CONTINUING_TITLE", "FIRST_TIME", "FIRST_TITLE", "STATE_TONES", "STATE_WORDS", "Due", "Enrollment",
    "EnrollmentCancelled", "EnrollmentOpened", "EnrollmentState", "Exemption", "FirstTraining", "HoursDueChanged",
    "at_hand", "cancel", "choose", "complete", "continuing_of", "course_title", "due_of", "enroll_first", "enroll_held",
    "enrollment", "enrollment_facts", "enrollments_of", "enrollments_of_order", "exemption_sentence", "in_turn",
    "period", "reopen", "submit",
]
