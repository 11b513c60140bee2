"""Setting and lifting 非正常 by a sheet (JL-08): looked through first, written when somebody has confirmed it, never
twice; every row has its reason, which the holder reads as 备注."""
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict, NotFound
from core.base.sheets import Column, Finding, Limits, Row, Sheet, choice, corrected_sheet, read_sheet, text
from core.identity import person_of
from core.registry.models import Certificate, RegistryHolding, StatusSheet
from core.registry.queries import status_of
from core.registry.service import move
from core.registry.sheet import NUMBER
from core.registry.states import STATUS_TEXTS, Status, may_become
from core.tenancy import Ctx

WORDS = {"正常": Status.NORMAL, "非正常": Status.ABNORMAL}
COLUMNS = (
    Column("number", "证书编号", NUMBER, unique=True, width=22),
    Column("name", "姓名", text(40, plain=True)),
    Column("status", "证书状态", choice(tuple(WORDS))),
    Column("reason", "备注", text(200, plain=True), aliases=("理由", "原因"), width=40),
)
LIMITS = Limits(rows=5_000)
SHOWN = 300
KIND = "import"
FORGET = "registry.forget_status_sheets"


@dataclass(frozen=True)
class Wanted:
    """One good row: the certificate, or what the registry holds of somebody who has not signed in yet."""

    id: Id
    held: bool
    status: Status
    reason: str

    @classmethod
    def of(cls, kept: Iterable[Any]) -> "Wanted":
        found, held, status, reason = kept
        return cls(Id(found), bool(held), Status(status), reason)

    def kept(self) -> list[Any]:
        """As it lies in the database."""
        return [str(self.id), self.held, self.status.value, self.reason]


def check_sheet(ctx: Ctx, data: bytes, filename: str) -> StatusSheet:
    """Judge every row against what is on record; no status is written. SheetError for a file that is no such sheet."""
    sheet = read_sheet(data, filename, COLUMNS, LIMITS)
    known = _on_record(ctx, [row.text("number") for row in sheet.good])
    rows, wanted, same = [], [], 0
    for row in sheet.rows:
        found = _judged(ctx, row, known.get(row.text("number"), [])) if row.good else row
        if isinstance(found, Row):
            rows.append(found)
            continue
        rows.append(row)
        one, changes = found
        wanted += [one] if changes else []
        same += not changes
    judged = Sheet(sheet.name, tuple(rows), tuple(finding for row in rows for finding in row.findings))
    report = StatusSheet(
        filename=filename[-120:], rows=len(rows), same=same, wanted=[one.kept() for one in wanted],
        findings=[[one.row, one.column, one.cell, f"{one.wrong}{one.right}"] for one in judged.findings[:SHOWN]],
        finding_count=len(judged.findings), created_at=ctx.now, created_by=ctx.actor.name,
        mend_key=ctx.blobs.put(corrected_sheet(COLUMNS, judged), KIND) if judged.findings else None)
    ctx.db.add(report)
    ctx.db.flush()
    ctx.record("registry.check_statuses", report.id, rows=report.rows, changes=len(wanted))
    return report


def _on_record(ctx: Ctx, numbers: list[str]) -> dict[str, list[Certificate | RegistryHolding]]:
    found: dict[str, list[Certificate | RegistryHolding]] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start:start + 500]
        taken = set()
        for held in ctx.db.scalars(select(Certificate).where(Certificate.number.in_(part))):
            found.setdefault(held.number, []).append(held)
            taken.add((held.issuer, held.number))
        for holding in ctx.db.scalars(select(RegistryHolding).where(RegistryHolding.number.in_(part))):
            if (holding.issuer, holding.number) not in taken:
                found.setdefault(holding.number, []).append(holding)
    return found


def _judged(ctx: Ctx, row: Row, known: list[Certificate | RegistryHolding]) -> Row | tuple[Wanted, bool]:
    """The row with what is wrong in it, else what it wants and whether that changes anything."""
    named = [one for one in known if _holder(ctx, one) == row.text("name")]
    if not known:
        return _with(row, "number", "这个证书编号没有登记，", "请核对编号；新的证书请先在“证书数据”导入。")
    if not named:
        return _with(row, "name", "与这本证书登记的姓名不同，", "请核对姓名和证书编号。")
    if len(named) > 1:
        return _with(row, "number", "有两本证书是这个编号，", "请在列表中逐本办理。")
    one, status = named[0], WORDS[row.text("status")]
    now = _status(one)
    wanted = Wanted(one.id, isinstance(one, Certificate), status, row.text("reason"))
    if now is status:
        return wanted, False
    if now not in WORDS.values() or not may_become(now, status):
        return _with(row, "status", f"这本证书现在是“{STATUS_TEXTS[now]}”，", "只有“正常”和“非正常”可以在这里互改，请删去这一行。")
    return wanted, True


def _with(row: Row, key: str, wrong: str, right: str) -> Row:
    title = next(column.title for column in COLUMNS if column.key == key)
    finding = Finding(row.number, title, row.cells.get(key, ""), row.raw.get(key, ""), wrong, right)
    return replace(row, findings=(finding,))


def _holder(ctx: Ctx, one: Certificate | RegistryHolding) -> str:
    return one.name if isinstance(one, RegistryHolding) else person_of(ctx, one.person_id).name


def _status(one: Certificate | RegistryHolding) -> Status:
    return Status(one.status) if isinstance(one, RegistryHolding) else status_of(one)


def status_sheet(ctx: Ctx, sheet_id: Id) -> StatusSheet:
    """A sheet that was looked through; NotFound when there is none."""
    found = ctx.db.get(StatusSheet, sheet_id)
    if found is None:
        raise NotFound("registry.no_status_sheet", _("没有这次导入。"))
    return found


def forget(ctx: Ctx) -> list[str]:
    """Let go of the sheets to be mended whose short time of keeping is over; returns the blobs to delete."""
    over = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    keys: list[str] = []
    for report in ctx.db.scalars(select(StatusSheet).where(StatusSheet.mend_key.is_not(None),
                                                           StatusSheet.created_at < over)):
        keys += [report.mend_key or ""]
        report.mend_key = None
    return keys


def drop(ctx: Ctx, key: str) -> None:
    """Delete a sheet to be mended, unless a later upload has the very same."""
    if ctx.db.scalar(select(StatusSheet.id).where(StatusSheet.mend_key == key)) is None:
        ctx.blobs.delete(key)


def write_sheet_rows(ctx: Ctx, sheet_id: Id) -> StatusSheet:
    """Write what was confirmed, once; a row whose certificate has moved since is left and counted."""
    report = status_sheet(ctx, sheet_id)
    ctx.db.refresh(report, with_for_update=True)
    if report.written_at is not None:
        raise Conflict("registry.sheet_written", _("这份表格已经写入过了，没有再次写入。"))
    for one in map(Wanted.of, report.wanted):
        report.changed += _changed(ctx, one)
    report.written_at = ctx.now
    ctx.db.flush()
    ctx.record("registry.write_statuses", report.id, changed=report.changed)
    return report


def _changed(ctx: Ctx, one: Wanted) -> bool:
    if not one.held:
        holding = ctx.db.get(RegistryHolding, one.id, with_for_update={"of": RegistryHolding})
        if holding is None or not may_become(Status(holding.status), one.status):
            return False
        holding.status, holding.remark, holding.updated_at = one.status, one.reason, ctx.now
        return True
    held = ctx.db.get_one(Certificate, one.id)
    if status_of(held) not in WORDS.values() or not may_become(status_of(held), one.status):
        return False
    move(ctx, held, one.status, one.reason)
    return True
