"""证书管理, replacement and refresh, and the files of the person who is signed in."""
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.base.errors import NotFound
from core.certificate import listing, proofs, public, service
from core.certificate.issuing import issues_of
from core.certificate.web import bp, pdf_response
from core.cycle import Enrollment, enrollment
from core.extension import hooks
from core.identity import current_person
from core.organization import class_of
from core.registry import (
    KIND_TEXTS,
    STATUS_TEXTS,
    Kind,
    certificate,
    certificate_facts,
    hours_on_record,
    status_entry,
    status_of,
)
from core.web import JianxueFlask, current_ctx, once, page
from core.web.once import new_once


def install(app: JianxueFlask) -> None:
    public.open_to_all(app)


@bp.get("/certificates")
@policy(Permission.STUDY)
def certificates() -> ResponseReturnValue:
    """证书管理 (N-51), and below it the hours on record (N-50); with `?class=` those of one class of persons (X-27)."""
    ctx = current_ctx()
    person = current_person(ctx)
    columns = [(column.key, column.title, *(("act",) if column.key in ("actions", "download") else ()))
               for column in listing.columns(ctx)]
    rules, wanted = ctx.rules(), request.args.get("class", "")
    group = next((one for one in hooks(ctx).collect_person_classes() if one.code == wanted), None)
    rows = [line for line in listing.lines(ctx, person) if group in (None, class_of(ctx, line.held.post))]
    return page("certificate/list.html", columns=columns, rows=rows, group=group,
                hours=hours_on_record(ctx, person), hint=rules.texts.certificates_hint,
                continuing=ctx.text("continuing_hint", url=rules.portal.library_banner_url.rstrip("/")))


@bp.get("/certificates/<uuid:certificate_id>")
@policy(Permission.STUDY)
def view(certificate_id: UUID) -> ResponseReturnValue:
    """查看: the facts (N-20), the newest version and the earlier ones (N-57)."""
    ctx = current_ctx()
    person = current_person(ctx)
    held = certificate(ctx, certificate_id, person=person)
    entry = status_entry(held)
    facts = [
        (_("证书编号"), held.number), (_("岗位名称"), held.post.name), (_("证书类别"), str(KIND_TEXTS[Kind(held.kind)])),
        (_("省份"), held.province), (_("发证单位"), held.issuer), (_("发证时间"), held.issued_on.isoformat()),
        (_("证书状态"), str(STATUS_TEXTS[status_of(held)])), (_("备注"), entry.remark),
    ]
    line = next(row for row in listing.lines(ctx, person) if row.held.id == held.id)
    return page("certificate/view.html", held=held, facts=facts, issues=issues_of(ctx, held), line=line,
                year_line=ctx.rules().certificate.year_line,
                first=listing.first_file(ctx, line),
                newer=next((action for action in line.actions if action.key == "refresh"), None))


@bp.get("/certificates/<uuid:certificate_id>/replace")
@policy(Permission.STUDY)
def replace(certificate_id: UUID) -> ResponseReturnValue:
    """The dialog before 证书更新, or why it cannot be done (N-52)."""
    ctx = current_ctx()
    person = current_person(ctx)
    held = certificate(ctx, certificate_id, person=person)
    problems = hooks(ctx).check_replacement(certificate_facts(ctx, held, person))
    if problems:
        return page("certificate/refused.html", held=held, problems=problems)
    rules = ctx.rules()
    return page("certificate/replace.html", held=held, title=rules.certificate.update_label,
                text=rules.texts.replacement, action=url_for(".replace_now", certificate_id=held.id),
                cancel=url_for(".certificates"), fields={"_once": new_once()})


@bp.post("/certificates/<uuid:certificate_id>/replace")
@once
@policy(Permission.STUDY)
def replace_now(certificate_id: UUID) -> ResponseReturnValue:
    """证书更新 (N-52): both or neither."""
    ctx = current_ctx()
    new = service.replace(ctx, current_person(ctx), certificate_id)
    flash(_("电子证书已生成，原证书已作废。"), "done")
    return redirect(url_for(".view", certificate_id=new.id), 303)


@bp.post("/certificates/<uuid:certificate_id>/refresh")
@once
@policy(Permission.STUDY)
def refresh(certificate_id: UUID) -> ResponseReturnValue:
    """获取最新电子证书 (N-57)."""
    ctx = current_ctx()
    issued = service.refresh(ctx, current_person(ctx), certificate_id)
    flash(_("电子证书已生成，可以下载。") if issued.version == 1 else _("已生成最新电子证书，证书编号不变。"), "done")
    return redirect(url_for(".view", certificate_id=certificate_id), 303)


@bp.get("/certificates/<uuid:certificate_id>/file")
@policy(Permission.STUDY)
def file(certificate_id: UUID) -> ResponseReturnValue:
    """下载: the newest version, or with ?version= an earlier one; always the bytes that were issued."""
    ctx = current_ctx()
    held = certificate(ctx, certificate_id, person=current_person(ctx))
    wanted = request.args.get("version", "")
    for issued in issues_of(ctx, held):
        if not wanted or str(issued.version) == wanted:
            return pdf_response(ctx, issued.document)
    raise NotFound("no_file", _("这本证书没有电子文件。"))


@bp.post("/proofs/<uuid:enrollment_id>")
@policy(Permission.STUDY)
def print_proof(enrollment_id: UUID) -> ResponseReturnValue:
    """【打印证书】 (N-49): issued at the first click, shown ever after."""
    ctx = current_ctx()
    _own(enrollment_id)
    proofs.issue_proof(ctx, enrollment_id)
    return redirect(url_for(".proof", enrollment_id=enrollment_id), 303)


@bp.get("/proofs/<uuid:enrollment_id>")
@policy(Permission.STUDY)
def proof(enrollment_id: UUID) -> ResponseReturnValue:
    """The proof with its file, or what is still missing."""
    ctx = current_ctx()
    row = _own(enrollment_id)
    return page("certificate/proof.html", row=row, proof=proofs.standing_proof(ctx, enrollment_id),
                missing=proofs.missing(ctx, enrollment_id))


@bp.get("/proofs/<uuid:enrollment_id>/file")
@policy(Permission.STUDY)
def proof_file(enrollment_id: UUID) -> ResponseReturnValue:
    """The frozen bytes."""
    _own(enrollment_id)
    found = proofs.standing_proof(current_ctx(), enrollment_id)
    if found is None:
        raise NotFound("no_proof", _("还没有学时证明。请从“我的培训”点“打印证书”。"))
    return pdf_response(current_ctx(), found.document)


def _own(enrollment_id: UUID) -> Enrollment:
    """The acting person's enrollment; somebody else's is as unknown as none."""
    ctx = current_ctx()
    row = enrollment(ctx, enrollment_id)
    if row.person_id != ctx.actor.person_id:
        raise NotFound("enrollment", _("没有找到这项培训。请从“我的培训”中打开。"))
    return row
