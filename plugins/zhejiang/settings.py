"""What Zhejiang's administrators may set; each value with the row it was read from.

"A.7" marks what was decided where the manual is silent.
"""
from dataclasses import dataclass

from core.api import Ctx


@dataclass(frozen=True)
class ZhejiangRules:
    cities: tuple[str, ...]              # ZJ-04: whose authorities review
    suffixes: tuple[tuple[str, str], ...]    # ZJ-11: document kind → what its file's name ends with after $
    educations: tuple[str, ...]          # ZJ-19: the drop-down of the sheet
    years_own: tuple[tuple[str, int], ...]       # ZJ-35: education level → years of work, own speciality
    years_related: tuple[tuple[str, int], ...]   # ZJ-35: likewise, related speciality
    years_other: tuple[tuple[str, int], ...]     # likewise, neither; a level that is missing never passes
    guard_payer: str                     # ZJ-23: refuse | warn
    guard_title: str                     # ZJ-24
    guard_amount: str                    # ZJ-23
    guard_reuse: str                     # C-18: the same voucher picture used twice
    sheet_rows: int                      # most rows of a sheet
    zip_mb: int                          # most MiB of a zip
    zip_entries: int
    sampling_percent: int                # how many of a bulk verdict are opened one by one
    strictness: str                      # ZJ-14: the notice, as shown


_DEFAULTS = ZhejiangRules(
    cities=("杭州市", "宁波市", "温州市", "嘉兴市", "湖州市", "绍兴市", "金华市", "衢州市", "舟山市", "台州市", "丽水市"),
    suffixes=(("photo", "头像"), ("id_front", "身份证正面"), ("id_back", "身份证反面"), ("education", "学历证书"),
              ("form", "报名表"), ("experience", "工作年限证明")),
    educations=("研究生", "本科", "专科", "中职", "高中"),
    years_own=(("研究生", 0), ("本科", 1), ("专科", 2), ("中职", 3)),
    years_related=(("研究生", 1), ("本科", 2), ("专科", 3), ("中职", 4)),
    years_other=(),
    guard_payer="refuse", guard_title="refuse", guard_amount="refuse", guard_reuse="refuse",
    sheet_rows=20_000, zip_mb=1024, zip_entries=20_000, sampling_percent=10,
    strictness="")


def rules_of(ctx: Ctx) -> ZhejiangRules:
    """The rules in force now."""
    return _DEFAULTS
