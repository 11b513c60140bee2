"""The good rows of a sheet are written in chunks, behind the request: resumed after a kill, cancelled when somebody
says so, and nobody enrolled twice (ZJ-15, ZJ-17, R11)."""
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import insert, select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.intake import NewPerson, open_people
from core.api.store import Id, one_at_a_time

from plugins.zhejiang.batch.checking import fresh_lines, gathered, sheet_columns
from plugins.zhejiang.batch.kinds import NOTICES, Outcome
from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.batch.rules import Entry, Known, Line, of_platform
from plugins.zhejiang.batch.states import CandidateState, Mode, SheetState

JOB = "zhejiang.import_sheet"
PURGE = "zhejiang.purge_sheet"
CHUNK = 500


def start(ctx: Ctx, sheet: BatchSheet) -> None:
    """确认导入: from here on the worker writes."""
    _lock(ctx, sheet)
    if sheet.state != SheetState.CHECKED:
        raise Conflict("zhejiang.sheet_started", _("这份表格已经确认过，不用再点一次。"))
    if not sheet.rows_key:
        raise Refused("zhejiang.sheet_over", _("这份表格已超过保存时间，没有导入。"), hint=_("请重新上传。"))
    if not sheet.fresh:
        raise Refused("zhejiang.sheet_empty", _("表中没有可以导入的人。"), hint=_("请按提示改正后重新上传。"))
    if ctx.db.get_one(Batch, sheet.batch_id).closed_at is not None:
        raise Conflict("zhejiang.batch_over", _("这个批次已作废，不能导入。"), hint=_("请先在批次页恢复它，或新建一个批次。"))
    sheet.state = SheetState.RUNNING
    ctx.record("zhejiang.sheet_confirmed", sheet.id, rows=sheet.fresh)
    _go_on(ctx, sheet)


def cancel(ctx: Ctx, sheet: BatchSheet) -> None:
    """Stop: who is in stays in, the rest stays out."""
    _lock(ctx, sheet)
    if sheet.state not in (SheetState.CHECKED, SheetState.RUNNING):
        raise Conflict("zhejiang.sheet_finished", _("这份表格已经导入完成，不能取消。"),
                       hint=_("要撤下已导入的人，请在批次页逐个或全部撤下。"))
    _finish(ctx, sheet, SheetState.CANCELLED)


def _go_on(ctx: Ctx, sheet: BatchSheet) -> None:
    ctx.enqueue(JOB, {"sheet": str(sheet.id), "from": sheet.looked_at}, key=f"{JOB}:{sheet.id}:{sheet.looked_at}")


def _finish(ctx: Ctx, sheet: BatchSheet, state: SheetState) -> None:
    sheet.state, sheet.finished_at = state, ctx.now
    ctx.record("zhejiang.sheet_" + state.value, sheet.id, written=sheet.written, known=sheet.known,
               faulty=sheet.faulty, left=sheet.fresh - sheet.written)


def _lock(ctx: Ctx, sheet: BatchSheet) -> None:
    ctx.db.refresh(sheet, with_for_update=True)


def write_chunk(ctx: Ctx, sheet_id: Id, begin: int) -> None:
    """Write the next rows, and hand on. The row in the outbox is done in the same transaction: a kill leaves either
    the whole chunk or nothing of it."""
    sheet = ctx.db.get(BatchSheet, sheet_id, with_for_update=True)
    if sheet is None:
        raise NotFound("zhejiang.sheet", _("没有找到这份表格。"))
    if sheet.state != SheetState.RUNNING or sheet.looked_at != begin:
        return
    # Two sheets with the same people wait for each other here, and the later one finds them on file.
    one_at_a_time(ctx.db, "zhejiang.intake")
    batch = ctx.db.get_one(Batch, sheet.batch_id)
    lines, total = fresh_lines(ctx, sheet, begin, CHUNK)
    _write(ctx, sheet, batch, lines)
    sheet.looked_at = min(begin + CHUNK, total)
    if sheet.looked_at < total:
        _go_on(ctx, sheet)
    else:
        _finish(ctx, sheet, SheetState.DONE)


def _write(ctx: Ctx, sheet: BatchSheet, batch: Batch, lines: list[Line]) -> None:
    """The rows that are still as they were when they were checked; what changed meanwhile is told, not forced."""
    entries = [(line, line.entry) for line in lines if line.entry is not None]
    known = gathered(ctx, batch, [entry for _line, entry in entries])
    good: list[tuple[Line, Entry]] = []
    for line, entry in entries:
        outcome = _now(ctx, sheet, line, entry, known)
        if outcome is Outcome.FRESH:
            good.append((line, entry))
            continue
        sheet.fresh -= 1
        if outcome is Outcome.KNOWN:
            sheet.known += 1
        else:
            sheet.faulty += 1
    new = [entry for _line, entry in good if entry.id_number not in known.on_file]
    people = {number: person.id for number, person in known.on_file.items()}
    people |= dict(zip((entry.id_number for entry in new), open_people(
        ctx, [NewPerson(one.name, one.id_number, one.phone, one.sex) for one in new]), strict=True))
    _insert(ctx, batch, [(line.number, people[entry.id_number], entry) for line, entry in good])
    sheet.written += len(good)


def _now(ctx: Ctx, sheet: BatchSheet, line: Line, entry: Entry, known: Known) -> Outcome:
    outcome, said = of_platform(entry, known)
    faults = [one for one in said if one.kind not in NOTICES]
    if faults:
        column = next(column for column in sheet_columns(ctx) if column.key == faults[0].key)
        sheet.late = [*sheet.late, [line.number, column.title, "", faults[0].wrong, faults[0].right, faults[0].kind]]
    return outcome


def _insert(ctx: Ctx, batch: Batch, rows: list[tuple[int, Id, Entry]]) -> None:
    """Continuing education has no documents, so nothing of it is judged: its people can be ordered at once (ZJ-26)."""
    state = CandidateState.REVIEWED if batch.mode == Mode.CONTINUING else CandidateState.ENTERED
    if rows:
        ctx.db.execute(insert(Candidate), [
            {"batch_id": batch.id, "enterprise_id": batch.enterprise_id, "institution_id": batch.institution_id,
             "person_id": person_id, "post_id": batch.post_id, "year": batch.year, "mode": batch.mode,
             "education": entry.education, "employer": entry.employer, "row": number, "state": state,
             "entered_at": ctx.now, "moved_at": ctx.now} for number, person_id, entry in rows])


def forget_sheets(ctx: Ctx) -> list[str]:
    """Take the rows off sheets whose short time of keeping is over; returns the blobs to purge."""
    over = ctx.now - timedelta(hours=ctx.rules().retention.short_hours)
    keys = []
    for sheet in ctx.db.scalars(select(BatchSheet).where(
            BatchSheet.rows_key != "", BatchSheet.created_at < over, BatchSheet.state != SheetState.RUNNING)):
        keys.append(sheet.rows_key)
        sheet.rows_key = ""
    return keys
