"""Eligibility: appendix 5 row by row, years of work, students (ZJ-20, ZJ-33, ZJ-34, ZJ-35; B-54)."""
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.organization import FAMILIES
from plugins.zhejiang.review.rules import (
    Facts,
    Job,
    Month,
    Outcome,
    Verdict,
    Why,
    Years,
    jobs_from,
    judge,
    worked_months,
)
from plugins.zhejiang.review.table import GROUPS, MEMBERS, TABLE, Fit, Group, Level, level_of, near, plain, row_of

TODAY = date(2026, 11, 20)
YEARS = Years({"研究生": 0, "本科": 1, "专科": 2, "中职": 3}, {"研究生": 1, "本科": 2, "专科": 3, "中职": 4})

# The table once more, written down from the manual by hand: (row, level, fit, A, B).
PRINTED = [
    (1, "研究生", "own", "土木工程（一级学科） 建筑与土木工程（工程硕士）",
     "土木工程（一级学科） 管理科学与工程 建筑与土木工程（工程硕士）"),
    (2, "本科", "own", "土木工程 建筑环境与设备工程 给水排水工程 工程管理", "土木工程 建筑环境与设备工程 给水排水工程 工程管理"),
    (3, "专科", "own", "建筑设计类 土建施工类 建筑设备类 工程管理类 市政工程类",
     "建筑设计类 土建施工类 建筑设备类 工程管理类 市政工程类 房地产类"),
    (4, "研究生", "related", "建筑学（一级学科） 管理科学与工程", "建筑学（一级学科）"),
    (5, "本科", "related", "建筑学 城市规划", "建筑学 城市规划 电气工程及其自动化"),
    (6, "专科", "related",
     "城镇规划与管理类 房地产类 公路监理 道路桥梁工程技术 高速铁道技术 电气化铁道技术 铁道工程技术 城市轨道交通工程技术 港口工程技术 "
     "管道工程技术 管道工程施工 水利工程与管理类",
     "城镇规划与管理类 公路监理 道路桥梁工程技术 高速铁道技术 电气化铁道技术 铁道工程技术 城市轨道交通工程技术 港口工程技术 "
     "管道工程技术 管道工程施工 水利工程与管理类"),
    (7, "中职", "own",
     "建筑工程施工 建筑装饰 古建筑修缮与仿建 土建工程检测 建筑设备安装 供热通风与空调施工运行 给排水工程施工与运行 "
     "楼宇智能化设备安装与运行",
     "建筑工程施工 建筑装饰 城镇建设 工程造价 古建筑修缮与仿建 土建工程检测 建筑设备安装 供热通风与空调施工运行 "
     "给排水工程施工与运行 工程施工机械运用与维修"),
    (8, "中职", "related", "城镇建设 道路与桥梁工程施工 市政工程施工 铁道施工与养护 水电工程建筑施工",
     "道路与桥梁工程施工 铁道施工与养护 水电工程建筑施工 市政工程施工 物业管理 房地产营销与管理"),
]
CELLS = [(number, level, fit, group, name)
         for number, level, fit, a, b in PRINTED for group, names in (("A", a), ("B", b)) for name in names.split()]


@pytest.mark.parametrize(("number", "level", "fit", "group", "name"), CELLS)
def test_every_cell_of_appendix_5(number: int, level: str, fit: str, group: str, name: str) -> None:
    """ZJ-35: all eight rows, both columns; 房地产类 stands in rows 3 and 6 of B and counts as own there."""
    found, line = row_of(name, Level(level), Group(group))
    assert (found, line and line.number) == (Fit(fit), number)


def test_no_cell_holds_more_than_was_printed() -> None:
    """ZJ-35: 房地产类 stands in both rows of column B, and nothing else stands twice."""
    for line, (number, level, fit, a, b) in zip(TABLE, PRINTED, strict=True):
        assert (line.number, line.level, line.fit) == (number, level, fit)
        assert set(line.a) == set(a.split())
        assert set(line.b) == set(b.split()) | ({"房地产类"} if number == 6 else set())


def test_columns_by_post() -> None:
    """ZJ-35: every family of posts that the platform knows has a column."""
    assert {family for family, group in GROUPS.items() if group is Group.A} == {"施工员", "质量员", "标准员", "安全员", "机械员"}
    assert {family for family, group in GROUPS.items() if group is Group.B} == {"材料员", "劳务员", "资料员"}
    assert set(GROUPS) == set(FAMILIES)


@pytest.mark.parametrize(("education", "level"), [
    ("研究生", Level.GRADUATE), ("本科", Level.BACHELOR), ("大专", Level.COLLEGE), ("专科", Level.COLLEGE),
    ("中专", Level.SECONDARY), ("中职", Level.SECONDARY), ("高中", None), ("初中及以下", None), ("", None)])
def test_the_level_of_an_education(education: str, level: Level | None) -> None:
    """ZJ-19, ZJ-35: as the sheet's list has it, and as the table has it."""
    assert level_of(education) is level


