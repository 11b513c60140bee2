"""Numbers that name people and firms: 居民身份证, mobile phone, 统一社会信用代码 (N-09, U3, ZJ-08)."""
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers
from stdnum import numdb
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

MALE, FEMALE = "男", "女"
OLDEST_AGE = 150
_NOISE = re.compile(r"[\s\-‐-―−·.'‘’`​-‏⁠﻿]+")
_SCIENTIFIC = re.compile(r"^\d+(\.\d+)?[Ee]\+?\d+$")
_MOBILE = re.compile(r"^1[3-9]\d{9}$")


class IdError(ValueError):
    """A number which cannot be right; `code` is for programs, `str(error)` tells which part is wrong."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class IdNumber:
    """A resident ID number in its one written form: 17 digits and a digit or capital X."""

    number: str
    birth_date: date
    sex: str
    province: str
    county: str

    def __str__(self) -> str:
        return self.number

    def age(self, on: date) -> int:
        """Full years on a calendar day."""
        before = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - before


def tidy(text: str) -> str:
    """What was meant, however it was typed: full-width forms narrowed, blanks, dashes and quotes dropped."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


def parse_id_number(text: str, today: date | None = None) -> IdNumber:
    """The resident ID number in `text`; grouped or full-width typing is accepted, x made X (N-09).

    With `today` (a Shanghai calendar day) a birth in the future or over 150 years ago is refused.
    Raises IdError.
    """
    number = tidy(text).upper()
    _check_shape(number)
    birth = _birth_date(number, today)
    province, county = _region(number, birth.year)
    if number[-1] != ric.calc_check_digit(number):
        raise IdError("id_checksum", "身份证号的最后一位与前 17 位不相符，很可能有一位输错了。请对照身份证逐位核对。")
    return IdNumber(number, birth, MALE if int(number[16]) % 2 else FEMALE, province, county)


def _check_shape(number: str) -> None:
    if not number:
        raise IdError("id_empty", "请填写身份证号。")
    if _SCIENTIFIC.match(number) or ("+" in number and "E" in number):
        raise IdError("id_scientific",
                      "身份证号是“1.10101E+17”这种格式，后几位已经丢失。请把单元格设为文本后重新输入 18 位号码。")
    if len(number) == 15 and number.isdigit():
        raise IdError("id_old", "这是 15 位的旧身份证号。请填写现行的 18 位身份证号。")
    if len(number) != 18:
        raise IdError("id_length", f"身份证号应为 18 位，现在是 {len(number)} 位。")
    if not (number[:17].isascii() and number[:17].isdigit()):
        at = next(i for i, c in enumerate(number[:17]) if not (c.isascii() and c.isdigit()))
        raise IdError("id_character", f"身份证号第 {at + 1} 位是“{number[at]}”，前 17 位只能是数字。")
    if number[17] not in "0123456789X":
        raise IdError("id_character", f"身份证号最后一位是“{number[17]}”，只能是数字或 X。")


def _birth_date(number: str, today: date | None) -> date:
    shown = f"{number[6:10]}年{number[10:12]}月{number[12:14]}日"
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdError("id_birth", f"身份证号第 7 到 14 位是出生日期，{shown}不存在。") from None
    if today is not None and not 0 <= (today - birth).days <= OLDEST_AGE * 366:
        raise IdError("id_birth", f"身份证号第 7 到 14 位是出生日期，{shown}不可能是出生日期。")
    return birth


def _region(number: str, birth_year: int) -> tuple[str, str]:
    """Province and county of the first six digits.

    python-stdnum refuses a division that was founded after the year of birth, and with it the standard's own
    example (born 1880, 潮阳县 founded 1983) and everybody born shortly before a division was founded, since a
    number is given years after the birth. Only a division that had ended before the birth is impossible.
    """
    wrong = IdError("id_region", f"身份证号前 6 位是地区代码，没有 {number[:6]} 这个地区。")
    province, counties = _division(number[:6])
    for county in counties:
        if not county.startswith("["):
            return province, county
        years, name = county[1:].split("]", 1)
        end = years.split("-")[1]
        if end and birth_year > int(end):
            continue
        return province, name
    raise wrong


