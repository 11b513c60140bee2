"""Beijing's answers to the contract; the manual beside them is in README.md."""
from core.api import (
    Ctx,
    EnrollmentFacts,
    OrderPath,
    PersonFacts,
    PhoneCorrection,
    RecordNote,
    Step,
    StepState,
    hookimpl,
)

ASK_BY_PHONE = "个人无法更正手机号码，请拨北京建工培训中心服务电话进行更正。"


@hookimpl
def resolve_phone_correction(ctx: Ctx, person: PersonFacts) -> PhoneCorrection | None:
    """BJ-02, X-08: never by the trainee; by a call to one of the centre's two numbers."""
    return PhoneCorrection(by_self=False, sentence=ASK_BY_PHONE, phones=ctx.rules().portal.centre_phones)


@hookimpl
def collect_record_notes(ctx: Ctx, person: PersonFacts) -> list[RecordNote]:
    """BJ-01: 重要提示, first and large, where the phone is to be looked at."""
    return [RecordNote("important", ctx.rules().texts.important_notice, title="重要提示：",
                       phones=ctx.rules().portal.centre_phones, urgent=True)]


@hookimpl
def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
    """X-10, A.7: the group pays; the trainee sees no order."""
    return OrderPath(self_service=False, sentence=ctx.text("pay_note"))


@hookimpl
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """X-10: 三 在线缴费 is nobody's to do."""
    return [Step(3, "在线缴费", StepState.DONE, ctx.text("pay_note"))]


@hookimpl
def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
    """BJ-11: 部分岗位需要在线考核."""
    return enrollment.post in ctx.rules().exam.posts
