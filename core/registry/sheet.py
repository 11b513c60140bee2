"""The certificate sheet of an administrator: its columns, and a row of it as a holding (N-13, N-20)."""
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from core.base.sheets import CellError, Column, Finding, Kind as CellKind, Row, choice, day, id_number, read_sheet, text
from core.registry.states import Kind, Status

STATUS_WORDS = {"正常": Status.NORMAL, "非正常": Status.ABNORMAL, "作废": Status.VOID, "注销": Status.CANCELLED}
KIND_WORDS = {"纸质": Kind.PAPER, "电子": Kind.ELECTRONIC}
EARLIEST = date(1980, 1, 1)
_NUMBER = re.compile(r"[0-9A-Z（）()\-]{4,40}")


@dataclass(frozen=True)
class Holding:
    """One certificate as the ministry's registry or a sheet states it (N-20)."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    post: str
    number: str
    issuer: str
    province: str
    issued_on: date
    status: Status = Status.NORMAL
    remark: str = ""
    kind: Kind = Kind.PAPER


@dataclass(frozen=True)
class CertificateSheet:
    """The good rows as holdings, and what is wrong in the others."""

    good: tuple[Holding, ...]
    findings: tuple[Finding, ...]


def columns(posts: Sequence[str], today: date) -> tuple[Column, ...]:
    """The columns of the sheet; its template offers the posts and words as lists."""
    return (
        Column("name", "姓名", text(40, plain=True)),
        Column("id_number", "身份证号", id_number(today), width=22),
        Column("post", "岗位名称", choice(posts), aliases=("岗位",)),
        Column("number", "证书编号", NUMBER, unique=True, width=22),
        Column("issuer", "发证机构", text(60, plain=True), aliases=("发证单位",), width=28),
        Column("province", "省份", text(20, plain=True)),
        Column("issued_on", "发证日期", CellKind(lambda typed: _issued_on(typed, today), as_text=False),
               aliases=("发证时间",)),
        Column("status", "证书状态", choice(tuple(STATUS_WORDS)), required=False),
        Column("remark", "备注", text(200, plain=True), required=False, width=30),
        Column("kind", "证书类型", choice(tuple(KIND_WORDS), {"纸质证书": "纸质", "电子证书": "电子"}), required=False),
    )


def read_certificates(data: bytes, filename: str, posts: Sequence[str], today: date) -> CertificateSheet:
    """Judge every row before anything is written; raises SheetError for a file that is no such sheet."""
    sheet = read_sheet(data, filename, columns(posts, today))
    return CertificateSheet(tuple(_holding(row) for row in sheet.good), sheet.findings)


def _certificate_number(typed: str) -> str:
    number = re.sub(r"\s", "", typed).upper()
    if not _NUMBER.fullmatch(number):
        raise CellError(f"“{typed[:30]}”不是证书编号，", "应是 4 到 40 位数字、字母或横线。")
    return number


NUMBER = CellKind(_certificate_number)
"""证书编号 in its one written form."""


def _issued_on(typed: str, today: date) -> date:
    issued = day().parse(typed)
    assert isinstance(issued, date)
    if not EARLIEST <= issued <= today:
        raise CellError(f"“{typed[:30]}”不可能是发证日期，", "应在 1980 年到今天之间。")
    return issued


def _holding(row: Row) -> Holding:
    issued = row.day("issued_on")
    assert issued is not None
    return Holding(row.text("name"), row.text("id_number"), row.text("post"), row.text("number"), row.text("issuer"),
                   row.text("province"), issued, STATUS_WORDS[row.text("status") or "正常"], row.text("remark"),
                   KIND_WORDS[row.text("kind") or "纸质"])
