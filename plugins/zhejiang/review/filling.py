"""The second sheet in and out: prefilled to download, looked through when it comes back, written when confirmed."""
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Conflict, Ctx, DomainError, NotFound, Refused, local_date
from core.api.people import Written, written_of
from core.api.sheets import Finding, Sheet, SheetError, corrected_sheet, read_sheet, write_sheet
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import REVIEW_WORDS, CandidateState
from plugins.zhejiang.review.applications import EDITABLE, fill
from plugins.zhejiang.review.applications import check as check_entry
from plugins.zhejiang.review.models import Application, ApplicationSheet
from plugins.zhejiang.review.queries import cases_of, in_parts
from plugins.zhejiang.review.rules import MOST_JOBS, jobs_from
from plugins.zhejiang.review.sheet import Filled, Known, columns, filled, judged
from plugins.zhejiang.review.states import FilledBy, SheetState

JOB = "zhejiang.fill_applications"
KIND = "zjapplication"
CHUNK = 100
FINDINGS_KEPT = 500


def _live(ctx: Ctx, batch: Batch) -> list[Candidate]:
    return list(ctx.db.scalars(select(Candidate).where(
        Candidate.batch_id == batch.id, Candidate.state != CandidateState.CANCELLED).order_by(Candidate.row)))


def prefilled(ctx: Ctx, batch: Batch) -> bytes:
    """The sheet with the batch's people who may still be changed, and what is known of them already."""
    rows = [one for one in _live(ctx, batch) if one.state in EDITABLE]
    people = written_of(ctx, {one.person_id for one in rows})
    held: dict[Id, Application] = {row.candidate_id: row for row in in_parts(
        ctx, select(Application), Application.candidate_id, [one.id for one in rows])}
    ctx.record("zhejiang.application.template", batch.id, people=len(rows))
    return write_sheet(columns(local_date(ctx.now)), [_cells(people[one.person_id], held.get(one.id)) for one in rows],
                       name="报名表与年限证明")


def _cells(person: Written, held: Application | None) -> list[object]:
    jobs: list[object] = []
    for job in jobs_from(held.jobs) if held else ():
        jobs += [f"{job.since}至{job.until or '今'}", job.post]
    jobs += [""] * (2 * MOST_JOBS - len(jobs))
    if held is None:
        return [person.id_number, person.name, "", "", "", *jobs, "", ""]
    return [person.id_number, person.name, held.speciality, held.graduated_on or "",
            "" if held.years is None else held.years, *jobs, held.address, held.email]


def check(ctx: Ctx, batch: Batch, data: bytes, filename: str) -> ApplicationSheet:
    """Look a sheet through; nothing is written into any application. Refused for a file that is no such sheet."""
    today = local_date(ctx.now)
    wanted = columns(today)
    try:
        sheet = read_sheet(data, filename, wanted)
    except SheetError as error:
        raise Refused(error.code, error.sentence, field="sheet") from error
    known, keys = _known(ctx, batch)
    sheet = judged(sheet, known, today)
    report = ApplicationSheet(
        batch_id=batch.id, filename=filename[-200:], rows=len(sheet.rows), good=len(sheet.good),
        findings=[_shown(one) for one in sheet.findings[:FINDINGS_KEPT]], finding_count=len(sheet.findings),
        rows_key=_rows(ctx, sheet, keys), created_by=ctx.actor.account_id, created_at=ctx.now,
        mend_key=ctx.blobs.put(corrected_sheet(wanted, sheet), KIND) if sheet.bad else None)
    ctx.db.add(report)
    ctx.db.flush()
    ctx.record("zhejiang.application.sheet", report.id, rows=report.rows, findings=report.finding_count)
    return report


def _known(ctx: Ctx, batch: Batch) -> tuple[dict[str, Known], dict[str, str]]:
    rows = _live(ctx, batch)
    people = written_of(ctx, {one.person_id for one in rows})
    known = {}
    for one in rows:
        person = people[one.person_id]
        locked = "" if one.state in EDITABLE else f"现在是“{REVIEW_WORDS[CandidateState(one.state)]}”，不能再改，"
        known[person.id_number] = Known(str(one.id), person.name, person.born, locked)
    return known, {number: one.key for number, one in known.items()}


