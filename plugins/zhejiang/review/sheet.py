"""The optional second sheet, keyed by ID number: what the sheet of ZJ-19 lacks. Pure but for the texts.

Findings are Chinese like all of a sheet: whoever mends it reads them beside its Chinese columns.
"""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from core.api.sheets import CellError, Column, Finding, Kind, Row, Sheet, day, id_number, integer, text

from plugins.zhejiang.review.applications import LONGEST_JOB, Entered, born_before, job_problems, parse_span
from plugins.zhejiang.review.rules import MOST_JOBS, Job, Month

MOST_YEARS = 60


@dataclass(frozen=True)
class Known:
    """Somebody of the batch, as the sheet is compared with them; `locked` says why they cannot be changed."""

    key: str
    name: str = field(repr=False)
    born: date
    locked: str = ""


@dataclass(frozen=True)
class Filled:
    """A good row, as it waits to be written."""

    key: str
    speciality: str = field(repr=False)
    graduated_on: str
    years: int
    jobs: Sequence[Sequence[str]]
    address: str = field(repr=False)
    email: str = field(repr=False)

    def entered(self) -> Entered:
        return Entered(self.speciality, date.fromisoformat(self.graduated_on), self.years,
                       tuple(Job(Month.of(since), Month.of(until) if until else None, post)
                             for since, until, post in self.jobs), self.address, self.email)


def _span() -> Kind:
    def parse(value: str) -> object:
        try:
            return parse_span(value)
        except ValueError:
            raise CellError(f"“{value[:30]}”不是起止年月，", "请填写如 2019-03至2021-02，仍在职的写 2019-03至今。") from None

    return Kind(parse)


def _email() -> Kind:
    def parse(value: str) -> str:
        name, at, host = value.partition("@")
        if not (name and at and "." in host) or " " in value or len(value) > 100:
            raise CellError(f"“{value[:30]}”不是邮箱，", "请填写如 name@example.cn 的邮箱，没有可以不填。")
        return value

    return Kind(parse)


def columns(today: date) -> tuple[Column, ...]:
    """ID number and name lead back to the batch; up to five jobs stand beside each other, as 附件3 has five lines."""
    jobs = tuple(column for number in range(1, MOST_JOBS + 1) for column in (
        Column(f"span{number}", f"起止年月{number}", _span(), required=False, width=20),
        Column(f"post{number}", f"从事何种岗位工作{number}", text(LONGEST_JOB, plain=True), required=False,
               aliases=(f"岗位{number}",), width=20)))
    return (
        Column("id_number", "身份证号", id_number(today), unique=True, width=22),
        Column("name", "姓名", text(40, plain=True)),
        Column("speciality", "所学专业", text(60, plain=True), width=24),
        Column("graduated_on", "毕业时间", day()),
        Column("years", "岗位工作年限", integer(0, MOST_YEARS)),
        *jobs,
        Column("address", "通讯地址", text(200, plain=True), required=False, width=32),
        Column("email", "邮箱", _email(), required=False, width=24),
    )


def judged(sheet: Sheet, known: Mapping[str, Known], today: date) -> Sheet:
    """The sheet with what only the batch can tell, `known` by ID number."""
    rows = []
    for row in sheet.rows:
        found = list(row.findings)
        if row.good:
            found += _against(row, known.get(row.text("id_number")), today)
        rows.append(replace(row, findings=tuple(found)))
    return Sheet(sheet.name, tuple(rows), tuple(finding for row in rows for finding in row.findings))


def _against(row: Row, person: Known | None, today: date) -> list[Finding]:
    finding = _finding_in(row)
    if person is None:
        return [finding("id_number", "身份证号", "不在这个批次里，", "请核对身份证号，或在这个人所在的批次里上传。")]
    found = []
    if person.locked:
        found.append(finding("id_number", "身份证号", person.locked, "请删去这一行。"))
    if row.text("name") != person.name:
        found.append(finding("name", "姓名", "与报名汇总表里的姓名不一样，", f"这个身份证号的姓名是“{person.name}”。"))
    left = row.day("graduated_on")
    if left is not None and not born_before(person.born, left):
        found.append(finding("graduated_on", "毕业时间", "与出生年月对不上，", "请核对毕业证书。"))
    for number in range(1, MOST_JOBS + 1):
        if row.values.get(f"span{number}") is None and row.text(f"post{number}"):
            found.append(finding(f"span{number}", f"起止年月{number}", "填了岗位，没有填起止年月，", "请补填。"))
    numbers = [number for number in range(1, MOST_JOBS + 1) if row.values.get(f"span{number}") is not None]
    for place, said in job_problems(_jobs(row), person.born, today):
        number = numbers[place - 1]
        found.append(finding(f"span{number}", f"起止年月{number}", said, ""))
    return found


def _finding_in(row: Row) -> Callable[[str, str, str, str], Finding]:
    def finding(key: str, title: str, wrong: str, right: str) -> Finding:
        return Finding(row.number, title, row.cells.get(key, ""), row.raw.get(key, ""), wrong, right)

    return finding


def _jobs(row: Row) -> tuple[Job, ...]:
    found = []
    for number in range(1, MOST_JOBS + 1):
        span: Any = row.values.get(f"span{number}")
        if span is not None:
            found.append(Job(span[0], span[1], row.text(f"post{number}")))
    return tuple(found)


def filled(row: Row, key: str) -> Filled:
    """A good row."""
    left = row.day("graduated_on")
    return Filled(key, row.text("speciality"), left.isoformat() if left else "", row.integer("years") or 0,
                  [job.as_json() for job in _jobs(row)], row.text("address"), row.text("email"))
