"""What the study does without a request, and what it does when a lower flow speaks."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.base.events import subscribe
from core.base.outbox import job
from core.course.catalogue import begin_study
from core.course.events import StudyCompleted
from core.course.pruning import prune_beats
from core.course.queries import study_of
from core.course.returns import settle
from core.course.sealing import seal_hours
from core.course.service import close_idle_leases, recheck_completion, stop_study
from core.course.supervision import tell_of_session
from core.course.uploads import prepare_lesson
from core.course.subjects import subject
from core.cycle import EnrollmentCancelled, EnrollmentOpened, HoursDueChanged
from core.identity import person_of
from core.notification import send_sms
from core.presence import PresenceProved, SupervisedNews
from core.tenancy import Ctx

__all__ = ["cancelled", "close_idle", "completed", "due_changed", "opened", "prepare_lesson", "proved", "prune", "seal",
           "supervised_news"]

_BATCHES_A_RUN = 10


@subscribe(EnrollmentOpened)
def opened(ctx: Ctx, event: EnrollmentOpened) -> None:
    """Paid for: the packages are chosen, and 开始学习 appears (N-29, N-33)."""
    if not subject(ctx, event.enrollment_id).first_time:      # that one begins with its plan (ZJ-27, X-11)
        begin_study(ctx, event.enrollment_id)


@subscribe(HoursDueChanged)
def due_changed(ctx: Ctx, event: HoursDueChanged) -> None:
    """The general hours are owed after all (A.7): what was complete is not, and will be told again when it is."""
    recheck_completion(ctx, event.enrollment_id)


@subscribe(EnrollmentCancelled)
def cancelled(ctx: Ctx, event: EnrollmentCancelled) -> None:
    """Refunded while a page studies: nothing more is credited."""
    stop_study(ctx, event.enrollment_id, "cancelled")


@subscribe(PresenceProved)
def proved(ctx: Ctx, event: PresenceProved) -> None:
    """The first match after a cut settles what came late (C-02)."""
    settle(ctx, event.enrollment_id, event.at)


@subscribe(StudyCompleted)
def completed(ctx: Ctx, event: StudyCompleted) -> None:
    """The completion goes out as an SMS too, where the tenant has a text for it (X-13, GD-14); once a round."""
    study = study_of(ctx, event.enrollment_id)
    if study is not None and ctx.rules().texts.completion_sms and not subject(ctx, event.enrollment_id).first_time:
        send_sms(ctx, person_of(ctx, study.person_id), "completion_sms",
                 key=f"studied:{event.enrollment_id}:{study.round}")


@subscribe(SupervisedNews)
def supervised_news(ctx: Ctx, event: SupervisedNews) -> None:
    """Booked, near, called off or missed: the trainee hears of it (C-25)."""
    tell_of_session(ctx, event)


@job("course.close_idle", queue="fast", every=timedelta(minutes=1))
def close_idle(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Pages that went silent give up their lease; what they earned is kept."""
    close_idle_leases(ctx)


@job("course.seal", queue="fast", every=timedelta(minutes=1))
def seal(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """The last minute's rows of the ledger become one batch; what has piled up goes into several (L16)."""
    for _batch in range(_BATCHES_A_RUN):
        if seal_hours(ctx) is None:
            return


@job("course.prune", queue="fast", every=timedelta(days=1), at=timedelta(hours=3))
def prune(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Beats whose time of keeping is over go; segments and entries stay (A.7)."""
    prune_beats(ctx)
