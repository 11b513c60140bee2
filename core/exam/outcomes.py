"""How the trainees of institutions did in their tests: figures for who watches that all are alike strict (C-21)."""
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func, select

from core.base.db import Id
from core.cycle import Enrollment
from core.exam.models import Sitting
from core.tenancy import Ctx


def first_results(ctx: Ctx, since: datetime) -> Mapping[Id, tuple[int, int]]:
    """Institution → how many passed at their first sitting, of how many whose first sitting was scored since."""
    passed = func.sum(case((Sitting.passed.is_(True), 1), else_=0))
    rows = ctx.db.execute(
        select(Enrollment.institution_id, passed, func.count()).select_from(Sitting)
        .join(Enrollment, Enrollment.id == Sitting.enrollment_id)
        .where(Sitting.number == 1, Sitting.passed.is_not(None), Sitting.closed_at >= since,
               Enrollment.institution_id.is_not(None)).group_by(Enrollment.institution_id))
    return {institution_id: (int(good), int(all_)) for institution_id, good, all_ in rows if institution_id}
