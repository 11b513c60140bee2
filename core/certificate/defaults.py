"""Core's own answers to the hooks that concern certificates."""
from flask_babel import gettext as _

from core.base.clock import local_date
from core.base.errors import Problem
from core.certificate.listing import steps_of_certificates
from core.contract.hooks import hookimpl
from core.contract.values import CertificateFacts, Column, PersonFacts, Step
from core.identity import person_of
from core.registry import STATUS_TEXTS, Status
from core.tenancy import Ctx


@hookimpl(trylast=True)
def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """证书编号, 岗位名称, 操作 (N-51); a province puts its own between them (X-22)."""
    return columns or (Column("number", _("证书编号")), Column("post", _("岗位名称")), Column("actions", _("操作")))


@hookimpl(trylast=True)
def check_replacement(ctx: Ctx, certificate: CertificateFacts) -> list[Problem]:
    """原证书完成继续教育后，可更换电子培训合格证 (N-54); an abnormal or ended one is not replaced."""
    if certificate.electronic:
        return [Problem("already_electronic", _("这本已经是电子证书，不需要再更新。"))]
    if certificate.status != str(STATUS_TEXTS[Status.NORMAL]):
        note = _("（%(note)s）", note=certificate.status_note) if certificate.status_note else ""
        return [Problem("certificate_status", _("证书状态为“%(status)s”%(note)s，现在不能更新。",
                                                status=certificate.status, note=note))]
    rules, year = ctx.rules(), local_date(ctx.now).year
    if not any(year - rules.cycle.years_back <= done <= year for done in certificate.years_on_record):
        full = rules.hours.general + rules.hours.professional
        return [Problem("hours_missing", _(
            "还没有%(year)s年度的继续教育学时记录。学满%(full)s学时并通过审核后，即可更新证书。", year=year, full=full),
            hint=_("请到“继续教育”报名，或在“我的培训”继续学习。"))]
    return []


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """八 证书更新 (N-03, N-52)."""
    return steps_of_certificates(ctx, person_of(ctx, person.id))
