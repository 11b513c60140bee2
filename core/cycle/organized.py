"""What an organization enrolls and pays for: many at once, without cart and order of their own (ZJ-25, ZJ-26)."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id, new_id
from core.base.errors import Conflict
from core.cycle import service
from core.cycle.models import Enrollment
from core.cycle.states import LIVE, EnrollmentState
from core.identity import Person
from core.organization import Post
from core.registry import Certificate
from core.tenancy import Ctx

FIRST_TIME = "首次取证"
_AT_ONCE = 500


@dataclass(frozen=True)
class FirstTraining:
    """A person's training for the first certificate of a post. The hours are those to be studied here; who is taught
    in class owes none, since the teacher's list counts there."""

    person_id: Id
    post_id: Id
    year: int
    general: int
    professional: int


def enroll_first(ctx: Ctx, wanted: Sequence[FirstTraining], institution_id: Id) -> list[Enrollment]:
    """The trainings of people without a certificate, paid for and open, in the order given; all or none.

    Neither exemption nor turn of the cycle concerns them (N-24, N-25). Conflict with the names of who has an
    enrollment of that post and year already.
    """
    _refuse_taken(ctx, wanted)
    posts = {post.id: post for post in ctx.db.scalars(select(Post).where(Post.id.in_({one.post_id for one in wanted})))}
    rows = [Enrollment(id=new_id(), person_id=one.person_id, certificate_id=None, post_id=one.post_id,
                       post=posts[one.post_id], year=one.year, kind=FIRST_TIME, general_hours_due=one.general,
                       professional_hours_due=one.professional, state=EnrollmentState.OPEN, turn=0,
                       institution_id=institution_id, enrolled_at=ctx.now, opened_at=ctx.now) for one in wanted]
    ctx.db.add_all(rows)
    ctx.db.flush()
    service.tell_opened(ctx, rows)
    return rows


def _refuse_taken(ctx: Ctx, wanted: Sequence[FirstTraining]) -> None:
    taken: list[str] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = {(one.person_id, one.post_id, one.year) for one in wanted[start:start + _AT_ONCE]}
        rows = ctx.db.execute(select(Enrollment.person_id, Enrollment.post_id, Enrollment.year, Person.name).join(
            Person, Person.id == Enrollment.person_id).where(
            Enrollment.person_id.in_({person_id for person_id, _post, _year in some}),
            Enrollment.state.in_(sorted(LIVE))))
        taken += [row.name for row in rows if (row.person_id, row.post_id, row.year) in some]
    if taken:
        raise Conflict("taken", _("%(names)s在这个岗位和年度已经有培训，不能重复报名。", names="、".join(sorted(taken)[:10])))


def enroll_held(ctx: Ctx, person: Person, certificate_id: Id, year: int, institution_id: Id) -> Enrollment:
    """Continuing education for a certificate, paid for and open; the general hours as the cycle says (N-25).

    The caller has judged the certificate (`check_eligibility`) in this transaction. Conflict where the post and year
    are taken.
    """
    [row] = service.reserve(ctx, person, [(certificate_id, year)], judged=True)
    row.institution_id = institution_id
    service.open_now(ctx, person, [row])
    ctx.record("cycle.enroll", row.id, year=row.year, post=row.post.name, general=row.general_hours_due)
    return row


def at_hand(ctx: Ctx, person_ids: Sequence[Id]) -> list[object]:
    """People with their certificates, read a few hundred at a time: while the answer is kept, each of them is found in
    the session without a question."""
    found: list[object] = []
    for start in range(0, len(person_ids), _AT_ONCE):
        some = person_ids[start:start + _AT_ONCE]
        found += ctx.db.scalars(select(Person).where(Person.id.in_(some)))
        found += ctx.db.scalars(select(Certificate).where(Certificate.person_id.in_(some)))
    return found
