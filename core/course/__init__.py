"""3 Study: the catalogue, packages, the player and the hours ledger (N-30 … N-38)."""
from core.course.catalogue import add_lesson, add_package, publish, repeat_lesson
from core.course.clearing import clear_hours, restore_hours
from core.course.events import StudyCompleted
from core.course.facts import enrollment_facts
from core.course.ledger import Due, Kind, Part, Progress
from core.course.models import Lesson, Package
from core.course.presence import pictures
from core.course.queries import (
    credited_since,
    fetched,
    full_since,
    progress,
    progress_of_enrollment,
    record_of,
)
from core.course.recompute import recompute
from core.course.sealing import seal_hours
from core.course.service import close_idle_leases
from core.course.subjects import Subject, own_subject, subject, subjects_of
from core.course.traces import Stretch, pages_of, people_on_devices_of, stretches
from core.course.verify import verify_hours

__all__ = [
    "Due", "Kind", "Lesson", "Package", "Part", "Progress", "Stretch", "StudyCompleted", "Subject", "add_lesson",
    "add_package", "clear_hours", "close_idle_leases", "credited_since", "enrollment_facts", "fetched",
    "full_since", "own_subject", "pages_of", "people_on_devices_of", "pictures", "progress",
    "progress_of_enrollment", "publish", "recompute", "record_of", "repeat_lesson", "restore_hours", "seal_hours",
    "stretches", "subject", "subjects_of", "verify_hours",
]