@lru_cache(maxsize=8192)
def _division(code: str) -> tuple[str, tuple[str, ...]]:
    """The province and all counties that a code was ever given to. A sheet of thousands asks for the same few."""
    info: dict[str, str] = {}
    for _part, properties in numdb.get("cn/loc").info(code):
        info.update(properties)
    return info.get("province", ""), tuple(info["county"].split(",")) if "county" in info else ()


def check_digit(stem: str) -> str:
    """The last digit that belongs to the first 17 of a resident ID number."""
    return str(ric.calc_check_digit(stem + "0"))


def mask_id_number(number: str) -> str:
    """110101********1234: all that a list, a log or a public page may show (U3)."""
    if len(number) <= 10:
        return "*" * len(number)
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def group_id_number(number: str) -> str:
    """110101 19800101 0010: 6-8-4, as people read it aloud."""
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else number


def parse_mobile(text: str) -> str:
    """The 11 digits of a mainland mobile number, +86, blanks and dashes accepted. Raises IdError. N-08."""
    number = tidy(text).replace("(", "").replace(")", "")
    for prefix in ("+86", "0086"):
        number = number.removeprefix(prefix)
    if len(number) == 13 and number.startswith("86"):
        number = number[2:]
    if not number:
        raise IdError("mobile_empty", "请填写手机号。")
    if _SCIENTIFIC.match(number):
        raise IdError("mobile_scientific", "手机号是“1.38E+10”这种格式。请把单元格设为文本后重新输入 11 位手机号。")
    if not (number.isascii() and number.isdigit()):
        raise IdError("mobile_character", "手机号只能由数字组成。")
    if number[0] == "0" and len(number) >= 10:
        raise IdError("mobile_kind", "这是座机号，收不到短信。请填写以 1 开头的 11 位手机号。")
    if len(number) != 11:
        raise IdError("mobile_length", f"手机号应为 11 位，现在是 {len(number)} 位。")
    if number[0] != "1":
        raise IdError("mobile_kind", "请填写以 1 开头的 11 位手机号，座机收不到短信。")
    if not _MOBILE.match(number) or not _may_be_mobile(number):
        raise IdError("mobile_range", f"没有以 {number[:3]} 开头的手机号段，请核对手机号。")
    return number


def _may_be_mobile(number: str) -> bool:
    """Known as a mobile, or not known at all: carriers open ranges faster than tables learn."""
    parsed = phonenumbers.parse(number, "CN")
    return phonenumbers.is_possible_number(parsed) and phonenumbers.number_type(parsed) in (
        phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.UNKNOWN)


def mask_mobile(number: str) -> str:
    """138****5678."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else "*" * len(number)


def group_mobile(number: str) -> str:
    """138 1234 5678: 3-4-4."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if len(number) == 11 else number


def parse_credit_code(text: str) -> str:
    """The 18 characters of a 统一社会信用代码 (GB 32100). Raises IdError. ZJ-08."""
    code = tidy(text).upper()
    if not code:
        raise IdError("credit_code_empty", "请填写统一社会信用代码。")
    if len(code) != 18:
        raise IdError("credit_code_length", f"统一社会信用代码应为 18 位，现在是 {len(code)} 位。")
    try:
        return uscc.validate(code)
    except ValidationError:
        pass
    letters = [c for c in code if c in "IOZSV" or not (c.isascii() and c.isalnum())]
    if letters:
        raise IdError("credit_code_character",
                      f"统一社会信用代码里不会出现“{letters[0]}”，请看是不是数字 0、1、2、5 写成了字母。")
    raise IdError("credit_code_checksum", "统一社会信用代码的校验位不对，很可能有一位输错了。请对照营业执照逐位核对。")


def mask_name(name: str) -> str:
    """张*、欧阳** : family name kept, as a public page shows it (U3)."""
    kept = 2 if len(name) > 3 and name[:2] in _DOUBLE_SURNAMES else 1
    return name[:kept] + "*" * (len(name) - kept) if len(name) > 1 else "*"


_DOUBLE_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 "
    "慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 "
    "轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门".split())
