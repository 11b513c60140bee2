"""Hook calls with types: services say `hooks(ctx).resolve_exam_required(facts)` and never touch pluggy."""
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
from core.extension.asking import Asking
from core.tenancy import Ctx


class HookCalls(Asking):
    """All hooks of one tenant for one context."""

    def collect_steps(self, person: PersonFacts) -> list[Step]:
        return sorted(self._collect("collect_steps", Step, person=person), key=lambda step: step.order)

    def collect_enrollment_actions(self, enrollment: EnrollmentFacts) -> list[Action]:
        found = self._collect("collect_enrollment_actions", Action, enrollment=enrollment)
        return sorted(found, key=lambda action: action.order)

    def collect_case_sections(self, person: PersonFacts) -> list[CaseSection]:
        return sorted(self._collect("collect_case_sections", CaseSection, person=person),
                      key=lambda section: section.order)

    def collect_person_classes(self) -> list[PersonClass]:
        return self._collect("collect_person_classes", PersonClass)

    def resolve_order_path(self, enrollment: EnrollmentFacts) -> OrderPath:
        answer: OrderPath = self._resolve("resolve_order_path", enrollment=enrollment)
        return answer

    def resolve_course_choice(self, enrollment: EnrollmentFacts) -> CourseChoice:
        answer: CourseChoice = self._resolve("resolve_course_choice", enrollment=enrollment)
        return answer

    def resolve_exam_required(self, enrollment: EnrollmentFacts) -> bool:
        return bool(self._resolve("resolve_exam_required", enrollment=enrollment))

    def resolve_exam_admission(self, enrollment: EnrollmentFacts) -> ExamAdmission:
        answer: ExamAdmission = self._resolve("resolve_exam_admission", enrollment=enrollment)
        return answer

    def resolve_invoice_policy(self) -> InvoicePolicy:
        answer: InvoicePolicy = self._resolve("resolve_invoice_policy")
        return answer

    def resolve_phone_correction(self, person: PersonFacts) -> PhoneCorrection:
        answer: PhoneCorrection = self._resolve("resolve_phone_correction", person=person)
        return answer

    def collect_record_notes(self, person: PersonFacts) -> list[RecordNote]:
        found = self._collect("collect_record_notes", RecordNote, person=person)
        return sorted(found, key=lambda note: not note.urgent)

    def check_sensitive_action(self, person: PersonFacts, action: SensitiveAction) -> list[Problem]:
        return self._check("check_sensitive_action", person=person, action=action)

    def adjust_certificate_columns(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return self._adjust("adjust_certificate_columns", "columns", columns)

    def check_ready_to_study(self, person: PersonFacts, enrollment: EnrollmentFacts) -> list[Problem]:
        return self._check("check_ready_to_study", person=person, enrollment=enrollment)

    def check_eligibility(self, certificate: CertificateFacts, year: int) -> list[Problem]:
        return self._check("check_eligibility", certificate=certificate, year=year)

    def check_refund(self, order: OrderFacts) -> list[Problem]:
        return self._check("check_refund", order=order)

    def collect_order_notes(self, order: OrderFacts, leaving: bool) -> list[str]:
        return self._collect("collect_order_notes", str, order=order, leaving=leaving)

    def check_replacement(self, certificate: CertificateFacts) -> list[Problem]:
        return self._check("check_replacement", certificate=certificate)

    def resolve_deadline(self, certificate: CertificateFacts) -> Deadline:
        answer: Deadline = self._resolve("resolve_deadline", certificate=certificate)
        return answer

    def on_hours_passed(self, enrollment: EnrollmentFacts) -> None:
        self._tell("on_hours_passed", enrollment=enrollment)


def hooks(ctx: Ctx) -> HookCalls:
    """The hooks of the context's tenant."""
    return HookCalls(ctx)
