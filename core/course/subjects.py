"""An enrollment as the study sees it: whose, which post and year, what is owed."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.base.db import Id
from core.base.errors import NotFound
from core.course.ledger import Due
from core.cycle import Enrollment, EnrollmentState, enrollment, enrollments_of
from core.organization import Post
from core.tenancy import Ctx

LEARNING = frozenset({EnrollmentState.OPEN, EnrollmentState.COMPLETED})


@dataclass(frozen=True)
class Subject:
    """`learnable`: paid for and open; `due` in class hours, exempted general hours apart (N-25)."""

    id: Id
    person_id: Id
    certificate_id: Id
    post: str
    year: int
    kind: str
    due: Due
    enrolled_at: datetime
    learnable: bool

    @property
    def title(self) -> str:
        """培训名称 (N-32)."""
        return f"{self.year}年继教-施工现场管理人员继续教育培训"


def subject(ctx: Ctx, enrollment_id: Id) -> Subject:
    """Any enrollment; NotFound when there is none."""
    return _of(ctx, enrollment(ctx, enrollment_id))


def own_subject(ctx: Ctx, enrollment_id: Id) -> Subject:
    """The acting person's enrollment; somebody else's is as unknown as none."""
    found = subject(ctx, enrollment_id)
    if found.person_id != ctx.actor.person_id:
        raise NotFound("enrollment_unknown", "没有找到这项培训。请从“我的培训”里打开。")
    return found


def subjects_of(ctx: Ctx, person_id: Id) -> Sequence[Subject]:
    """A person's live enrollments, first enrolled first (N-24)."""
    return [_of(ctx, row) for row in enrollments_of(ctx, person_id)]


def _of(ctx: Ctx, row: Enrollment) -> Subject:
    rules = ctx.rules(row.enrolled_at).hours
    exempted = max(0, rules.general - row.general_hours_due)
    post = ctx.db.get(Post, row.post_id)
    assert post is not None
    return Subject(
        id=row.id, person_id=row.person_id, certificate_id=row.certificate_id, post=post.name,
        year=row.year, kind=row.kind, due=Due(row.general_hours_due, row.professional_hours_due, exempted),
        enrolled_at=row.enrolled_at, learnable=EnrollmentState(row.state) in LEARNING)
