"""附件4 报名人员信息汇总表: its columns, its template, and what is suggested for a cell that is wrong (ZJ-19). Pure."""
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from core.api.sheets import (
    Column,
    Finding,
    Heading,
    Row,
    check_digit,
    choice,
    id_number,
    mobile,
    parse_id_number,
    person_name,
    text,
    tidy,
    write_sheet,
)
from core.api.web import IdError

TITLE: Final = "报名人员信息汇总表"
NOTE: Final = ("模板内容皆为必填，身份证号不可以是这种‘1.10101E+17’格式，性别、学历信息请从列表中选择，‘工作单位’填写工作单位的全称，"
               "请按要求填写")
KEYS: Final = ("name", "sex", "id_number", "phone", "education", "employer")
_LOOK_ALIKE: Final = str.maketrans("OoDQIilLZzSB", "000011112258")
_BLANKS: Final = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]")
_MEANT: Final[Mapping[str, str]] = {
    "专科": "大专", "大学专科": "大专", "高职": "大专", "大学": "本科", "大学本科": "本科", "学士": "本科", "硕士": "研究生",
    "硕士研究生": "研究生", "博士": "研究生", "博士研究生": "研究生", "博士后": "研究生", "中职": "中专", "职高": "中专",
    "技校": "中专", "中技": "中专", "初中": "初中及以下", "小学": "初中及以下",
}


def columns(educations: Sequence[str], today: date) -> tuple[Column, ...]:
    """The six columns, in the order of the template."""
    return (
        Column("name", "姓名", person_name(), width=12),
        Column("sex", "性别", choice(("男", "女")), width=6),
        Column("id_number", "身份证号", id_number(today), aliases=("身份证号码", "身份证", "公民身份号码"), width=22),
        Column("phone", "手机号", mobile(), aliases=("手机号码", "手机", "联系手机", "联系电话"), width=14),
        Column("education", "学历", choice(educations), aliases=("文化程度",), width=12),
        Column("employer", "工作单位", text(100, plain=True), aliases=("工作单位全称", "单位名称"), width=36),
    )


def template(wanted: Sequence[Column]) -> bytes:
    """The empty sheet: title, header, note, drop-downs, and numbers as text."""
    return write_sheet(wanted, [], name=TITLE, heading=Heading(TITLE, NOTE))


def advised(row: Row, found: Finding) -> Finding:
    """The finding with what would be right, where that can be told from the row."""
    said = _advice(row, found)
    return Finding(found.row, found.column, found.cell, found.value, found.wrong, said, found.code) if said else found


def _advice(row: Row, found: Finding) -> str:
    typed = tidy(found.value).upper()
    if found.code == "empty" and found.column == "性别" and row.text("id_number"):
        return f"按身份证号应选“{parse_id_number(row.text('id_number')).sex}”。"
    if found.code == "choice" and found.column == "学历":
        meant = _MEANT.get(typed, "")
        return found.right + (f"这里是不是“{meant}”？" if meant and meant in found.right else "")
    if found.code == "id_checksum":
        return f"前 17 位都与身份证一致时，最后一位应是“{check_digit(typed[:17])}”。"
    if found.code == "id_length" and _valid(whole := _completed(typed)):
        return f"如果是漏了最后一位，应是 {whole}；请对照身份证核对。"
    if found.code == "id_old" and typed[6:8] >= "30" and _valid(whole := _modern(typed)):
        return f"对应的 18 位号码是 {whole}，请对照身份证核对。"
    if found.code == "id_character" and _valid(whole := typed[:17].translate(_LOOK_ALIKE) + typed[17:]):
        return f"像是把数字输成了字母，应是 {whole}；请对照身份证核对。"
    return ""


def _completed(stem: str) -> str:
    """Seventeen digits with the one that belongs to them; "" for anything else."""
    return stem + check_digit(stem) if len(stem) == 17 and stem.isascii() and stem.isdigit() else ""


def _modern(old: str) -> str:
    """The 18 digits of a number of 15, that of somebody born from 1930 on: the century and the check digit are what it
    lacked. Before that year it may as well be a 00 that was meant for 2000."""
    stem = f"{old[:6]}19{old[6:]}"
    return stem + check_digit(stem)


def _valid(number: str) -> bool:
    try:
        return parse_id_number(number).number == number
    except IdError:
        return False


def mended(row: Row, column: Column) -> Finding | None:
    """What was put right in a cell without a question, since it can only mean one thing; None for as typed."""
    typed, value = row.raw[column.key], row.text(column.key)
    if typed == value:
        if column.key not in row.numbers:
            return None
        how = ["单元格是数值，按文本读取"]
    else:
        how = _how(typed, value)
    return Finding(row.number, column.title, row.cells[column.key], typed, f"已自动整理（{'、'.join(how)}），",
                   f"按“{value}”报名。", "mended")


def _how(typed: str, value: str) -> list[str]:
    narrow = unicodedata.normalize("NFKC", typed)
    bare = _BLANKS.sub("", narrow)
    said = [words for words, done in (
        ("去掉首尾空格", typed.strip("\u200b\u200c\u200d\u2060\ufeff").strip() != typed),
        ("去掉开头的单引号", bare[:1] in "'‘’" and bare[:1] != value[:1]),
        ("全角改为半角", any(unicodedata.east_asian_width(c) == "F" for c in typed.strip())),
        ("去掉 +86", bare.startswith(("+86", "0086", "86")) and not value.startswith(("+86", "0086", "86"))),
        ("去掉中间的空格或横线", any(c in " \t-‐–—" for c in narrow.strip()) and value != narrow.strip()),
        ("末位 x 改为 X", bare.endswith("x") and value.endswith("X")),
    ) if done]
    return said or ["统一写法"]
