"""An enrollment as the study sees it: whose, which post and year, what is owed."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from core.base.db import Id
from core.base.errors import NotFound
from core.course.ledger import Due
from core.cycle import CONTINUING_TITLE, FIRST_TITLE, Enrollment, EnrollmentState, in_turn
from core.organization import Post
from core.tenancy import Ctx

LEARNING = frozenset({EnrollmentState.OPEN, EnrollmentState.COMPLETED})


@dataclass(frozen=True)
class Subject:
    """`learnable`: paid for, open and studied here: what a first training teaches in class owes no hours at all.
    `due` in class hours, exempted general hours apart (N-25)."""

    id: Id
    person_id: Id
    certificate_id: Id | None
    post: str
    year: int
    kind: str
    due: Due
    enrolled_at: datetime
    learnable: bool

    @property
    def title(self) -> str:
        """培训名称 (N-32)."""
        return f"{self.year}年{FIRST_TITLE if self.first_time else CONTINUING_TITLE}"

    @property
    def first_time(self) -> bool:
        """首次取证: for no certificate yet."""
        return self.certificate_id is None


_SUBJECT = select(
    Enrollment.id, Enrollment.person_id, Enrollment.certificate_id, Post.name.label("post"), Enrollment.year,
    Enrollment.kind, Enrollment.general_hours_due, Enrollment.professional_hours_due, Enrollment.enrolled_at,
    Enrollment.state).join(Post, Post.id == Enrollment.post_id)
_BY_ID = _SUBJECT.where(Enrollment.id == bindparam("id"))
_OF_PERSON = in_turn(_SUBJECT)


def subject(ctx: Ctx, enrollment_id: Id) -> Subject:
    """Any enrollment; NotFound when there is none."""
    found = ctx.look_up(("subject", enrollment_id), lambda: ctx.db.execute(_BY_ID, {"id": enrollment_id}).first())
    if found is None:
        raise _unknown()
    return _of(ctx, found)


def own_subject(ctx: Ctx, enrollment_id: Id) -> Subject:
    """The acting person's enrollment; somebody else's is as unknown as none."""
    found = subject(ctx, enrollment_id)
    if found.person_id != ctx.actor.person_id:
        raise _unknown()
    return found


def completion_popup(ctx: Ctx, asked: Subject) -> str:
    """What is said at the last hour (N-38); it speaks of the year's audit, which a first training has not."""
    if asked.first_time:
        return str(_("本次培训的线上学习已全部完成，请等待培训机构申请考试。"))
    return ctx.rules().texts.completion_popup


def _unknown() -> NotFound:
    return NotFound("enrollment_unknown", _("没有找到这项培训。请从“我的培训”中打开。"))


def subjects_of(ctx: Ctx, person_id: Id) -> Sequence[Subject]:
    """A person's live enrollments, first enrolled first (N-24)."""
    found = ctx.look_up(("subjects", person_id),
                        lambda: ctx.db.execute(_OF_PERSON, {"person_id": person_id}).all())
    return [_of(ctx, ctx.look_up(("subject", row.id), partial(_itself, row))) for row in found]


def _itself(row: Any) -> Any:
    return row


def _of(ctx: Ctx, row: Any) -> Subject:
    rules = ctx.rules(row.enrolled_at).hours
    first_time = row.certificate_id is None
    exempted = 0 if first_time else max(0, rules.general - row.general_hours_due)
    due = Due(row.general_hours_due, row.professional_hours_due, exempted)
    return Subject(
        id=row.id, person_id=row.person_id, certificate_id=row.certificate_id, post=row.post,
        year=row.year, kind=row.kind, due=due, enrolled_at=row.enrolled_at,
        learnable=EnrollmentState(row.state) in LEARNING and (not first_time or due.general + due.professional > 0))
