"""Accounts made beforehand from a sheet: looked through first, written when somebody says so (BJ-05, X-06)."""
import json
from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.base.ids import parse_id_number
from core.base.sheets import Column, Finding, Sheet, SheetError, corrected_sheet, read_sheet
from core.identity import Person, open_person, person_by_id_number
from core.organization import posts
from core.registration.models import PeopleSheet
from core.registration.people_sheet import NewPerson, OnFile, columns, judged, person_of_row
from core.registration.states import SheetState
from core.registry import ask_pull
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Ctx

JOB = "registration.open_people"
KIND = "people"
CHUNK = 100
FINDINGS_KEPT = 500


def sheet_columns(ctx: Ctx) -> tuple[Column, ...]:
    """The columns of this tenant's sheet."""
    return columns([post.name for post in posts(ctx)], local_date(ctx.now))


def check_sheet(ctx: Ctx, data: bytes, filename: str) -> PeopleSheet:
    """Look a sheet through; no account is made. Raises Refused for a file that is no such sheet."""
    wanted = sheet_columns(ctx)
    try:
        sheet = read_sheet(data, filename, wanted)
    except SheetError as error:
        raise Refused(f"registration.sheet.{error.code}", error.sentence, field="sheet") from error
    on_file = _on_file(ctx, sheet)
    sheet = judged(sheet, on_file, _taken(ctx, sheet) if ctx.rules().account.phone_unique else None)
    good = [person_of_row(row) for row in sheet.good]
    numbers = {person.id_number for person in good}
    report = PeopleSheet(
        filename=filename[-200:], state=SheetState.CHECKED, rows=len(sheet.rows), fresh=len(numbers - set(on_file)),
        known=len(numbers & set(on_file)), findings=[_shown(one) for one in sheet.findings[:FINDINGS_KEPT]],
        finding_count=len(sheet.findings), created_at=ctx.now, created_by=ctx.actor.account_id, rows_key="",
        mend_key=ctx.blobs.put(corrected_sheet(wanted, sheet), KIND) if sheet.bad else None)
    ctx.db.add(report)
    ctx.db.flush()
    lines = {"sheet": str(report.id), "people": [person.as_json() for person in good]}
    report.rows_key = ctx.blobs.put(json.dumps(lines, ensure_ascii=False).encode(), KIND)
    ctx.record("registration.people_sheet", report.id, rows=report.rows, findings=report.finding_count)
    return report


def _shown(one: Finding) -> list[str]:
    """Where and what is wrong, as it is shown."""
    return [str(one.row), one.column, one.cell, f"{one.wrong}{one.right}"]


def _on_file(ctx: Ctx, sheet: Sheet) -> dict[str, OnFile]:
    numbers = {row.text("id_number") for row in sheet.rows if row.good}
    return {person.id_number: OnFile(person.name, person.phone) for person in _people(
        ctx, Person.id_number_mac, [ctx.mac(number) for number in numbers])}


def _taken(ctx: Ctx, sheet: Sheet) -> dict[str, str]:
    phones = {row.text("phone") for row in sheet.rows if row.good}
    return {person.phone: person.id_number for person in _people(
        ctx, Person.phone_mac, [ctx.mac(phone) for phone in phones])}


def _people(ctx: Ctx, column: InstrumentedAttribute[str], macs: Sequence[str]) -> list[Person]:
    found: list[Person] = []
    for start in range(0, len(macs), 500):
        found += ctx.db.scalars(select(Person).where(column.in_(macs[start:start + 500])))
    return found


def sheet_of(ctx: Ctx, sheet_id: Id) -> PeopleSheet:
    """NotFound says so."""
    found = ctx.db.get(PeopleSheet, sheet_id)
    if found is None:
        raise NotFound("no_sheet", _("没有找到这份表格。"))
    return found


def mend(ctx: Ctx, report: PeopleSheet) -> bytes:
    """Only the rows with findings, faulty cells marked, to be mended and uploaded again."""
    try:
        return ctx.blobs.get(report.mend_key or "")
    except (FileNotFoundError, ValueError):
        raise NotFound("no_sheet", _("这份表格已按规定清除，请重新上传。")) from None


def start(ctx: Ctx, report: PeopleSheet) -> None:
    """Make the accounts of the good rows, behind the request."""
    if report.state != SheetState.CHECKED:
        raise Conflict("sheet_started", _("这份表格已经在写入，不用再点一次。"))
    if not report.rows_key:
        raise Refused("sheet_over", _("这份表格已超过保存时间，没有写入，请重新上传。"))
    if not report.fresh + report.known:
        raise Refused("sheet_empty", _("表中没有可以写入的人，请按提示改正后重新上传。"))
    report.state = SheetState.RUNNING
    ctx.enqueue(JOB, {"sheet": str(report.id), "from": 0}, key=f"{JOB}:{report.id}:0")


def write_chunk(ctx: Ctx, sheet_id: Id, begin: int) -> None:
    """Make the next accounts; the same rows again make nothing, and no account that exists is touched."""
    report = sheet_of(ctx, sheet_id)
    lines = json.loads(ctx.blobs.get(report.rows_key))["people"]
    chunk = [NewPerson(**line) for line in lines[begin:begin + CHUNK]]
    fill(ctx, CertificateSheet(tuple(Holding(
        one.name, one.id_number, one.post, one.number, one.issuer, one.province, date.fromisoformat(one.issued_on))
        for one in chunk if one.number), ()))
    for one in chunk:
        report.opened += _open(ctx, one)
    report.looked_at = min(begin + CHUNK, len(lines))
    if report.looked_at < len(lines):
        ctx.enqueue(JOB, {"sheet": str(report.id), "from": report.looked_at},
                    key=f"{JOB}:{report.id}:{report.looked_at}")
        return
    report.state, report.finished_at = SheetState.DONE, ctx.now
    ctx.record("registration.people_opened", report.id, opened=report.opened, rows=report.rows)


def _open(ctx: Ctx, one: NewPerson) -> int:
    """1 for an account that was made; who registered in the meantime keeps theirs."""
    person = person_by_id_number(ctx, one.id_number)
    made = 0
    if person is None:
        try:
            with ctx.db.begin_nested():
                person = open_person(ctx, name=one.name, id_number=one.id_number, phone=one.phone,
                                     sex=parse_id_number(one.id_number).sex)
                person.portal_opened_at, made = ctx.now, 1
        except IntegrityError:
            return 0
    if made or one.number and person.portal_opened_at is not None:
        ask_pull(ctx, person)
    return made


def forget_sheets(ctx: Ctx) -> list[str]:
    """Take the rows off sheets whose short time of keeping is over; returns the blobs to purge."""
    over = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    keys: list[str] = []
    for report in ctx.db.scalars(select(PeopleSheet).where(
            PeopleSheet.rows_key != "", PeopleSheet.created_at < over, PeopleSheet.state != SheetState.RUNNING)):
        keys += [report.rows_key, *([report.mend_key] if report.mend_key else [])]
        report.rows_key, report.mend_key = "", None
    return keys
