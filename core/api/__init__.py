"""All that a plugin may import; the core never imports it. What is not here may change without notice.

Here stands the contract of the hooks. For a plugin with pages and tables of its own: `core.api.web` (routes, forms),
`core.api.store` (tables, jobs), `core.api.console` (the back office).
"""
from core.base.clock import local, local_date, shanghai
from core.base.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Problem,
    Refused,
    TooMany,
    Unavailable,
    refuse_all,
)
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CaseRow,
    CaseSection,
    CertificateFacts,
    Column,
    CourseChoice,
    Deadline,
    EnrollmentFacts,
    ExamAdmission,
    InvoicePolicy,
    OrderFacts,
    OrderPath,
    OrderSubject,
    PersonClass,
    PersonFacts,
    PhoneCorrection,
    RecordNote,
    SensitiveAction,
    Step,
    StepState,
)
from core.tenancy import Actor, Ctx, Role, Rules

__all__ = [
    "Action", "Actor", "CaseRow", "CaseSection", "CertificateFacts", "Column", "Conflict", "CourseChoice", "Ctx",
    "Deadline", "DomainError", "EnrollmentFacts", "ExamAdmission", "Forbidden", "InvoicePolicy", "NotFound",
    "OrderFacts", "OrderPath", "OrderSubject", "PersonClass", "PersonFacts", "PhoneCorrection", "Problem",
    "RecordNote", "Refused", "Role", "Rules", "SensitiveAction", "Step", "StepState", "TooMany", "Unavailable",
    "hookimpl", "local", "local_date", "refuse_all", "shanghai",
]
