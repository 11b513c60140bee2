"""What makes a case: study and exam, in whichever order they come to an end."""
from core.audit import service
from core.base.events import subscribe
from core.course import StudyCompleted
from core.exam import ExamPassed
from core.tenancy import Ctx


@subscribe(StudyCompleted)
def studied(ctx: Ctx, event: StudyCompleted) -> None:
    """N-44: the last hour is credited; also after a clearing, when the exam has been passed long since (N-47)."""
    service.consider(ctx, event.enrollment_id)


@subscribe(ExamPassed)
def passed(ctx: Ctx, event: ExamPassed) -> None:
    """N-44: the exam is passed."""
    service.consider(ctx, event.enrollment_id)
