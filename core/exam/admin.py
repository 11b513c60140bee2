"""The question bank in the back office."""
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from core.access import Permission
from core.admin import Col, Console, EditView, Fact, Group, Pick, RowAction, TableView, Tone, daytime, expose, status
from core.base.errors import DomainError, NotFound
from core.base.sheets import write_sheet
from core.cycle import enrollment
from core.exam import bank
from core.exam.bank_sheet import COLUMNS, KIND_NAMES, NewQuestion, sheet_row
from core.exam.models import BankImport, Question, Sitting
from core.exam.rules import LETTERS, RIGHT
from core.exam.schemas import KINDS, QuestionSchema, SheetSchema, TypedQuestion
from core.exam.states import ImportState, QuestionKind, SittingState
from core.identity import person_of
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import Form, FormSchema

STATES = (("open", "使用中"), ("retired", "已停用"))


def _state(row: Question) -> object:
    return status("已停用", Tone.QUIET) if row.retired else status("使用中", Tone.DONE)


class Questions(EditView[Question]):
    """题库: list, form, import with findings first, export that the import takes back."""

    model, key, title, group, icon = Question, "questions", _l("题库"), Group.EXAM, "question-circle"
    summary = _l("考核题目：导入、修改、停用、导出。")
    lead = _l("修改后的题目只用于以后的试卷；已经开始或结束的考核保留当时的题面。每题分值按考核规则计算，表中的分值不采用。")
    new_label = _l("新建题目")
    search_hint = _l("题干、知识点或依据")
    empty = _l("导入题库表格，或者新建一道题。")
    list_template = "console/questions.html"
    columns = (
        Col[Question]("stem", _l("题干"), lambda row: row.stem if len(row.stem) < 60 else row.stem[:58] + "…",
                      export=lambda row: row.stem),
        Col[Question]("kind", _l("题型"), lambda row: KIND_NAMES[QuestionKind(row.kind)], sort=Question.kind,
                      kind="short"),
        Col[Question]("scope", _l("岗位"), lambda row: row.scope, sort=Question.scope, kind="short"),
        Col[Question]("topic", _l("知识点"), lambda row: row.topic, sort=Question.topic, kind="short"),
        Col[Question]("clause", _l("依据"), lambda row: row.clause),
        Col[Question]("version", _l("版本"), lambda row: row.version, kind="num"),
        Col[Question]("changed", _l("修改时间"), lambda row: daytime(row.changed_at), sort=Question.changed_at,
                      kind="short"),
        Col[Question]("state", _l("状态"), _state, kind="short"),
    )
    picks = (
        Pick("kind", _l("题型"), lambda _ctx: KINDS, lambda rows, value: rows.where(Question.kind == value)),
        Pick("scope", _l("岗位"), lambda ctx: [(name, name) for name in bank.scopes(ctx)],
             lambda rows, value: rows.where(Question.scope == value)),
        Pick("state", _l("状态"), lambda _ctx: STATES,
             lambda rows, value: rows.where(Question.retired.is_(value == "retired"))),
    )
    actions = (
        RowAction[Question]("retire", _l("停用"), bank.retire, lambda row: _("停用后，新的试卷不再抽到这道题。"),
                            lambda row: not row.retired, bulk=True),
        RowAction[Question]("restore", _l("启用"), bank.restore, lambda row: _("启用后，新的试卷可以抽到这道题。"),
                            lambda row: row.retired, bulk=True),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Question).order_by(Question.scope, Question.kind.desc(), Question.id)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Question.stem.contains(term, autoescape=True)
                          | Question.topic.contains(term, autoescape=True)
                          | Question.clause.contains(term, autoescape=True))

    def heading(self, row: Question) -> str:
        return row.stem if len(row.stem) < 40 else row.stem[:38] + "…"

    def facts(self, _ctx: Ctx, row: Question) -> Sequence[Fact]:
        options = [Fact(_("选项%(letter)s", letter=letter), option)
                   for letter, option in zip(LETTERS, row.options, strict=False)]
        return [Fact(_("题型"), KIND_NAMES[QuestionKind(row.kind)]), Fact(_("题干"), row.stem), *options,
                Fact(_("答案"), _answer(row)), Fact(_("解析"), row.explanation), Fact(_("难度"), row.difficulty),
                Fact(_("岗位"), row.scope), Fact(_("知识点"), row.topic), Fact(_("依据"), row.clause),
                Fact(_("版本"), row.version), Fact(_("状态"), _state(row))]

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return QuestionSchema(bank.scopes(ctx))

    def values(self, _ctx: Ctx, row: Question) -> Mapping[str, Any]:
        options = "" if row.kind == QuestionKind.JUDGEMENT else "\n".join(row.options)
        return {"kind": row.kind, "scope": row.scope, "stem": row.stem, "options": options, "answer": _answer(row),
                "explanation": row.explanation, "difficulty": row.difficulty, "topic": row.topic,
                "clause": row.clause}

    def make(self, ctx: Ctx, asked: TypedQuestion) -> Question:
        return bank.add_question(ctx, asked.checked())

    def change(self, ctx: Ctx, row: Question, asked: TypedQuestion) -> None:
        bank.change_question(ctx, row, asked.checked())

    def buttons(self, ctx: Ctx) -> list[tuple[Any, str]]:
        return [(_l("导入题库"), self.at("import_view")), *super().buttons(ctx)]

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """The sheet is looked through; the report shows what is wrong before anything is written."""
        form = Form(SheetSchema(), request)
        if form.submitted() and (asked := form.load()) is not None:
            upload = asked["sheet"]
            try:
                report = bank.check_sheet(current_ctx(), upload.read(), upload.filename)
            except DomainError as error:
                form.fail(error)
            else:
                return redirect(self.at("report_view", id=report.id), 303)
        past = current_ctx().db.scalars(select(BankImport).order_by(BankImport.created_at.desc()).limit(10)).all() \
            if form.status == 200 else []
        return self.draw("console/bank_import.html", form=form, past=past), form.status

    @expose("/import/<id>/")
    def report_view(self, id: str) -> str:
        """What was found, and how far the writing is."""
        report = _report(id)
        return self.draw("console/bank_report.html", report=report, running=report.state == ImportState.RUNNING,
                         checked=report.state == ImportState.CHECKED)

    @expose("/import/<id>/write/", methods=("POST",))
    def write_view(self, id: str) -> ResponseReturnValue:
        """Write the good rows."""
        report = _report(id)
        bank.start_import(current_ctx(), report)
        return redirect(self.at("report_view", id=report.id), 303)

    @expose("/sheet/", methods=("POST",))
    def sheet_view(self) -> ResponseReturnValue:
        """The queried questions in the layout of the import."""
        ctx = current_ctx()
        rows = ctx.db.scalars(self.rows(ctx)).all()
        ctx.record("admin.questions.sheet", "-", rows=len(rows))
        data = write_sheet(COLUMNS, [sheet_row(_as_new(row)) for row in rows], name="题库")
        response = Response(data, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        response.headers["Content-Disposition"] = "attachment; filename=questions.xlsx"
        return response


def _report(id: str) -> BankImport:
    try:
        return bank.bank_import(current_ctx(), UUID(id))
    except ValueError:
        raise NotFound("exam.no_import", _("没有这次导入。")) from None


def _answer(row: Question) -> str:
    if row.kind == QuestionKind.JUDGEMENT:
        return "对" if row.key == RIGHT else "错"
    return row.key


def _as_new(row: Question) -> NewQuestion:
    return NewQuestion(QuestionKind(row.kind), row.stem, tuple(row.options), row.key, row.scope, row.explanation,
                       row.difficulty, row.topic, row.clause)


def _sitting_state(row: Sitting) -> object:
    if row.state == SittingState.RUNNING:
        return status(_("进行中"), Tone.ACTIVE)
    return status(_("合格"), Tone.DONE) if row.passed else status(_("未合格"), Tone.STOP)


class Sittings(TableView[Sitting]):
    """考核记录: every sitting with its result; the answers of a person are not shown."""

    model, key, title, group, icon = Sitting, "sittings", _l("考核记录"), Group.EXAM, "clipboard-check"
    permission = Permission.READ_CASES
    summary = _l("每一次考核的时间和成绩。")
    empty = _l("学员参加考核后，这里会有记录。")
    columns = (
        Col[Sitting]("name", _l("姓名"), lambda row: person_of(current_ctx(), row.person_id).name, kind="short"),
        Col[Sitting]("post", _l("岗位"), lambda row: enrollment(current_ctx(), row.enrollment_id).post.name,
                     kind="short"),
        Col[Sitting]("year", _l("年度"), lambda row: enrollment(current_ctx(), row.enrollment_id).year, kind="num"),
        Col[Sitting]("number", _l("次数"), lambda row: row.number, kind="num"),
        Col[Sitting]("started", _l("开始时间"), lambda row: daytime(row.started_at), sort=Sitting.started_at,
                     kind="short"),
        Col[Sitting]("closed", _l("交卷时间"), lambda row: daytime(row.closed_at), sort=Sitting.closed_at, kind="short"),
        Col[Sitting]("score", _l("分数"), lambda row: row.score if row.score is not None else "", sort=Sitting.score,
                     kind="num"),
        Col[Sitting]("state", _l("结果"), _sitting_state, kind="short"),
    )
    picks = (Pick("result", _l("结果"), lambda _ctx: [("passed", _("合格")), ("failed", _("未合格")), ("open", _("进行中"))],
                  lambda rows, value: rows.where(Sitting.passed.is_(None) if value == "open"
                                                 else Sitting.passed.is_(value == "passed"))),)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Sitting).order_by(Sitting.started_at.desc(), Sitting.id.desc())


def install(console: Console) -> None:
    console.add(Questions(), Sittings())
