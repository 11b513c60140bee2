"""What the room says: the rules' reasons as sentences, the common reasons of a refusal."""
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from plugins.zhejiang.documents.states import DocumentKind
from plugins.zhejiang.review.rules import Outcome, Reason, Verdict, Why
from plugins.zhejiang.review.table import Fit, Level

OUTCOME_WORDS: Final[Mapping[Outcome, Any]] = {
    Outcome.PASSES: _l("符合条件"), Outcome.FAILS: _l("不符合条件"), Outcome.UNKNOWN: _l("需人工判断")}
OUTCOME_TONES: Final[Mapping[Outcome, str]] = {
    Outcome.PASSES: "done", Outcome.FAILS: "stop", Outcome.UNKNOWN: "active"}
FIT_WORDS: Final[Mapping[Fit, Any]] = {
    Fit.OWN: _l("本专业"), Fit.RELATED: _l("相关专业"), Fit.OTHER: _l("其他专业"), Fit.UNKNOWN: _l("表中没有")}

_WHY: Final[Mapping[Why, Any]] = {
    Why.NO_SPECIALITY: _l("没有填写所学专业。"),
    Why.NO_GRADUATION: _l("没有填写毕业时间。"),
    Why.NO_YEARS: _l("没有填写岗位工作年限。"),
    Why.NO_JOBS: _l("没有填写起止年月，年限无法核对。"),
    Why.POST: _l("专业对应表里没有“%(post)s”这个岗位。"),
    Why.LEVEL: _l("这个学历不在专业对应表的四个层次（研究生、本科、专科、中职）里。"),
    Why.SPECIALITY_UNKNOWN: _l("专业对应表里没有“%(speciality)s”，请对照毕业证书判断。"),
    Why.SPECIALITY_OTHER: _l("“%(speciality)s”不是这个学历和岗位的本专业或相关专业。"),
    Why.NO_RULE: _l("本平台没有设置这个学历所需的工作年限，不能报名。"),
    Why.TOO_FEW_YEARS: _l("要求工作满 %(asked)s 年，只有 %(years)s 年。"),
    Why.CLAIM_TOO_HIGH: _l("证明写 %(claimed)s 年，各段起止年月合计只有 %(years)s 年 %(months)s 个月。"),
    Why.TOO_YOUNG: _l("有一段工作开始时不满 %(age)s 周岁。"),
    Why.STILL_IN_SCHOOL: _l("毕业时间 %(day)s 还没有到。在校生由所在学校统一报名。"),
    Why.FRESH_GRADUATE: _l("是 %(year)s 年的毕业生。当年度毕业生由所在学校统一报名，请判断能否由企业报名。"),
    Why.LONG_GRADUATED: _l("%(year)s 年已毕业，不是在校生或当年度毕业生，应由工作单位报名。"),
}

COMMON: Final[Mapping[DocumentKind, Sequence[Any]]] = {
    DocumentKind.PHOTO: (_l("照片不清晰，请换一张"), _l("背景不是白底"), _l("不是免冠正面证件照"), _l("照片与身份证不是同一人")),
    DocumentKind.ID_FRONT: (_l("看不清，请重新拍摄"), _l("四角不全"), _l("不是本人的身份证"), _l("正反面放反了")),
    DocumentKind.ID_BACK: (_l("看不清，请重新拍摄"), _l("四角不全"), _l("身份证已过有效期"), _l("正反面放反了")),
    DocumentKind.EDUCATION: (_l("看不清，请重新拍摄"), _l("证书上的姓名与本人不一致"), _l("学历与所填不一致"), _l("专业与所填不一致")),
    DocumentKind.FORM: (_l("没有本人签名"), _l("没有单位公章"), _l("内容与所填不一致"), _l("有漏填的项目")),
    DocumentKind.EXPERIENCE: (_l("没有单位公章或负责人签名"), _l("年限与起止年月不一致"), _l("年限与所填不一致"), _l("看不清，请重新拍摄")),
}
DATA = "data"
DATA_WORD = _l("所填信息")
DATA_COMMON = (_l("所学专业与毕业证书不一致"), _l("毕业时间与毕业证书不一致"), _l("工作年限与证明不一致"))
"""What was typed and not sent as a picture may be refused like a document, under this key."""


def said(reason: Reason) -> str:
    """The reason as a sentence."""
    sentence = str(_WHY[reason.why])
    return sentence % reason.facts if reason.facts else sentence


def basis(verdict: Verdict) -> str:
    """By which row of appendix 5, and how many years that asks for."""
    if verdict.line is None:
        return ""
    row = str(_("对应表第 %(number)s 行“%(title)s”", number=verdict.line.number, title=verdict.line.title))
    if verdict.asked_years is None:
        return row
    if verdict.student:
        return row + str(_("，学校统一报名的学生不要求工作年限"))
    return row + str(_("，要求工作满 %(asked)s 年", asked=verdict.asked_years))


def worked(months: int) -> str:
    """3 年 4 个月."""
    return str(_("%(years)s 年 %(months)s 个月", years=months // 12, months=months % 12))


def level_word(level: Level | None) -> str:
    return level.value if level else str(_("对应表里没有"))