@pytest.mark.parametrize(("name", "level", "a", "b"), [
    ("管理科学与工程", Level.GRADUATE, Fit.RELATED, Fit.OWN), ("电气工程及其自动化", Level.BACHELOR, Fit.OTHER, Fit.RELATED),
    ("房地产类", Level.COLLEGE, Fit.RELATED, Fit.OWN), ("城镇建设", Level.SECONDARY, Fit.RELATED, Fit.OWN),
    ("楼宇智能化设备安装与运行", Level.SECONDARY, Fit.OWN, Fit.OTHER), ("物业管理", Level.SECONDARY, Fit.OTHER, Fit.RELATED),
    ("土木工程", Level.COLLEGE, Fit.OTHER, Fit.OTHER), ("会计", Level.BACHELOR, Fit.UNKNOWN, Fit.UNKNOWN),
    ("土木", Level.BACHELOR, Fit.UNKNOWN, Fit.UNKNOWN), ("土木工程管理", Level.BACHELOR, Fit.UNKNOWN, Fit.UNKNOWN),
])
def test_columns_differ_in_both_directions(name: str, level: Level, a: Fit, b: Fit) -> None:
    """ZJ-35's note; what only resembles a name is unknown."""
    assert (row_of(name, level, Group.A)[0], row_of(name, level, Group.B)[0]) == (a, b)


@pytest.mark.parametrize(("typed", "meant"), [
    ("土木工程专业", "土木工程"), (" 土木 工程 ", "土木工程"), ("土木工程（一级学科）", "土木工程"), ("土木工程(一级学科)", "土木工程"),
    ("土木工程（建筑工程方向）", "土木工程"), ("建筑与土木工程（工程硕士）", "建筑与土木工程"), ("专业", "专业"), ("给水排水工程\u3000", "给水排水工程"),
])
def test_how_a_speciality_is_compared(typed: str, meant: str) -> None:
    """ZJ-35: width, blanks, brackets and 专业 do not count."""
    assert plain(typed) == meant


def test_what_is_near_is_offered_and_not_taken() -> None:
    """B-54: a college's speciality leads to its category, a slip of the pen to the name; neither is judged by."""
    assert near("建筑工程技术", Level.COLLEGE, Group.A)[0] == "土建施工类"
    assert "给水排水工程" in near("给排水工程", Level.BACHELOR, Group.A)
    assert near("英语", Level.BACHELOR, Group.A) == () == near("", Level.BACHELOR, Group.A)
    assert row_of("建筑工程技术", Level.COLLEGE, Group.A) == (Fit.UNKNOWN, None)
    assert set(MEMBERS) <= {name for line in TABLE for name in line.a}


def facts(**more: object) -> Facts:
    whole = Facts(Level.BACHELOR, "施工员", "土木工程", date(2020, 6, 30), 3, jobs_from([("2021-01", "2024-06", "施工员")]),
                  date(1998, 3, 7), year=2026)
    return replace(whole, **more)  # type: ignore[arg-type]


def whys(verdict: Verdict) -> set[Why]:
    return {reason.why for reason in verdict.reasons}


@pytest.mark.parametrize(("education", "speciality", "asked"), [
    ("研究生", "土木工程", 0), ("本科", "土木工程", 1), ("专科", "土建施工类", 2),
    ("中职", "建筑装饰", 3), ("研究生", "建筑学", 1), ("本科", "建筑学", 2), ("专科", "公路监理", 3), ("中职", "城镇建设", 4),
])
def test_years_asked_by_level_and_fit(education: str, speciality: str, asked: int) -> None:
    """ZJ-35: rule data; exactly that many years pass, one month fewer does not."""
    worked = (Job(Month(2015, 1), Month(2014 + asked, 12), "施工员"),) if asked else ()
    asker = facts(level=Level(education), speciality=speciality, claimed=asked, jobs=worked)
    assert judge(asker, YEARS, TODAY).outcome is Outcome.PASSES and judge(asker, YEARS, TODAY).asked_years == asked
    if asked:
        short = replace(asker, claimed=asked - 1, jobs=(Job(Month(2015, 2), Month(2014 + asked, 12), "施工员"),))
        assert judge(short, YEARS, TODAY).outcome is Outcome.FAILS


