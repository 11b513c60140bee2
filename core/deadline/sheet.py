"""The grace list as a sheet: its columns, and its rows proposed all or none."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.base.errors import DomainError
from core.base.sheets import Column, Finding, Row, day, id_number, read_sheet, text
from core.deadline import service
from core.tenancy import Ctx


@dataclass(frozen=True)
class GraceSheet:
    """How many were proposed, or what is wrong; with findings the caller takes everything back."""

    proposed: int
    findings: Sequence[Finding]


def columns(today: date) -> tuple[Column, ...]:
    """姓名 is for the reader of the sheet alone: the ID number says who it is."""
    return (
        Column("name", "姓名", text(60, plain=True), required=False, width=12),
        Column("id_number", "身份证号", id_number(today), width=22),
        Column("number", "证书编号", text(40), unique=True, width=22),
        Column("ends_on", "宽限至", day(), aliases=("宽限日期", "新期限"), width=14),
        Column("reason", "理由", text(service.LONGEST_REASON), aliases=("宽限理由",), width=40),
    )


def propose_all(ctx: Ctx, data: bytes, filename: str, today: date) -> GraceSheet:
    """Propose every row; each refusal becomes a finding at its cell."""
    wanted = columns(today)
    sheet = read_sheet(data, filename, wanted)
    findings, proposed = list(sheet.findings), 0
    titles = {column.key: column.title for column in wanted}
    for row in sheet.good:
        ends_on = row.day("ends_on")
        assert ends_on is not None
        try:
            service.propose(ctx, row.text("id_number"), row.text("number"), ends_on, row.text("reason"))
            proposed += 1
        except DomainError as error:
            findings.append(_finding(row, error, titles))
    return GraceSheet(0 if findings else proposed, sorted(findings, key=lambda one: one.row))


def _finding(row: Row, error: DomainError, titles: dict[str, str]) -> Finding:
    key = error.field if error.field in titles else "number"
    assert key is not None
    return Finding(row.number, titles[key], row.cells.get(key, ""), row.raw.get(key, ""), error.sentence)
