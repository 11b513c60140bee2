"""The certificate sheet and the certificates in the back office (N-13, N-18)."""
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import Select, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, day, daytime, expose, status
from core.base.clock import local_date
from core.base.errors import DomainError, NotFound, Refused
from core.base.sheets import Finding, SheetError, write_sheet
from core.identity import Person, person_of
from core.organization import class_of, posts
from core.registry import holdings, statuses
from core.registry.models import Certificate, RegistryHolding, StatusSheet
from core.registry.queries import status_entry, status_of
from core.registry.service import lift_abnormal, set_abnormal
from core.registry.sheet import CertificateSheet, columns
from core.registry.states import KIND_TEXTS, STATUS_TEXTS, Kind, Status
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id
from core.web.forms import Form, FormSchema, shown

TONES = {Status.NORMAL: Tone.DONE, Status.ABNORMAL: Tone.STOP, Status.SUSPENDED: Tone.ACTIVE, Status.VOID: Tone.QUIET,
         Status.CANCELLED: Tone.STOP}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SheetSchema(FormSchema[dict[str, Any]]):
    """The upload of the certificate sheet."""

    sheet = fields.Raw(required=True, metadata=shown(_l("证书表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "请先下载模板，按模板填写。有一处不对就整份不写入，改好再传。")))


class StatusSheetSchema(FormSchema[dict[str, Any]]):
    """The upload of the sheet of statuses (JL-08)."""

    sheet = fields.Raw(required=True, metadata=shown(_l("证书状态表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "列：证书编号、姓名、证书状态（正常或非正常）、备注（理由）。")))


def _status(value: str) -> object:
    found = Status(value) if value in set(Status) else None
    return status(STATUS_TEXTS[found], TONES[found]) if found else status(value)


def _kind(value: str) -> str:
    return str(KIND_TEXTS[Kind(value)]) if value in set(Kind) else value


def _post_choices(ctx: Ctx) -> Sequence[tuple[str, str]]:
    return [(post.code, post.name) for post in posts(ctx, retired=True)]


class Holdings(TableView[RegistryHolding]):
    """证书数据: what the embedded ministry registry holds; filled from a sheet, pulled when somebody registers."""

    model, key, title, group, icon = RegistryHolding, "holdings", _l("证书数据"), Group.RECORDS, "patch-check"
    summary = _l("主管部门的证书表格，学员登录后从这里下载本人证书。")
    lead = _l("学员首次登录或再次获取证书时，系统按身份证号从这里取得本人的所有证书。")
    search_hint = _l("身份证号或证书编号")
    private_search = True
    empty = _l("导入证书表格后，学员就能取得自己的证书。")
    list_template = "console/holdings.html"
    columns = (
        Col[RegistryHolding]("number", _l("证书编号"), lambda row: row.number, sort=RegistryHolding.number, kind="short"),
        Col[RegistryHolding]("name", _l("姓名"), lambda row: row.name, kind="short"),
        Col[RegistryHolding]("id_number", _l("身份证号"), lambda row: masked_id(row.id_number), kind="short"),
        Col[RegistryHolding]("post", _l("岗位名称"), lambda row: row.post.name),
        Col[RegistryHolding]("issuer", _l("发证机构"), lambda row: row.issuer, sort=RegistryHolding.issuer),
        Col[RegistryHolding]("issued", _l("发证日期"), lambda row: day(row.issued_on), sort=RegistryHolding.issued_on,
                             kind="short"),
        Col[RegistryHolding]("kind", _l("证书类型"), lambda row: _kind(row.kind), kind="short"),
        Col[RegistryHolding]("status", _l("证书状态"), lambda row: _status(row.status), kind="short"),
        Col[RegistryHolding]("updated", _l("更新时间"), lambda row: daytime(row.updated_at),
                             sort=RegistryHolding.updated_at, kind="short"),
    )
    picks = (
        Pick("post", _l("岗位"), _post_choices,
             lambda rows, value: rows.where(RegistryHolding.post.has(code=value))),
        Pick("status", _l("证书状态"), lambda _ctx: [(one.value, str(words)) for one, words in STATUS_TEXTS.items()],
             lambda rows, value: rows.where(RegistryHolding.status == value)),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(RegistryHolding).order_by(RegistryHolding.updated_at.desc(), RegistryHolding.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        if term.startswith("~"):
            return rows.where(RegistryHolding.id_number_mac == term[1:])
        return rows.where(RegistryHolding.number.contains(term.upper(), autoescape=True))

    def facts(self, ctx: Ctx, row: RegistryHolding) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("省份"), row.province), Fact(_("备注"), row.remark)]

    def buttons(self, ctx: Ctx) -> Sequence[tuple[Any, str]]:
        return [(_l("导入证书表格"), self.at("import_view"))]

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """All rows of a right sheet, or what is wrong in it and nothing written."""
        form = Form(SheetSchema(), request)
        findings: Sequence[Finding] = ()
        if form.submitted() and (asked := form.load()) is not None:
            try:
                sheet = _checked(asked["sheet"].read(), asked["sheet"].filename)
                findings = sheet.findings
                filled = holdings.fill(current_ctx(), sheet)
            except DomainError as error:
                form.fail(error)
            else:
                flash(_("已写入：新增 %(new)s 条，更新 %(changed)s 条，没有变化 %(same)s 条。", new=filled.new,
                        changed=filled.changed, same=filled.same), "done")
                return redirect(self.at("index_view"), 303)
        return self.draw("console/holdings_import.html", form=form, findings=findings), form.status

    @expose("/template/", methods=("POST",))
    def template_view(self) -> ResponseReturnValue:
        """The empty sheet with its drop-down lists."""
        ctx = current_ctx()
        names = [post.name for post in posts(ctx)]
        return _sheet_file(write_sheet(columns(names, local_date(ctx.now)), [], name="证书"), "certificates.xlsx")


def _checked(data: bytes, filename: str) -> CertificateSheet:
    try:
        return holdings.check_sheet(current_ctx(), data, filename)
    except SheetError as error:
        raise Refused(f"registry.sheet.{error.code}", error.sentence, field="sheet") from error


COLUMNS: Sequence[Col[Certificate]] = (
    Col[Certificate]("number", _l("证书编号"), lambda row: row.number, sort=Certificate.number, kind="short"),
    Col[Certificate]("name", _l("姓名"), lambda row: person_of(current_ctx(), row.person_id).name, kind="short"),
    Col[Certificate]("post", _l("岗位名称"), lambda row: row.post.name),
    Col[Certificate]("issuer", _l("发证机构"), lambda row: row.issuer),
    Col[Certificate]("issued", _l("发证日期"), lambda row: day(row.issued_on), sort=Certificate.issued_on,
                     kind="short"),
    Col[Certificate]("kind", _l("证书类型"), lambda row: _kind(row.kind), sort=Certificate.kind, kind="short"),
    Col[Certificate]("status", _l("证书状态"), lambda row: _status(status_of(row)), kind="short"),
)


class Certificates(TableView[Certificate]):
    """学员证书: the certificates that the platform keeps for its trainees, with their status (N-20, N-51)."""

    model, key, title, group, icon = Certificate, "certificates", _l("学员证书"), Group.RECORDS, "award"
    permission = Permission.READ_CASES
    summary = _l("学员已取得的证书和状态。")
    search_hint = _l("身份证号或证书编号")
    private_search = True
    empty = _l("学员取得证书后，这里会有记录。")
    columns = COLUMNS
    picks = (
        Pick("post", _l("岗位"), _post_choices, lambda rows, value: rows.where(Certificate.post.has(code=value))),
        Pick("kind", _l("证书类型"), lambda _ctx: [(one.value, str(words)) for one, words in KIND_TEXTS.items()],
             lambda rows, value: rows.where(Certificate.kind == value)),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Certificate).order_by(Certificate.created_at.desc(), Certificate.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        if term.startswith("~"):
            return rows.where(Certificate.person_id.in_(select(Person.id).where(Person.id_number_mac == term[1:])))
        return rows.where(Certificate.number.contains(term.upper(), autoescape=True))

    def facts(self, ctx: Ctx, row: Certificate) -> Sequence[Fact]:
        history = [Fact(daytime(entry.at), f"{STATUS_TEXTS.get(Status(entry.status), entry.status)} {entry.remark}")
                   for entry in row.entries if entry.status in set(Status)]
        number = person_of(ctx, row.person_id).id_number
        return [*super().facts(ctx, row), Fact(_("身份证号"), masked_id(number)), Fact(_("省份"), row.province),
                Fact(_("人员类别"), class_of(ctx, row.post).name), *history]


class CertificateStates(Certificates):
    """证书状态: set and lift 非正常, one by one or by a sheet, each with its reason (JL-08)."""

    key, title, icon = "certificate-states", _l("证书状态"), "sliders"
    permission = Permission.ADMINISTER
    summary = _l("设置、恢复“非正常”，单本或用表格。")
    lead = _l("设为非正常的证书不能更新，理由显示在学员的“备注”里。恢复正常也要写明理由。")
    columns = (*COLUMNS, Col[Certificate]("remark", _l("备注"), lambda row: status_entry(row).remark))
    actions = (
        RowAction[Certificate](
            "abnormal", _l("设为非正常"), None, lambda row: _("“%(number)s”设为非正常后，学员不能更新这本证书。", number=row.number),
            lambda row: status_of(row) is Status.NORMAL, kind="danger", note=_l("理由（学员会在备注里看到）"),
            run_noted=set_abnormal),
        RowAction[Certificate](
            "lift", _l("恢复正常"), None, lambda row: _("“%(number)s”恢复正常。", number=row.number),
            lambda row: status_of(row) is Status.ABNORMAL, note=_l("理由（学员会在备注里看到）"), run_noted=lift_abnormal),
    )

    def buttons(self, ctx: Ctx) -> Sequence[tuple[Any, str]]:
        return [(_l("用表格设置"), self.at("import_view"))]

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """The sheet is looked through; nothing is written before it is confirmed."""
        ctx, form = current_ctx(), Form(StatusSheetSchema(), request)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                report = statuses.check_sheet(ctx, asked["sheet"].read(), asked["sheet"].filename)
            except DomainError as error:
                ctx.rollback()
                form.fail(DomainError(error.code, error.sentence, field="sheet", status=error.status))
            else:
                return redirect(self.at("report_view", id=report.id), 303)
        past = ctx.db.scalars(select(StatusSheet).order_by(StatusSheet.created_at.desc()).limit(10)).all()
        return self.draw("console/states_import.html", form=form, past=past), form.status

    @expose("/import/<id>/")
    def report_view(self, id: str) -> str:
        """What was found, and whether it has been written."""
        return self.draw("console/states_report.html", report=_report(id))

    @expose("/import/<id>/write/", methods=("POST",))
    def write_view(self, id: str) -> ResponseReturnValue:
        """Write what was confirmed."""
        report = statuses.write_sheet_rows(current_ctx(), _report(id).id)
        flash(_("已写入：%(changed)s 本证书的状态已改变。", changed=report.changed), "done")
        return redirect(self.at("report_view", id=report.id), 303)

    @expose("/import/<id>/mend/", methods=("POST",))
    def mend_view(self, id: str) -> ResponseReturnValue:
        """The rows to be mended, faulty cells marked."""
        key = _report(id).mend_key
        if key is None:
            raise NotFound("registry.nothing_to_mend", _("这份表格没有需要改正的行。"))
        return _sheet_file(current_ctx().blobs.get(key), "mend.xlsx")

    @expose("/template/", methods=("POST",))
    def template_view(self) -> ResponseReturnValue:
        """The empty sheet with its drop-down list."""
        return _sheet_file(write_sheet(statuses.COLUMNS, [], name="证书状态"), "states.xlsx")


def _report(id: str) -> StatusSheet:
    try:
        return statuses.status_sheet(current_ctx(), UUID(id))
    except ValueError:
        raise NotFound("registry.no_status_sheet", _("没有这次导入。")) from None


def _sheet_file(data: bytes, filename: str) -> Response:
    response = Response(data, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return response


def install(console: Console) -> None:
    console.add(Holdings(), Certificates(), CertificateStates())
