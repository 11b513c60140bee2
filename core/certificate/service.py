"""Replacement 证书更新, yearly refresh, suspension and its end: one function per use case."""
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Refused, refuse_all
from core.blacklist import check_not_barred
from core.certificate.issuing import current_issue, issue_version, lines_of, newer_years, next_serial
from core.certificate.models import CertificateIssue
from core.certificate.rules import certificate_number, series_of
from core.extension import hooks
from core.identity import Person, person_of
from core.organization import Post
from core.registry import issue_first as enter_first
from core.registry import (
    Certificate,
    Kind,
    NewCertificate,
    Status,
    certificate,
    certificate_facts,
    certificates_of,
    issue_electronic,
    restore,
    status_of,
    suspend,
)
from core.tenancy import Ctx

REPLACED = "certificate_replaced"


def replace(ctx: Ctx, person: Person, certificate_id: Id) -> Certificate:
    """证书更新 (N-52): the electronic certificate is issued and the old one voided, both or neither.

    Of fifty at once one succeeds; the others get Conflict. Refused with each reason when hours are missing or
    the certificate is abnormal (hook check_replacement), or when it cannot be drawn.
    """
    old = certificate(ctx, certificate_id, person=person)
    ctx.db.refresh(old, with_for_update={"of": Certificate})
    if status_of(old) is Status.VOID:
        raise Conflict(REPLACED, _("这本证书已经更新过，原证书已作废。请在“证书管理”查看新的电子证书。"))
    refuse_all(hooks(ctx).check_replacement(certificate_facts(ctx, old, person)))
    try:
        new = issue_electronic(ctx, old, _new_facts(ctx, old.province))
    except IntegrityError:
        raise Conflict(REPLACED, _("这本证书正在更新，请不要重复点击。请稍后在“证书管理”查看。")) from None
    issue_version(ctx, new)
    ctx.record("certificate.replace", old.id, new=str(new.id))
    return new


def issue_first(ctx: Ctx, person: Person, post: Post, province: str) -> Certificate:
    """首次取证: the certificate of who has passed the test (ZJ-30). It is drawn when its holder first fetches it, since
    only then basics and photo must be complete (ZJ-36). Conflict for who holds one of the post that is not ended,
    Refused for who is on the blacklist (ZJ-14)."""
    check_not_barred(ctx, person)
    if any(held.post_id == post.id and status_of(held) not in (Status.VOID, Status.CANCELLED)
           for held in certificates_of(ctx, person, foreign=True)):
        raise Conflict("certificate_held", _("这位学员已经持有%(post)s岗位证书，没有重复发证。", post=post.name))
    new = enter_first(ctx, person, post, _new_facts(ctx, province))
    ctx.record("certificate.first", new.id, post=post.name)
    return new


def _new_facts(ctx: Ctx, province: str) -> NewCertificate:
    rules = ctx.rules().certificate
    today = local_date(ctx.now)
    serial = next_serial(ctx, series_of(rules.number_format, province, today.year))
    number = certificate_number(rules.number_format, province, today.year, serial)
    return NewCertificate(number=number, issuer=rules.issuer, province=province, issued_on=today)


def refresh(ctx: Ctx, person: Person, certificate_id: Id) -> CertificateIssue:
    """获取最新电子证书 (N-57): the same number, the year lines of today, new bytes.

    When the newest version carries them already, it is returned as it is. Refused for a paper certificate and
    for one that is not 正常.
    """
    held = certificate(ctx, certificate_id, person=person)
    ctx.db.refresh(held, with_for_update={"of": Certificate})
    if held.kind != Kind.ELECTRONIC:
        raise Refused("not_electronic", _("这是纸质证书。完成继续教育后请点“证书更新”换发电子证书。"))
    if status_of(held) is not Status.NORMAL:
        raise Refused("certificate_status", _("这本证书现在不是正常状态，不能领取新的版本。"))
    issued = current_issue(ctx, held)
    if issued is not None and not newer_years(ctx, held, person):
        return issued
    return issue_version(ctx, held)


def settle(ctx: Ctx, person_id: Id, post_id: Id) -> None:
    """Bring the person's electronic certificates of a post in line with the record, after hours changed.

    A version that names a year whose hours have been cleared since suspends its certificate; when all its years
    are on record again it is 正常 again.
    """
    person = person_of(ctx, person_id)
    for held in certificates_of(ctx, person):
        issued = current_issue(ctx, held) if held.post_id == post_id else None
        if issued is None:
            continue
        on_record = {line.year for line in lines_of(ctx, held, person)}
        gone = sorted({int(year) for year, _hours in issued.years} - on_record)
        if gone and status_of(held) is Status.NORMAL:
            years = "、".join(str(year) for year in gone)
            suspend(ctx, held, _("%(years)s年度学时已被清除，重新学习并通过审核后恢复", years=years))
        elif not gone and status_of(held) is Status.SUSPENDED:
            restore(ctx, held, _("学时已重新通过审核"))