def _rows(ctx: Ctx, sheet: Sheet, keys: Mapping[str, str]) -> str:
    lines = [asdict(filled(row, keys[row.text("id_number")])) for row in sheet.good]
    return ctx.blobs.put(json.dumps(lines, ensure_ascii=False).encode(), KIND) if lines else ""


def _shown(one: Finding) -> list[str]:
    return [str(one.row), one.column, one.cell, f"{one.wrong}{one.right}"]


def sheet_of(ctx: Ctx, batch: Batch, sheet_id: Id) -> ApplicationSheet:
    """A sheet of this batch; NotFound otherwise."""
    found = ctx.db.get(ApplicationSheet, sheet_id)
    if found is None or found.batch_id != batch.id:
        raise NotFound("no_sheet", _("没有找到这份表格。"))
    return found


def mend(ctx: Ctx, report: ApplicationSheet) -> bytes:
    """Only the rows with findings, faulty cells marked, to be mended and uploaded again."""
    if not report.mend_key:
        raise NotFound("no_sheet", _("这份表格已按规定清除，请重新上传。"))
    ctx.record("zhejiang.application.mend", report.id)
    return ctx.blobs.get(report.mend_key)


def start(ctx: Ctx, report: ApplicationSheet) -> None:
    """确认写入, behind the request."""
    if report.state != SheetState.CHECKED:
        raise Conflict("sheet_started", _("这份表格已经在写入，不用再点一次。"))
    if not report.rows_key:
        raise Refused("sheet_empty", _("表中没有可以写入的行，请按提示改正后重新上传。"))
    report.state = SheetState.RUNNING
    ctx.enqueue(JOB, {"sheet": str(report.id), "from": 0}, key=f"{JOB}:{report.id}:0")
    ctx.record("zhejiang.application.write", report.id, rows=report.good)


def write_chunk(ctx: Ctx, sheet_id: Id, begin: int) -> None:
    """Write the next rows; the same rows again change nothing, and who was submitted meanwhile is left as they are."""
    report = ctx.db.get_one(ApplicationSheet, sheet_id)
    lines = [Filled(**line) for line in json.loads(ctx.blobs.get(report.rows_key))] if report.rows_key else []
    if report.state != SheetState.RUNNING or report.written + report.skipped != begin:
        return
    chunk = lines[begin:begin + CHUNK]
    written = _write(ctx, chunk)
    report.written, report.skipped = report.written + written, report.skipped + len(chunk) - written
    if begin + len(chunk) < len(lines):
        begin += len(chunk)
        ctx.enqueue(JOB, {"sheet": str(report.id), "from": begin}, key=f"{JOB}:{report.id}:{begin}")
        return
    report.state = SheetState.DONE
    ctx.record("zhejiang.application.written", report.id, written=report.written, skipped=report.skipped)


def _write(ctx: Ctx, chunk: Sequence[Filled]) -> int:
    """How many of the rows could be written."""
    ids = [UUID(line.key) for line in chunk]
    rows: dict[Id, Candidate] = {one.id: one for one in in_parts(
        ctx, select(Candidate).with_for_update().execution_options(populate_existing=True), Candidate.id, ids)}
    people = written_of(ctx, {one.person_id for one in rows.values()})
    held: dict[Id, Application] = {one.candidate_id: one for one in in_parts(
        ctx, select(Application), Application.candidate_id, ids)}
    done: list[Candidate] = []
    for line in chunk:
        candidate, entered = rows[UUID(line.key)], line.entered()
        try:
            check_entry(candidate, people[candidate.person_id], entered, FilledBy.SHEET, local_date(ctx.now))
        except DomainError:
            continue
        held[candidate.id] = fill(ctx, held.get(candidate.id), candidate, entered, FilledBy.SHEET)
        done.append(candidate)
    ctx.db.flush()
    for case in cases_of(ctx, done):
        held[case.candidate.id].outcome = case.verdict.outcome
    return len(done)