@pytest.mark.parametrize(("change", "outcome", "why"), [
    ({"speciality": " "}, Outcome.UNKNOWN, Why.NO_SPECIALITY),
    ({"graduated_on": None}, Outcome.UNKNOWN, Why.NO_GRADUATION),
    ({"claimed": None}, Outcome.UNKNOWN, Why.NO_YEARS), ({"jobs": ()}, Outcome.UNKNOWN, Why.NO_JOBS),
    ({"speciality": "会计学"}, Outcome.UNKNOWN, Why.SPECIALITY_UNKNOWN),
    ({"speciality": "电气工程及其自动化"}, Outcome.FAILS, Why.SPECIALITY_OTHER), ({"family": "监理员"}, Outcome.UNKNOWN, Why.POST),
    ({"level": None}, Outcome.FAILS, Why.LEVEL), ({"claimed": 4}, Outcome.UNKNOWN, Why.CLAIM_TOO_HIGH),
    ({"claimed": 0}, Outcome.FAILS, Why.TOO_FEW_YEARS), ({"born": date(2006, 1, 1)}, Outcome.UNKNOWN, Why.TOO_YOUNG),
    ({"graduated_on": date(2027, 6, 30)}, Outcome.FAILS, Why.STILL_IN_SCHOOL),
    ({"graduated_on": date(2026, 6, 30)}, Outcome.UNKNOWN, Why.FRESH_GRADUATE),
    ({"by_school": True}, Outcome.FAILS, Why.LONG_GRADUATED),
])
def test_who_is_not_passed(change: dict[str, object], outcome: Outcome, why: Why) -> None:
    """ZJ-19, ZJ-20, ZJ-33: what is lacking or unclear is a person's to judge; only the certain fails."""
    verdict = judge(facts(**change), YEARS, TODAY)
    assert (verdict.outcome, why in whys(verdict)) == (outcome, True)


@pytest.mark.parametrize("left", [date(2026, 6, 30), date(2027, 6, 30)])
def test_a_schools_students_need_no_years(left: date) -> None:
    """ZJ-33 note 2: in-school students and this year's graduates, in an own or related speciality."""
    student = facts(by_school=True, graduated_on=left, claimed=None, jobs=())
    assert judge(student, YEARS, TODAY).outcome is Outcome.PASSES
    assert judge(replace(student, speciality="建筑学"), YEARS, TODAY).outcome is Outcome.PASSES
    assert judge(replace(student, speciality="电气工程及其自动化"), YEARS, TODAY).outcome is Outcome.FAILS


def test_a_level_without_years_is_not_admitted() -> None:
    """ZJ-35: years are rule data; what they leave out fails, what they add passes."""
    assert whys(judge(facts(), Years(), TODAY)) == {Why.NO_RULE}
    added = Years(YEARS.own, YEARS.related, {"本科": 3})
    assert judge(facts(speciality="电气工程及其自动化"), added, TODAY).outcome is Outcome.PASSES


MONTHS = st.builds(Month, st.integers(2000, 2026), st.integers(1, 12))
JOBS = st.lists(st.builds(lambda one, two, post: Job(min(one, two), max(one, two), post), MONTHS, MONTHS,
                          st.sampled_from(["施工员", "资料员"])), max_size=8)


@settings(deadline=None)
@given(JOBS)
def test_overlapping_months_count_once(jobs: list[Job]) -> None:
    """ZJ-34: as many months as there are different ones up to this one."""
    now = Month(TODAY.year, TODAY.month).index
    counted = {index for job in jobs for index in range(job.since.index, job.until.index + 1 if job.until else now + 1)}
    assert worked_months(jobs, TODAY) == len({index for index in counted if index <= now})


@settings(deadline=None)
@given(JOBS, st.randoms())
def test_the_order_and_repetition_of_jobs_do_not_matter(jobs: list[Job], random: object) -> None:
    """ZJ-34."""
    mixed = [*jobs, *jobs]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert worked_months(mixed, TODAY) == worked_months(jobs, TODAY)


def test_an_open_job_lasts_until_now_and_a_coming_one_not_at_all() -> None:
    """ZJ-34: 至今; both ends count."""
    assert worked_months([Job(Month(2026, 1), None, "施工员")], TODAY) == 11
    assert worked_months([Job(Month(2027, 1), None, "施工员")], TODAY) == 0
    assert worked_months([Job(Month(2020, 3), Month(2020, 3), "施工员")], TODAY) == 1


@settings(deadline=None)
@given(st.sampled_from([*Level, None]), st.sampled_from([*GROUPS, "造价员"]),
       st.one_of(st.text(max_size=12), st.sampled_from([cell[-1] for cell in CELLS])),
       st.one_of(st.none(), st.dates(date(1980, 1, 1), date(2030, 1, 1))), st.one_of(st.none(), st.integers(0, 60)),
       JOBS, st.booleans())
def test_nobody_passes_who_lacks_anything(level: Level | None, family: str, speciality: str, left: date | None,
                                          claimed: int | None, jobs: list[Job], school: bool) -> None:
    """B-54, ZJ-19: a pass has a row of the table, the years asked, and no open question."""
    verdict = judge(Facts(level, family, speciality, left, claimed, tuple(jobs), None, school, 2026), YEARS, TODAY)
    assert (verdict.outcome is Outcome.PASSES) == (not verdict.reasons)
    if verdict.outcome is Outcome.PASSES:
        assert verdict.line is not None and verdict.asked_years is not None and left is not None
        assert school or (claimed or 0) >= verdict.asked_years
