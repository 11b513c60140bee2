"""A sheet is looked through before anything is written (ZJ-15, ZJ-16, C-17)."""
import json
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Conflict, Ctx, NotFound, Refused, local_date
from core.api.intake import enrolled, on_file, phone_owners
from core.api.organization import offer_in_force
from core.api.registry import bar_sentence, barred, holders
from core.api.sheets import Column, Finding, Limits, SheetError, read_sheet, write_sheet
from core.api.store import Id

from plugins.zhejiang.batch.kinds import NOTICES, Outcome
from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.batch.rules import Entry, Known, Line, judged, kinds_of
from plugins.zhejiang.batch.sheet import KEYS, columns
from plugins.zhejiang.batch.states import CandidateState, Mode, SheetState
from plugins.zhejiang.settings import rules_of

BLOBS = "sheets"
AT_ONCE = 500


@dataclass(frozen=True)
class Report:
    """A sheet as it was read, with what becomes of each row."""

    lines: tuple[Line, ...]

    @property
    def findings(self) -> list[Finding]:
        return [found for line in self.lines for found in line.findings]


def sheet_columns(ctx: Ctx) -> tuple[Column, ...]:
    """The columns with the educations in force."""
    return columns(rules_of(ctx).educations, local_date(ctx.now))


def check_sheet(ctx: Ctx, batch: Batch, data: bytes, filename: str) -> BatchSheet:
    """Look a sheet through; nobody is enrolled. Raises Refused for a file that is no such sheet."""
    rules = rules_of(ctx)
    wanted = sheet_columns(ctx)
    _check_open(ctx, batch)
    try:
        sheet = read_sheet(data, filename, wanted, Limits(rows=rules.sheet_rows))
    except SheetError as error:
        raise Refused(f"zhejiang.{error.code}", error.sentence, field="sheet") from error
    entries = [Entry(row.text("name"), row.text("sex"), row.text("id_number"), row.text("phone"),
                     row.text("education"), row.text("employer")) for row in sheet.rows if row.good]
    lines = judged(sheet, wanted, local_date(ctx.now), rules.least_age, gathered(ctx, batch, entries))
    counts = {outcome: sum(line.outcome is outcome for line in lines) for outcome in Outcome}
    row = BatchSheet(batch_id=batch.id, filename=filename[-200:], rows=len(lines), fresh=counts[Outcome.FRESH],
                     known=counts[Outcome.KNOWN], faulty=counts[Outcome.FAULTY], findings=kinds_of(lines),
                     rows_key="", created_by=ctx.actor.account_id, created_at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    row.rows_key = ctx.blobs.put(_packed(row, lines), BLOBS)
    ctx.db.flush()
    ctx.record("zhejiang.sheet_checked", row.id, rows=row.rows, fresh=row.fresh, known=row.known, faulty=row.faulty)
    return row


def _check_open(ctx: Ctx, batch: Batch) -> None:
    """The batch still takes people: it is this year's and not discarded, its institution still offers the post, and no
    other sheet is being written."""
    if batch.closed_at is not None or batch.year != local_date(ctx.now).year:
        raise Refused("zhejiang.batch_over", _("这个批次已作废，或不是本年度的，不能再报名。"), hint=_("请新建一个批次。"), field="sheet")
    if offer_in_force(ctx, batch.institution_id, batch.post_id, Mode(batch.mode)) is None:
        raise Refused("zhejiang.no_offer", _("这家培训机构现在不开这个岗位的这种培训，不能再报名。"),
                      hint=_("请新建一个批次，另选一家机构。"), field="sheet")
    running = ctx.db.scalar(select(BatchSheet.id).where(BatchSheet.batch_id == batch.id,
                                                        BatchSheet.state == SheetState.RUNNING))
    if running is not None:
        raise Conflict("zhejiang.sheet_running", _("这个批次正在导入另一份表格。"), hint=_("请等它完成，或先取消它。"), field="sheet")


def gathered(ctx: Ctx, batch: Batch, entries: Sequence[Entry]) -> Known:
    """What the platform knows of these people and phones."""
    people = on_file(ctx, [one.id_number for one in entries])
    ids = {person.id for person in people.values()}
    owners = phone_owners(ctx, [one.phone for one in entries])
    here, own, elsewhere = _standing(ctx, batch, ids)
    others = {owner for one in entries for owner in owners.get(one.phone, ())
              if one.id_number not in people or people[one.id_number].id != owner}
    return Known(people, owners, here, own, elsewhere, _ours(ctx, batch, others), enrolled(
        ctx, ids, batch.post_id, batch.year), _barred(ctx, entries), ctx.rules().account.phone_unique,
        holders(ctx, list(ids), batch.post_id) if batch.mode == Mode.CONTINUING else None)


def _barred(ctx: Ctx, entries: Sequence[Entry]) -> dict[str, str]:
    """Who of them is on the blacklist, in the words that tell until when (ZJ-14)."""
    by_mac = {ctx.mac(one.id_number): one.id_number for one in entries}
    return {by_mac[mac]: bar_sentence(bar) for mac, bar in barred(ctx, by_mac).items()}


def _standing(ctx: Ctx, batch: Batch, people: Collection[Id]) -> tuple[set[Id], dict[Id, str], set[Id]]:
    """Who of them is in this batch, in another one of the enterprise (with its number), in somebody else's."""
    here, own, elsewhere = set(), {}, set()
    ids = list(people)
    for start in range(0, len(ids), AT_ONCE):
        rows = ctx.db.execute(select(Candidate.person_id, Candidate.batch_id, Candidate.enterprise_id, Batch.number)
                              .join(Batch, Batch.id == Candidate.batch_id).where(
            Candidate.person_id.in_(ids[start:start + AT_ONCE]), Candidate.post_id == batch.post_id,
            Candidate.year == batch.year, Candidate.state != CandidateState.CANCELLED))
        for person_id, batch_id, enterprise_id, number in rows:
            if batch_id == batch.id:
                here.add(person_id)
            elif enterprise_id == batch.enterprise_id:
                own[person_id] = number
            else:
                elsewhere.add(person_id)
    return here, own, elsewhere


def _ours(ctx: Ctx, batch: Batch, people: Collection[Id]) -> set[Id]:
    """Who of them the enterprise has enrolled this year, for whatever post."""
    ids = list(people)
    return {person_id for start in range(0, len(ids), AT_ONCE) for person_id in ctx.db.scalars(
        select(Candidate.person_id).where(
            Candidate.person_id.in_(ids[start:start + AT_ONCE]), Candidate.enterprise_id == batch.enterprise_id,
            Candidate.year == batch.year, Candidate.state != CandidateState.CANCELLED))}


def _packed(row: BatchSheet, lines: Sequence[Line]) -> bytes:
    """A row of the sheet a line, its outcome first, so that a part is read without the rest. The id makes two sheets of
    the same people two blobs: purging one leaves the other."""
    packed = [str(row.id)]
    for line in lines:
        entry = [getattr(line.entry, key) for key in KEYS] if line.entry else None
        packed.append(json.dumps([line.outcome, line.number, line.raw, entry, [astuple(one) for one in line.findings]],
                                 ensure_ascii=False))
    return "\n".join(packed).encode()


def report_of(ctx: Ctx, sheet: BatchSheet) -> Report | None:
    """What the check found; None when the time of keeping is over."""
    return Report(tuple(map(_line, _unpacked(ctx, sheet)))) if sheet.rows_key else None


def fresh_lines(ctx: Ctx, sheet: BatchSheet, begin: int, count: int) -> tuple[list[Line], int]:
    """Some of the rows to be written, and how many there are."""
    fresh = [packed for packed in _unpacked(ctx, sheet) if packed.startswith(f'["{Outcome.FRESH}"')]
    return [_line(packed) for packed in fresh[begin:begin + count]], len(fresh)


def _unpacked(ctx: Ctx, sheet: BatchSheet) -> list[str]:
    return ctx.blobs.get(sheet.rows_key).decode().split("\n")[1:]


def _line(packed: str) -> Line:
    outcome, number, raw, entry, findings = json.loads(packed)
    return Line(number, tuple(raw), Entry(*entry) if entry else None, Outcome(outcome),
                tuple(Finding(*found) for found in findings))


def to_mend(ctx: Ctx, sheet: BatchSheet) -> bytes:
    """Only the rows that stayed out, as typed, their faulty cells marked: to be mended and uploaded again."""
    report = report_of(ctx, sheet)
    if report is None:
        raise NotFound("zhejiang.sheet_over", _("这份表格已超过保存时间。"), hint=_("请重新上传原来的表格。"))
    rows = faulty_lines(report, sheet)
    return write_sheet(sheet_columns(ctx), [line.raw for line in rows], [line.findings for line in rows])


def faulty_lines(report: Report, sheet: BatchSheet) -> list[Line]:
    """The rows that stayed out: by the check, and those that somebody else took while the sheet was written. Findings
    that keep nobody out are left off."""
    late = {number: Finding(number, column, cell, "", wrong, right, kind)
            for number, column, cell, wrong, right, kind in sheet.late}
    found = []
    for line in report.lines:
        if line.outcome is Outcome.FAULTY or line.number in late:
            kept = tuple(one for one in line.findings if one.code not in NOTICES)
            more = (late[line.number],) if line.number in late else ()
            found.append(Line(line.number, line.raw, line.entry, Outcome.FAULTY, kept + more))
    return found
