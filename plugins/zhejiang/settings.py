"""What Zhejiang's administrators may set; `settings.toml` beside it holds the values and the row of each."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from core.api import Ctx


@dataclass(frozen=True)
class ZhejiangRules:
    """A table [zhejiang] in the tenant's file sets them otherwise."""

    cities: tuple[str, ...]                      # whose authorities review
    suffixes: tuple[tuple[str, str], ...]        # document kind, what its file's name says after $
    educations: tuple[str, ...]                  # the drop-down of the sheet
    least_age: int                               # nobody younger is enrolled
    years_own: tuple[tuple[str, int], ...]       # level, years of work: own speciality
    years_related: tuple[tuple[str, int], ...]   # related speciality
    years_other: tuple[tuple[str, int], ...]     # neither; a level that is not named never passes
    guard_payer: str                             # each of the five: refuse | warn
    guard_title: str
    guard_amount: str
    guard_reuse: str                             # the same voucher picture or bank reference twice
    guard_date: str                              # paid before the order was there
    sheet_rows: int                              # most rows of a sheet
    zip_mb: int                                  # most MiB of a zip
    zip_entries: int
    first_general: int                           # class hours of a first training online, both parts
    first_professional: int
    attendance_percent: int                      # of the class hours of a training in class
    risk_hours_a_day: float                      # who needs more class hours a day than this is at risk
    picture_kb: int                              # most of one picture; photos: [photo] max_kb
    picture_side: int                            # fewest pixels of its shorter side
    sampling_percent: int                        # of a bulk verdict, so many are opened one by one
    review_days: int                             # an institution's answer that takes longer is late (C-21)
    strictness: str                              # what stands above the institutions
    admission_minutes: int                       # so long before a test its candidates are recognised and seated
    late_entry_minutes: int                      # nobody is let in so long after it began
    cheating_bar_months: int                     # so long a bar is proposed for whom an invigilator caught


RULES = ZhejiangRules
NAMES: Mapping[str, Any] = {
    "": _l("浙江企业报名"),
    "cities": _l("审核企业的城市"), "suffixes": _l("资料文件名后缀"), "educations": _l("学历选项"),
    "least_age": _l("报名最低年龄（周岁）"),
    "years_own": _l("本专业所需工作年限"), "years_related": _l("相关专业所需工作年限"), "years_other": _l("其他专业所需工作年限"),
    "guard_payer": _l("缴费单位与企业不一致时"), "guard_title": _l("开票单位与缴费单位不一致时"),
    "guard_amount": _l("缴费金额与订单不一致时"), "guard_reuse": _l("同一张凭证或流水号重复使用时"),
    "guard_date": _l("付款日期早于订单时"),
    "sheet_rows": _l("报名汇总表最多行数"), "zip_mb": _l("资料压缩包最大（MB）"), "zip_entries": _l("资料压缩包最多文件数"),
    "first_general": _l("线上职业培训通用课程学时"), "first_professional": _l("线上职业培训专业课程学时"),
    "attendance_percent": _l("线下培训须签到的学时比例（%）"),
    "picture_kb": _l("每张资料图片最大（kB）"), "picture_side": _l("资料图片短边至少（像素）"),
    "sampling_percent": _l("批量审核抽查比例（%）"),
    "review_days": _l("资格审核超过多少天算超期"),
    "strictness": _l("培训机构比较页的提示"),
    "risk_hours_a_day": _l("每天须学超过多少学时算有风险"),
    "admission_minutes": _l("测试开始前多少分钟可以入场"), "late_entry_minutes": _l("开考多少分钟后不得入场"),
    "cheating_bar_months": _l("测试作弊提请列入黑名单的月数"),
}


def rules_of(ctx: Ctx) -> ZhejiangRules:
    """The rules in force now."""
    return ctx.plugin_rules(ZhejiangRules)
