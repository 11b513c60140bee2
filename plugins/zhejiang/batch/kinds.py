"""What the batch doctor may find: the kinds, their words, and which of them keep a row out."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l


class Outcome(StrEnum):
    """What becomes of a row; every row has exactly one (P-23)."""

    FRESH = "fresh"      # goes in
    KNOWN = "known"      # is in this batch already
    FAULTY = "faulty"    # stays out, with reasons


class Found(StrEnum):
    """Kinds that the sheet's own columns do not know (those are core.base.sheets' codes)."""

    SEX = "id_sex"
    AGE = "id_age"
    ROW_TWICE = "row_twice"
    PERSON_TWICE = "id_twice"
    TWO_NAMES = "id_two_names"
    PHONE_TWICE = "phone_twice"
    PHONE_OURS = "phone_ours"
    PHONE_TAKEN = "phone_taken"
    NAME_ON_FILE = "name_on_file"
    BARRED = "barred"
    OTHER_BATCH = "other_batch"
    ELSEWHERE = "elsewhere"
    ENROLLED = "enrolled"
    MENDED = "mended"
    COMPUTED = "computed"
    PHONE_ON_FILE = "phone_on_file"
    PHONE_SHARED = "phone_shared"
    NO_CERTIFICATE = "no_certificate"


NOTICES: Final[frozenset[str]] = frozenset({
    Found.MENDED, Found.COMPUTED, Found.PHONE_ON_FILE, Found.PHONE_SHARED, Found.NO_CERTIFICATE})
"""Said, but the row goes in all the same."""

WORDS: Final[Mapping[str, Any]] = {
    "empty": _l("没有填写"), "formula": _l("公式"), "scientific": _l("号码变成 1.10101E+17"),
    "id_scientific": _l("号码变成 1.10101E+17"), "id_length": _l("身份证号位数不对"),
    "id_old": _l("15 位旧身份证号"), "id_character": _l("身份证号里有别的字符"), "id_birth": _l("身份证号里的出生日期不对"),
    "id_region": _l("身份证号里的地区不存在"), "id_checksum": _l("身份证号校验位不对"),
    Found.SEX: _l("性别与身份证号不符"), Found.AGE: _l("未到报名年龄"), "mobile_length": _l("手机号位数不对"),
    "mobile_kind": _l("不是手机号"), "mobile_range": _l("没有这个手机号段"), "mobile_character": _l("手机号里有别的字符"),
    "mobile_scientific": _l("号码变成 1.38E+10"), "choice": _l("不在列表中"), "name": _l("姓名里有别的字符"),
    "long": _l("太长"), Found.ROW_TWICE: _l("整行重复"), Found.PERSON_TWICE: _l("同一个人填了两行"),
    Found.TWO_NAMES: _l("同一身份证号、不同姓名"), Found.PHONE_TWICE: _l("表内手机号重复"),
    Found.PHONE_OURS: _l("手机号是本企业另一位学员的"), Found.PHONE_TAKEN: _l("手机号已是别人的"),
    Found.NAME_ON_FILE: _l("姓名与已有账号不符"), Found.BARRED: _l("在黑名单中"), Found.OTHER_BATCH: _l("已在本企业别的批次"),
    Found.ELSEWHERE: _l("已由别的单位报名"), Found.ENROLLED: _l("今年这个岗位已经报名"), "value": _l("填写不对"),
    Found.MENDED: _l("已自动整理"), Found.COMPUTED: _l("公式，按结果读取"),
    Found.PHONE_ON_FILE: _l("手机号与已有账号不同"), Found.PHONE_SHARED: _l("手机号与别的账号相同"),
    Found.NO_CERTIFICATE: _l("平台上没有这个岗位的证书"),
}


def words_of(kind: str) -> Any:
    """The kind in the words of the page."""
    return WORDS.get(kind, WORDS["value"])
