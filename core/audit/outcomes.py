"""How the audits of institutions' trainees ended: figures for who watches that all are alike strict (C-21)."""
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func, select

from core.audit.models import AuditCase
from core.audit.states import CaseState
from core.base.db import Id
from core.cycle import Enrollment
from core.tenancy import Ctx


def cleared(ctx: Ctx, since: datetime) -> Mapping[Id, tuple[int, int]]:
    """Institution → how many cases were cleared, of how many that were opened since and decided."""
    gone = func.sum(case((AuditCase.state == CaseState.CLEARED, 1), else_=0))
    rows = ctx.db.execute(
        select(Enrollment.institution_id, gone, func.count()).select_from(AuditCase)
        .join(Enrollment, Enrollment.id == AuditCase.enrollment_id)
        .where(AuditCase.state != CaseState.WAITING, AuditCase.opened_at >= since,
               Enrollment.institution_id.is_not(None)).group_by(Enrollment.institution_id))
    return {institution_id: (int(bad), int(all_)) for institution_id, bad, all_ in rows if institution_id}
