"""附件5 土建类本专业、相关专业对应表, as printed (ZJ-35), and how what somebody typed is found in it. Pure.

A speciality that the table does not hold is unknown, never "something like": what resembles it is only offered to a
person, who decides.
"""
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

NEAR, ALIKE = 5, 0.6


class Level(StrEnum):
    """学历层次 of the table."""

    GRADUATE = "研究生"
    BACHELOR = "本科"
    COLLEGE = "专科"
    SECONDARY = "中职"


class Group(StrEnum):
    """The two columns of posts."""

    A = "A"
    B = "B"


class Fit(StrEnum):
    """How a speciality stands to a post: OTHER is in the table, but not for this level and post."""

    OWN = "own"
    RELATED = "related"
    OTHER = "other"
    UNKNOWN = "unknown"


GROUPS: Final[Mapping[str, Group]] = {
    "施工员": Group.A, "质量员": Group.A, "标准员": Group.A, "安全员": Group.A, "机械员": Group.A,
    "材料员": Group.B, "劳务员": Group.B, "资料员": Group.B,
}
"""The family of a post → its column."""

LEVELS: Final[Mapping[str, Level]] = {
    "研究生": Level.GRADUATE, "博士": Level.GRADUATE, "硕士": Level.GRADUATE, "博士研究生": Level.GRADUATE,
    "硕士研究生": Level.GRADUATE, "本科": Level.BACHELOR, "大学本科": Level.BACHELOR, "专科": Level.COLLEGE,
    "大专": Level.COLLEGE, "大学专科": Level.COLLEGE, "高职": Level.COLLEGE, "中职": Level.SECONDARY,
    "中专": Level.SECONDARY, "职高": Level.SECONDARY, "技校": Level.SECONDARY,
}
"""学历 as the sheet offers it, and as diplomas say it. 高中 and below stand in no row."""


@dataclass(frozen=True)
class Line:
    """One of the eight rows: its number in print, and the specialities of both columns."""

    number: int
    level: Level
    fit: Fit
    title: str
    a: tuple[str, ...]
    b: tuple[str, ...]

    def column(self, group: Group) -> tuple[str, ...]:
        return self.a if group is Group.A else self.b


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split("、"))


_BACHELOR = _names("土木工程、建筑环境与设备工程、给水排水工程、工程管理")
_COLLEGE_RELATED = _names("城镇规划与管理类、房地产类、公路监理、道路桥梁工程技术、高速铁道技术、电气化铁道技术、铁道工程技术、"
                          "城市轨道交通工程技术、港口工程技术、管道工程技术、管道工程施工、水利工程与管理类")
TABLE: Final[Sequence[Line]] = (
    Line(1, Level.GRADUATE, Fit.OWN, "土建类研究生本专业", _names("土木工程（一级学科）、建筑与土木工程（工程硕士）"),
         _names("土木工程（一级学科）、管理科学与工程、建筑与土木工程（工程硕士）")),
    Line(2, Level.BACHELOR, Fit.OWN, "土建类本科本专业", _BACHELOR, _BACHELOR),
    Line(3, Level.COLLEGE, Fit.OWN, "土建类专科本专业", _names("建筑设计类、土建施工类、建筑设备类、工程管理类、市政工程类"),
         _names("建筑设计类、土建施工类、建筑设备类、工程管理类、市政工程类、房地产类")),
    Line(4, Level.GRADUATE, Fit.RELATED, "土建类研究生相关专业", _names("建筑学（一级学科）、管理科学与工程"),
         _names("建筑学（一级学科）")),
    Line(5, Level.BACHELOR, Fit.RELATED, "土建类本科相关专业", _names("建筑学、城市规划"),
         _names("建筑学、城市规划、电气工程及其自动化")),
    Line(6, Level.COLLEGE, Fit.RELATED, "土建类专科相关专业", _COLLEGE_RELATED, _COLLEGE_RELATED),
    Line(7, Level.SECONDARY, Fit.OWN, "土建类中职本专业",
         _names("建筑工程施工、建筑装饰、古建筑修缮与仿建、土建工程检测、建筑设备安装、供热通风与空调施工运行、给排水工程施工与运行、"
                "楼宇智能化设备安装与运行"),
         _names("建筑工程施工、建筑装饰、城镇建设、工程造价、古建筑修缮与仿建、土建工程检测、建筑设备安装、供热通风与空调施工运行、"
                "给排水工程施工与运行、工程施工机械运用与维修")),
    Line(8, Level.SECONDARY, Fit.RELATED, "土建类中职相关专业",
         _names("城镇建设、道路与桥梁工程施工、市政工程施工、铁道施工与养护、水电工程建筑施工"),
         _names("道路与桥梁工程施工、铁道施工与养护、水电工程建筑施工、市政工程施工、物业管理、房地产营销与管理")),
)
"""房地产类 is own for B and related for both; 城镇建设 own for B, related for A: where both rows of a level hold it, the
own one counts."""

MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "建筑设计类": _names("建筑设计技术、建筑装饰工程技术、中国古建筑工程技术、室内设计技术、环境艺术设计、园林工程技术"),
    "城镇规划与管理类": _names("城镇规划、城市管理与监察"),
    "土建施工类": _names("建筑工程技术、地下工程与隧道工程技术、基础工程技术"),
    "建筑设备类": _names("建筑设备工程技术、供热通风与空调工程技术、建筑电气工程技术、楼宇智能化工程技术"),
    "工程管理类": _names("建筑工程管理、工程造价、建筑经济管理、工程监理"),
    "市政工程类": _names("市政工程技术、城市燃气工程技术、给排水工程技术、水工业技术、消防工程技术"),
    "房地产类": _names("房地产经营与估价、物业管理、物业设施管理"),
    "水利工程与管理类": _names("水利工程、水利工程施工技术、水利水电建筑工程、灌溉与排水技术、城市水利、水利水电工程管理、水务管理、水利工程监理"),
}
"""Specialities that a college's category usually holds. Not in the seed: offered to the reviewer, never judged by."""

_BRACKETS = re.compile(r"[(\[【〔](一级学科|二级学科|工程硕士|[^()\[\]【】〔〕]{0,20}方向)[)\]】〕]")
_NOISE = re.compile(r"[\s·()\[\]【】〔〕]+")


def group_of(family: str) -> Group | None:
    """The column of a post's family; None for a family that the table does not name."""
    return GROUPS.get(family)


def level_of(education: str) -> Level | None:
    """The level of a 学历; None where the table has no row for it."""
    return LEVELS.get(plain(education))


def plain(name: str) -> str:
    """A speciality as it is compared: width, blanks, （一级学科）, （某某方向） and a trailing 专业 do not count."""
    narrow = _BRACKETS.sub("", unicodedata.normalize("NFKC", name))
    short = _NOISE.sub("", narrow)
    return short.removesuffix("专业") or short


def row_of(speciality: str, level: Level, group: Group) -> tuple[Fit, Line | None]:
    """How the table judges; the own row before the related one."""
    asked = plain(speciality)
    for line in sorted((line for line in TABLE if line.level is level), key=lambda line: line.fit is Fit.RELATED):
        if asked in {plain(name) for name in line.column(group)}:
            return line.fit, line
    known = any(asked == plain(name) for line in TABLE for name in (*line.a, *line.b))
    return (Fit.OTHER if known else Fit.UNKNOWN), None


def near(speciality: str, level: Level, group: Group) -> tuple[str, ...]:
    """Names of this level's rows that a person may have meant; the category it may belong to first."""
    asked = plain(speciality)
    held = {plain(name): name for line in TABLE if line.level is level for name in line.column(group)}
    if not asked:
        return ()
    found = [category for category, members in MEMBERS.items()
             if level is Level.COLLEGE and plain(category) in held and asked in {plain(name) for name in members}]
    found += [held[name] for name in held if asked in name or name in asked]
    found += [held[name] for name in get_close_matches(asked, held, NEAR, ALIKE)]
    return tuple(dict.fromkeys(found))[:NEAR]
