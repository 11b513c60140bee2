"""The queue as a sheet."""
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from core.api import local
from core.api.sheets import Column, text, write_sheet
from core.api.store import Id
from core.api.web import mask_id_number

from plugins.zhejiang.batch.states import REVIEW_WORDS, CandidateState
from plugins.zhejiang.review.queries import Case
from plugins.zhejiang.review.wording import OUTCOME_WORDS, said


def exported(cases: Sequence[Case], firms: Mapping[Id, str]) -> bytes:
    """An xlsx; ID numbers stay masked as in every list."""
    titles = (_("姓名"), _("身份证号"), _("岗位"), _("学历"), _("所学专业"), _("毕业时间"), _("岗位工作年限"), _("报名单位"),
              _("资格审核状态"), _("系统判断"), _("原因"), _("时间"), _("审核人"))
    columns = [Column(f"c{place}", str(title), text(2000)) for place, title in enumerate(titles)]
    return write_sheet(columns, [_row(one, firms) for one in cases], name=str(_("资格审核")))


def _row(case: Case, firms: Mapping[Id, str]) -> list[object]:
    held, last = case.application, case.last
    left = held.graduated_on if held else None
    why = "；".join(last.refused.values()) if last and not last.passed else "".join(
        said(one) for one in case.verdict.reasons)
    return [case.person.name, mask_id_number(case.person.id_number), case.post.name, case.candidate.education,
            held.speciality if held else "", left or "", "" if held is None or held.years is None else held.years,
            firms[case.candidate.enterprise_id], str(REVIEW_WORDS[CandidateState(case.candidate.state)]),
            str(OUTCOME_WORDS[case.verdict.outcome]), why, f"{local(case.candidate.moved_at):%Y-%m-%d %H:%M}",
            last.name if last else ""]
