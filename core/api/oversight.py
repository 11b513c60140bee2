"""For a plugin that watches institutions: how tests and audits of their trainees ended, by institution (C-21)."""
from core.audit.outcomes import cleared
from core.exam.outcomes import first_results

__all__ = ["cleared", "first_results"]
