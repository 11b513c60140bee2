"""Core's own answers to the hooks that concern certificates."""
from flask import url_for
from flask_babel import gettext as _

from core.base.clock import local_date
from core.base.errors import Problem
from core.certificate.listing import steps_of_certificates
from core.certificate.proofs import missing, proofs_of, standing_proof
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CertificateFacts,
    Column,
    EnrollmentFacts,
    PersonFacts,
    SensitiveAction,
    Step,
    StepState,
)
from core.cycle import continuing_of
from core.extension import hooks
from core.identity import person_facts, person_of
from core.registry import STATUS_TEXTS, Status
from core.tenancy import Ctx


@hookimpl(trylast=True)
def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """证书编号, 岗位名称, 操作 (N-51); a province puts its own between them (X-22)."""
    return columns or (Column("number", _("证书编号")), Column("post", _("岗位名称")), Column("actions", _("操作")))


@hookimpl(trylast=True)
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    """原证书完成继续教育后，可更换电子培训合格证 (N-54); an abnormal or ended one is not replaced; a class
    without continuing education needs no hours (JL-17)."""
    if certificate.electronic:
        return [Problem("already_electronic", _("这本已经是电子证书，不需要再更新。"))]
    if certificate.status != str(STATUS_TEXTS[Status.NORMAL]):
        note = _("（%(note)s）", note=certificate.status_note) if certificate.status_note else ""
        return [Problem("certificate_status", _("证书状态为“%(status)s”%(note)s，现在不能更新。",
                                                status=certificate.status, note=note))]
    rules, year = ctx.rules(), local_date(ctx.now).year
    recorded = any(year - rules.cycle.years_back <= done <= year for done in certificate.years_on_record)
    if certificate.continuing_education and not recorded:
        full = rules.hours.general + rules.hours.professional
        return [Problem("hours_missing", _(
            "还没有%(year)s年度的继续教育学时记录。学满%(full)s学时并通过审核后，即可更新证书。", year=year, full=full),
            hint=_("请到“继续教育”报名，或在“我的培训”继续学习。"))]
    owner = person_facts(ctx, person_of(ctx, certificate.person_id))
    return hooks(ctx).check_sensitive_action(owner, SensitiveAction.REPLACE_CERTIFICATE)


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """七 生成培训证明 (N-49) and 八 证书更新 (N-03, N-52)."""
    return [_proof_step(ctx, person), *steps_of_certificates(ctx, person_of(ctx, person.id))]


def _proof_step(ctx: Ctx, person: PersonFacts) -> Step:
    title, rows = _("生成培训证明"), continuing_of(ctx, person.id)
    ready = [row for row in rows if not missing(ctx, row.id)]
    waiting = next((row for row in ready if standing_proof(ctx, row.id) is None), None)
    if waiting is not None:
        look = Action("proof", title, url_for("certificate.proof", enrollment_id=waiting.id))
        return Step(7, title, StepState.UNDER_WAY, _("%(post)s：可以打印学时证明了。", post=waiting.post.name), action=look)
    if ready:
        newest = proofs_of(ctx, person.id)[0]
        look = Action("proof", title, url_for("certificate.proof", enrollment_id=newest.enrollment_id))
        return Step(7, title, StepState.DONE, _("学时证明已生成。"), since=newest.issued_at, action=look)
    return Step(7, title, StepState.WAITING_START, _("学时审核与考核全部通过后可打印。"))


@hookimpl(trylast=True)
def collect_enrollment_actions(ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
    """打印证书 of a row of 我的培训: before it can be, it says what is missing (N-32, N-49). A first training has no
    year's proof; its certificate is in 证书管理 (ZJ-36)."""
    if enrollment.first_time:
        return []
    why_not = missing(ctx, enrollment.id)
    if why_not:
        return [Action("proof", _("打印证书"), why_not=why_not, order=30)]
    return [Action("proof", _("打印证书"), url_for("certificate.print_proof", enrollment_id=enrollment.id), order=30,
                   method="post")]
