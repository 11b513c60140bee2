"""A sheet of people: its columns, and what is wrong in a row beside its cells (BJ-05, X-06). Pure."""
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from core.base.sheets import Column, Finding, Row, Sheet, choice, day, id_number, mobile, text

CERTIFICATE = (("post", "岗位"), ("issuer", "发证机构"), ("province", "省份"), ("issued_on", "发证日期"))


@dataclass(frozen=True)
class NewPerson:
    """A good row: a person, and the certificate that came along."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    post: str = ""
    number: str = ""
    issuer: str = ""
    province: str = ""
    issued_on: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class OnFile:
    """What an account that exists already has on file."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


def columns(posts: Sequence[str], today: date) -> tuple[Column, ...]:
    """The columns of the sheet; its template offers the posts as a list."""
    return (
        Column("name", "姓名", text(40, plain=True)),
        Column("id_number", "身份证号", id_number(today), width=22),
        Column("phone", "手机号", mobile(), aliases=("手机号码", "电话")),
        Column("number", "证书编号", text(40, plain=True), required=False, unique=True, width=22),
        Column("post", "岗位", choice(posts), required=False, aliases=("岗位名称",)),
        Column("issuer", "发证机构", text(60, plain=True), required=False, aliases=("发证单位",), width=28),
        Column("province", "省份", text(20, plain=True), required=False),
        Column("issued_on", "发证日期", day(), required=False, aliases=("发证时间",)),
    )


def judged(sheet: Sheet, on_file: Mapping[str, OnFile], taken: Mapping[str, str] | None) -> Sheet:
    """The sheet with what only the accounts on file and the other rows can tell.

    `on_file` by ID number; `taken` phones by the ID number of whose they are, None where one phone may be several
    people's.
    """
    first: dict[str, Row] = {}
    owners = dict(taken or {})
    rows = []
    for row in sheet.rows:
        found = list(row.findings)
        if row.good:
            number, phone = row.text("id_number"), row.text("phone")
            found += _beside(row, first.setdefault(number, row), on_file.get(number))
            if taken is not None and owners.setdefault(phone, number) != number:
                found.append(_finding(row, "phone", "手机号", "已是别人的手机号，", "一个手机号只能有一个账号，请填本人的手机号。"))
        rows.append(replace(row, findings=tuple(found)))
    return Sheet(sheet.name, tuple(rows), tuple(finding for row in rows for finding in row.findings))


def _beside(row: Row, first: Row, known: OnFile | None) -> list[Finding]:
    found = []
    for key, title in (("name", "姓名"), ("phone", "手机号")):
        if row.text(key) != first.text(key):
            found.append(_finding(row, key, title, f"同一身份证号在第 {first.number} 行填的不一样，", "请改成一致。"))
    if known is not None and row.text("name") != known.name:
        found.append(_finding(row, "name", "姓名", "与这个身份证号已有账号的姓名不一样，", "请核对身份证。"))
    if known is not None and row.text("phone") != known.phone:
        found.append(_finding(row, "phone", "手机号", "与已有账号登记的手机号不一样，导入不会更改手机号。",
                              "确需更改的，请核对身份后走手机号更正。"))
    if row.text("number"):
        found += [_finding(row, key, title, "填了证书编号，", f"还要填{title}。")
                  for key, title in CERTIFICATE if row.values.get(key) in (None, "")]
    return found


def _finding(row: Row, key: str, title: str, wrong: str, right: str) -> Finding:
    return Finding(row.number, title, row.cells.get(key, ""), row.raw.get(key, ""), wrong, right)


def person_of_row(row: Row) -> NewPerson:
    """A good row."""
    issued = row.day("issued_on")
    return NewPerson(row.text("name"), row.text("id_number"), row.text("phone"), row.text("post"), row.text("number"),
                     row.text("issuer"), row.text("province"), issued.isoformat() if issued else "")
