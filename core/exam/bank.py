"""Keeping the question bank: import with findings first, changing, retiring, drawing from it."""
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.base.sheets import SheetError
from core.exam.bank_sheet import GENERAL, NewQuestion, read_bank
from core.exam.models import BankImport, Question
from core.exam.rules import BankItem
from core.exam.states import ImportState, QuestionKind
from core.organization import posts
from core.tenancy import Ctx

CHUNK = 500
FINDINGS_KEPT = 500
JOB = "exam.import_bank"


def scopes(ctx: Ctx) -> list[str]:
    """What 岗位 may hold: 通用, the posts, and their families."""
    known = posts(ctx)
    names = [GENERAL, *(post.name for post in known), *(post.family for post in known)]
    return list(dict.fromkeys(names))


def fingerprint(question: NewQuestion) -> str:
    return hashlib.sha256(question.fingerprint.encode()).hexdigest()


def check_sheet(ctx: Ctx, data: bytes, filename: str) -> BankImport:
    """Look a sheet through; nothing is written to the bank. Raises Refused for a file that is no such sheet."""
    try:
        sheet = read_bank(data, filename, frozenset(scopes(ctx)))
    except SheetError as error:
        raise Refused(f"exam.sheet.{error.code}", error.sentence, field="sheet") from error
    questions = [question for _row, question in sheet.questions]
    known = _known(ctx, [fingerprint(question) for question in questions])
    blob = json.dumps([asdict(question) for question in questions], ensure_ascii=False).encode()
    report = BankImport(
        filename=filename[-200:], blob_key=ctx.blobs.put(blob, "banks"), state=ImportState.CHECKED, rows=sheet.rows,
        good=len(questions), known=len(known), finding_count=len(sheet.findings),
        findings=[[f"{finding.row}", finding.column, finding.cell, finding.value[:80], finding.wrong + finding.right]
                  for finding in sheet.findings[:FINDINGS_KEPT]],
        created_at=ctx.now, created_by=ctx.actor.account_id)
    ctx.db.add(report)
    ctx.db.flush()
    return report


def bank_import(ctx: Ctx, import_id: Id) -> BankImport:
    found = ctx.db.get(BankImport, import_id)
    if found is None:
        raise NotFound("exam.no_import", _("没有这次导入。"))
    return found


def start_import(ctx: Ctx, report: BankImport) -> None:
    """Write the good rows in the background. Raises Conflict when that has been asked already."""
    if report.state != ImportState.CHECKED:
        raise Conflict("exam.import_started", _("这份题库已经在写入，不用再点一次。"))
    if not report.good:
        raise Refused("exam.import_empty", _("表中没有可以写入的题目，请按提示改正后重新上传。"))
    report.state = ImportState.RUNNING
    ctx.enqueue(JOB, {"import": str(report.id), "from": 0}, key=f"{JOB}:{report.id}:0")


def write_chunk(ctx: Ctx, import_id: Id, start: int) -> None:
    """Write the next questions of a checked sheet; the same chunk twice writes nothing twice."""
    report = bank_import(ctx, import_id)
    questions = _questions_of(ctx, report)
    report.written += add_questions(ctx, questions[start:start + CHUNK])
    report.looked_at = min(start + CHUNK, len(questions))
    if report.looked_at < len(questions):
        ctx.enqueue(JOB, {"import": str(report.id), "from": report.looked_at},
                    key=f"{JOB}:{report.id}:{report.looked_at}")
        return
    report.state = ImportState.DONE
    report.finished_at = ctx.now
    ctx.record("exam.bank_imported", report.id, written=report.written, rows=report.rows)


def _questions_of(ctx: Ctx, report: BankImport) -> list[NewQuestion]:
    return [NewQuestion(**{**line, "kind": QuestionKind(line["kind"]), "options": tuple(line["options"])})
            for line in json.loads(ctx.blobs.get(report.blob_key))]


def add_questions(ctx: Ctx, questions: Sequence[NewQuestion]) -> int:
    """Add those that the bank does not hold yet; returns how many that were."""
    known = _known(ctx, [fingerprint(question) for question in questions])
    added = 0
    for question in questions:
        mark = fingerprint(question)
        if mark not in known:
            known.add(mark)
            ctx.db.add(_row(ctx, question, mark))
            added += 1
    ctx.db.flush()
    return added


def _row(ctx: Ctx, question: NewQuestion, mark: str) -> Question:
    return Question(kind=question.kind, scope=question.scope, stem=question.stem, options=list(question.options),
                    key=question.key, explanation=question.explanation, difficulty=question.difficulty,
                    topic=question.topic, clause=question.clause, fingerprint=mark, retired=False,
                    created_at=ctx.now, changed_at=ctx.now)


def _known(ctx: Ctx, marks: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(marks), CHUNK):
        found.update(ctx.db.scalars(select(Question.fingerprint)
                                    .where(Question.fingerprint.in_(marks[start:start + CHUNK]))))
    return found


def add_question(ctx: Ctx, question: NewQuestion) -> Question:
    """One question from the form. Raises Conflict when the bank holds it already."""
    _refuse_twin(ctx, question, None)
    row = _row(ctx, question, fingerprint(question))
    ctx.db.add(row)
    ctx.db.flush()
    return row


def change_question(ctx: Ctx, row: Question, question: NewQuestion) -> None:
    """A new version for later papers; sittings keep the text that they were given."""
    _refuse_twin(ctx, question, row.id)
    row.kind, row.scope, row.stem = question.kind, question.scope, question.stem
    row.options, row.key, row.explanation = list(question.options), question.key, question.explanation
    row.difficulty, row.topic, row.clause = question.difficulty, question.topic, question.clause
    row.fingerprint, row.changed_at = fingerprint(question), ctx.now
    ctx.db.flush()


def _refuse_twin(ctx: Ctx, question: NewQuestion, but: Id | None) -> None:
    twin = ctx.db.scalar(select(Question).where(Question.fingerprint == fingerprint(question)))
    if twin is not None and twin.id != but:
        raise Conflict("exam.question_exists", _("题库里已有一道相同的题（%(scope)s）。", scope=twin.scope),
                       field="stem", hint=_("请修改那一道，或换一道题。"))


def retire(ctx: Ctx, row: Question) -> None:
    """Not drawn any more."""
    row.retired, row.changed_at = True, ctx.now


def restore(ctx: Ctx, row: Question) -> None:
    """Drawn again."""
    row.retired, row.changed_at = False, ctx.now


def drawable(names: Iterable[str]) -> Select[Any]:
    """The questions that a paper of these scopes and 通用 may take."""
    return select(Question).where(Question.retired.is_(False), Question.scope.in_([GENERAL, *names]))


def bank_of(ctx: Ctx, post: str, family: str) -> list[BankItem]:
    """The bank of one post as drawing sees it."""
    columns = (Question.id, Question.kind, Question.options, Question.key)
    rows = ctx.db.execute(drawable({post, family}).with_only_columns(*columns))
    return [BankItem(row.id, QuestionKind(row.kind), tuple(row.options), row.key) for row in rows]
