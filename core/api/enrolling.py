"""For a plugin whose organizations enroll and pay for many at once (ZJ-25, ZJ-26)."""
from collections.abc import Sequence
from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Problem
from core.contract.values import CertificateFacts
from core.cycle import Enrollment, EnrollmentState, FirstTraining, at_hand, complete, enrollments_of
from core.cycle import cancel as _cancel
from core.cycle import enroll_first as _enroll_first
from core.cycle import enroll_held as _enroll_held
from core.extension import hooks
from core.identity import person_of
from core.tenancy import Ctx


def enroll_first(ctx: Ctx, wanted: Sequence[FirstTraining], institution_id: Id) -> list[Id]:
    """Open the trainings of people who have no certificate yet, in the order given; all or none. Conflict with names
    where somebody is enrolled already."""
    return [row.id for row in _enroll_first(ctx, wanted, institution_id)]


def enroll_held(ctx: Ctx, person_id: Id, certificate_id: Id, year: int, institution_id: Id) -> Id:
    """Open the continuing education of a certificate that `why_not_held` has nothing against in this transaction."""
    return _enroll_held(ctx, person_of(ctx, person_id), certificate_id, year, institution_id).id


def why_not_held(ctx: Ctx, held: CertificateFacts, year: int) -> list[Problem]:
    """What stands against the continuing education of a certificate in a year (X-18, N-22)."""
    if any((row.post.name, row.year) == (held.post, year) for row in enrollments_of(ctx, held.person_id)):
        return [Problem("taken", _("%(post)s岗位%(year)s年度已经报名，不需要重复报名。", post=held.post, year=year))]
    return hooks(ctx).check_eligibility(held, year)


def cancel_enrollments(ctx: Ctx, ids: Sequence[Id]) -> None:
    """Give up what is open; completed and cancelled ones stay as they are."""
    rows = sorted(ctx.db.scalars(select(Enrollment).where(
        Enrollment.id.in_(ids), Enrollment.state == EnrollmentState.OPEN)), key=lambda row: row.person_id)
    for _person_id, own in groupby(rows, key=lambda row: row.person_id):
        _cancel(ctx, list(own))


__all__ = ["FirstTraining", "at_hand", "cancel_enrollments", "complete", "enroll_first", "enroll_held", "why_not_held"]
