"""A plugin that answers every hook, so that each is exercised; each answer differs from the core's."""
from datetime import UTC, datetime

from core.api import (
    Action,
    CaseRow,
    CaseSection,
    CertificateFacts,
    Column,
    CourseChoice,
    Ctx,
    Deadline,
    EnrollmentFacts,
    ExamAdmission,
    InvoicePolicy,
    OrderFacts,
    OrderPath,
    PersonClass,
    PersonFacts,
    PhoneCorrection,
    Problem,
    RecordNote,
    SensitiveAction,
    Step,
    StepState,
    hookimpl,
)


@hookimpl
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    return [Step(9, "省级步骤", StepState.WAITING_START)]


@hookimpl
def collect_enrollment_actions(ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
    return [Action("provincial", "省级按钮", "/provincial")]


@hookimpl
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    return [CaseSection(99, "省级资料", (CaseRow("编号", "1"),))]


@hookimpl
def collect_person_classes(ctx: Ctx) -> list[PersonClass]:
    return [PersonClass("skilled", "施工现场技能人员", continuing_education=False)]


@hookimpl
def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
    return OrderPath(self_service=False, sentence="由集团统一缴费")


@hookimpl
def resolve_course_choice(ctx: Ctx, enrollment: EnrollmentFacts) -> CourseChoice | None:
    return CourseChoice(("recommended",), by_trainee=True)


@hookimpl
def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
    return False if enrollment.post == "机械员" else None


@hookimpl
def resolve_exam_admission(ctx: Ctx, enrollment: EnrollmentFacts) -> ExamAdmission | None:
    return ExamAdmission(Problem("not_admitted", "请先在考场核验身份。"), one_place=True)


@hookimpl
def resolve_invoice_policy(ctx: Ctx) -> InvoicePolicy | None:
    return InvoicePolicy("statement")


@hookimpl
def resolve_phone_correction(ctx: Ctx, person: PersonFacts) -> PhoneCorrection | None:
    return PhoneCorrection(by_self=False, sentence="请拨打服务电话", phones=("13366510035",))


@hookimpl
def collect_record_notes(ctx: Ctx, person: PersonFacts) -> list[RecordNote]:
    return [RecordNote("phone", "请核实手机号", phones=("13366510035",), urgent=True)]


@hookimpl
def check_sensitive_action(ctx: Ctx, person: PersonFacts, action: SensitiveAction) -> list[Problem]:
    return [Problem("cooling", "手机号刚更正，请明天再办理")]


@hookimpl
def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return (*columns, Column("status", "证书状态"))


@hookimpl
def check_ready_to_study(ctx: Ctx, person: PersonFacts, enrollment: EnrollmentFacts) -> list[Problem]:
    return [Problem("id_scans", "请先上传身份证正反面")]


@hookimpl
def check_eligibility(ctx: Ctx, certificate: CertificateFacts, year: int) -> list[Problem]:
    return [Problem("issuer", "本省不受理这个发证单位的证书")]


@hookimpl
def check_refund(ctx: Ctx, order: OrderFacts) -> list[Problem]:
    return [Problem("textbooks", "教材已经寄出，不能自行退款")]


@hookimpl
def collect_order_notes(ctx: Ctx, order: OrderFacts, leaving: bool) -> list[str]:
    return ["教材不退"]


@hookimpl
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    return [Problem("deadline", "换证已截止")]


@hookimpl
def resolve_deadline(ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
    return Deadline(datetime(2020, 12, 31, 16, tzinfo=UTC))


@hookimpl
def on_hours_passed(ctx: Ctx, enrollment: EnrollmentFacts) -> None:
    ctx.record("plugin.hours_passed", enrollment.id)
