"""Step 6: the hours audit, clearing and what follows from it (N-44 … N-48)."""
from core.audit.models import AuditCase, AuditDecision
from core.audit.queries import cases_of, last_decision, latest_case, passed_case
from core.audit.service import clear_case, consider, pass_case
from core.audit.states import CaseState, Ground
from core.audit.told import HoursCleared, HoursPassed

__all__ = ["AuditCase", "AuditDecision", "CaseState", "Ground", "HoursCleared", "HoursPassed", "cases_of",
           "clear_case", "consider", "last_decision", "latest_case", "pass_case", "passed_case"]
