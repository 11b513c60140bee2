"""Hook calls with types: services say `hooks(ctx).resolve_exam_required(facts)` and never touch pluggy."""
import logging
from typing import Any, TypeVar

from core.base.errors import Problem, Unavailable
from core.contract.values import (
    Action,
    CaseSection,
    CertificateFacts,
    Column,
    CourseChoice,
    Deadline,
    EnrollmentFacts,
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

log = logging.getLogger("jianxue.plugins")
T = TypeVar("T")
UNDECIDED = "这一步暂时无法判断，没有做任何更改。请稍后再试，或拨打服务电话。"


class HookCalls:
    """All hooks of one tenant for one context."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._hook = ctx.tenant.plugins.hook

    def _resolve(self, name: str, **values: Any) -> Any:
        """A deciding hook fails closed: nothing is granted when a plugin raises."""
        try:
            answer = getattr(self._hook, name)(ctx=self._ctx, **values)
        except Exception as error:
            log.exception("hook %s failed at tenant %s", name, self._ctx.tenant.slug)
            raise Unavailable("hook_failed", UNDECIDED) from error
        if answer is None:
            raise Unavailable("hook_unanswered", UNDECIDED)
        return answer

    def _collect(self, name: str, kind: type[T], **values: Any) -> list[T]:
        """Each implementation on its own: one that raises is logged and left out."""
        found: list[T] = []
        for implementation in self._in_order(name):
            try:
                found += self._call(implementation, values)
            except Exception:
                log.exception("hook %s of %s failed at tenant %s", name, implementation.plugin_name,
                              self._ctx.tenant.slug)
        return found

    def _check(self, name: str, **values: Any) -> list[Problem]:
        problems: list[Problem] = []
        for implementation in self._in_order(name):
            try:
                problems += self._call(implementation, values) or []
            except Exception:
                log.exception("hook %s of %s failed at tenant %s", name, implementation.plugin_name,
                              self._ctx.tenant.slug)
                problems.append(Problem("hook_failed", UNDECIDED))
        return [problem for problem in problems if problem.final] or problems

    def _in_order(self, name: str) -> list[Any]:
        """The core's answers first, then the plugins in the tenant's order."""
        found = list(reversed(getattr(self._hook, name).get_hookimpls()))
        core = [item for item in found if item.trylast]
        return core[::-1] + [item for item in found if not item.trylast]

    def _call(self, implementation: Any, values: dict[str, Any]) -> Any:
        given = {"ctx": self._ctx, **values}
        return implementation.function(*(given[name] for name in implementation.argnames))

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
        for implementation in self._in_order("adjust_certificate_columns"):
            columns = self._call(implementation, {"columns": columns})
        return columns

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
        for implementation in self._in_order("on_hours_passed"):
            try:
                self._call(implementation, {"enrollment": enrollment})
            except Exception:
                log.exception("hook on_hours_passed of %s failed at tenant %s", implementation.plugin_name,
                              self._ctx.tenant.slug)


def hooks(ctx: Ctx) -> HookCalls:
    """The hooks of the context's tenant."""
    return HookCalls(ctx)
