"""The core's answers: certificates and hours in a person's case."""
from flask_babel import gettext as _

from core.contract.hooks import hookimpl
from core.contract.values import CaseSection, PersonFacts
from core.identity import person_of
from core.registry.queries import certificates_of, hours_on_record, status_entry, status_of
from core.registry.states import KIND_TEXTS, STATUS_TEXTS, Kind
from core.tenancy import Ctx


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """证书 (N-13, N-20, JL-08) and 学时记录 (N-50)."""
    owner = person_of(ctx, person.id)
    known = certificates_of(ctx, owner, foreign=True)
    held = tuple((c.number, c.post.name, c.issuer, c.province, c.issued_on.isoformat(), str(KIND_TEXTS[Kind(c.kind)]),
                  str(STATUS_TEXTS[status_of(c)]), status_entry(c).remark) for c in known)
    hours = tuple((line.institution, line.post.name, str(line.year), str(line.hours), str(line.total),
                   line.uploaded_on.isoformat()) for line in hours_on_record(ctx, owner))
    return [
        CaseSection(20, _("证书"), table_head=(
            _("证书编号"), _("岗位名称"), _("发证机构"), _("省份"), _("发证时间"), _("证书类型"), _("证书状态"), _("备注")),
            table=held),
        CaseSection(70, _("学时记录"), table_head=(
            _("机构"), _("岗位"), _("年度"), _("已上传学时数"), _("总学时数"), _("上传日期")), table=hours),
    ]
