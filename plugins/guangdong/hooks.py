"""Guangdong's answers to the contract; the manual beside them is in README.md."""
from core.api import CertificateFacts, Ctx, Deadline, EnrollmentFacts, OrderPath, hookimpl
from plugins.guangdong import rules


@hookimpl
def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
    """三: 学员携有效证件到省住建厅公布的培训机构报名，按公示的收费标准缴纳培训费及教材费 (GD-04, GD-06, X-10)."""
    return OrderPath(self_service=False, sentence=rules.WHERE_TO_ENROLL, self_enrollment=False)


@hookimpl
def resolve_deadline(ctx: Ctx, certificate: CertificateFacts) -> Deadline | None:
    """GD-01, GD-02: the end of 2020 (`deadline.ends`) is set for the certificates of the task; no other is hurried."""
    return None if rules.in_the_task(ctx.rules(), certificate) else Deadline()
