# mypy: disable-error-code="empty-body"
"""Every hook. The verb tells the kind:

- `resolve_*`: the first answer that is not None wins; the core's own is always last.
- `collect_*`: lists, joined in the tenant's plugin order, the core's first.
- `adjust_*`: a value goes through the plugins in the tenant's order.
- `check_*`: lists of problems; any blocks. An implementation that raises blocks too.
- `on_*`: after commit, each plugin on its own; what it raises is logged.

Values go in, values come out (`core.contract.values`); `ctx` is always first.
"""
import pluggy

from core.base.errors import Problem
from core.contract.values import (
    Action,
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
    PersonClass,
    PersonFacts,
    PhoneCorrection,
    RecordNote,
    SensitiveAction,
    Step,
)
from core.tenancy import Ctx

hookspec = pluggy.HookspecMarker("jianxue")
hookimpl = pluggy.HookimplMarker("jianxue")


class Hooks:
    """The specifications; `core.extension.hooks(ctx)` calls them with types."""

    @hookspec
    def collect_steps(self, ctx: Ctx, person: PersonFacts) -> list[Step]:
        """办到哪一步: when the trainee's home or a case page is shown.

        Core: each flow gives its own step of the eight; a plugin's step stands in place of the core's of the same
        number. Rows N-03, C-28, X-10.
        """

    @hookspec
    def collect_enrollment_actions(self, ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
        """The buttons of a row of 我的培训. Core: course, exam and certificate give theirs. Row N-32."""

    @hookspec
    def collect_case_sections(self, ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
        """The blocks of a person's whole case in the back office. Core: one per flow."""

    @hookspec
    def collect_person_classes(self, ctx: Ctx) -> list[PersonClass]:
        """The classes of persons a tenant knows. Core: 施工现场专业人员. Row X-24."""

    @hookspec(firstresult=True)
    def resolve_order_path(self, ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
        """Who enrolls, and who pays how: when an enrollment is submitted, and before that for one only wished for.

        A wish has the person and the running year, its other ids are all zeros. Core: the trainee, online. Row X-10.
        """

    @hookspec(firstresult=True)
    def resolve_course_choice(self, ctx: Ctx, enrollment: EnrollmentFacts) -> CourseChoice | None:
        """Which packages an enrollment studies, when it is opened. Core: by post and year. Row X-11."""

    @hookspec(firstresult=True)
    def resolve_exam_required(self, ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
        """Whether this post needs the online exam. Core: the rule `exam.required`. Row X-15."""

    @hookspec(firstresult=True)
    def resolve_exam_admission(self, ctx: Ctx, enrollment: EnrollmentFacts) -> ExamAdmission | None:
        """Who may begin the exam, from which moment its time runs, and whether it is bound to one computer: before
        a sitting begins, and for the button that begins it. Core: all hours learned; from its own beginning, at
        any computer. Rows N-40, X-16, ZJ-29."""

    @hookspec(firstresult=True)
    def resolve_invoice_policy(self, ctx: Ctx) -> InvoicePolicy | None:
        """How an invoice is had. Core: the rule `payment.invoice`. Row X-23."""

    @hookspec(firstresult=True)
    def resolve_phone_correction(self, ctx: Ctx, person: PersonFacts) -> PhoneCorrection | None:
        """Who may correct a phone. Core: the trainee, by an SMS code to the new number. Row X-08."""

    @hookspec
    def collect_record_notes(self, ctx: Ctx, person: PersonFacts) -> list[RecordNote]:
        """What stands above 我的档案. Core: that SMS to this phone come back undelivered. Rows BJ-01, C-22."""

    @hookspec
    def check_sensitive_action(self, ctx: Ctx, person: PersonFacts, action: SensitiveAction) -> list[Problem]:
        """Before a password is reset by SMS, the phone changed or a certificate replaced; study is never asked.

        Core: no problem; a correction desk lets a time pass after it changed the phone. Rows C-22, BJ-02.
        """

    @hookspec
    def adjust_certificate_columns(self, ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The columns of 证书管理. Core: 证书编号, 岗位名称, 操作. Rows N-51, X-22."""

    @hookspec
    def check_ready_to_study(self, ctx: Ctx, person: PersonFacts, enrollment: EnrollmentFacts) -> list[Problem]:
        """Before the player opens. Core: paid, photo on file. Row X-09."""

    @hookspec
    def check_eligibility(self, ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
        """Before a certificate is enrolled for a year. Core: not voided, year within the window. Row X-18."""

    @hookspec
    def check_refund(self, ctx: Ctx, order: OrderFacts) -> list[Problem]:
        """Before a trainee takes the money of a paid order back. Core: nothing studied. Rows A.7, N-28."""

    @hookspec
    def collect_order_notes(self, ctx: Ctx, order: OrderFacts, leaving: bool) -> list[str]:
        """Sentences to read before an order is paid (`leaving` false), or cancelled or refunded (true).

        Core: who then owes the general hours. Rows A.7, N-25.
        """

    @hookspec
    def check_replacement(self, ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
        """Before 证书更新. Core: hours of the year on record, not voided, not abnormal. Rows N-52, N-54, X-18."""

    @hookspec(firstresult=True)
    def resolve_deadline(self, ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
        """Until when a certificate can be replaced: before replacement, enrollment, countdown and reminders.

        Core: the rule `deadline.ends`, for what can be replaced at all. A province answers `Deadline()` for whom
        its deadline does not concern. Asked only where that rule is set. Rows GD-01, GD-02, C-20.
        """

    @hookspec
    def on_hours_passed(self, ctx: Ctx, enrollment: EnrollmentFacts) -> None:
        """After an audit passed and was committed. Core: nothing. Row N-44."""
