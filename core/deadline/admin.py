"""换证预测, 宽限名单 and its review in the back office (C-20)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from core.access import Permission
from core.admin import (
    Col,
    Console,
    EditView,
    Fact,
    Group,
    Pick,
    RowAction,
    TableView,
    Tone,
    day,
    daytime,
    expose,
    status,
)
from core.base.clock import local_date
from core.base.errors import DomainError
from core.base.sheets import Finding, write_sheet
from core.deadline import queries, service
from core.deadline.jobs import DAILY
from core.deadline.models import DeadlineOutlook, GraceEntry
from core.deadline.rules import Counts, Outlook
from core.deadline.sheet import columns, propose_all
from core.deadline.states import STATE_TEXTS, GraceState, GraceStep
from core.deadline.words import OUTLOOK_WORDS, STEP_WORDS, counts_sentence
from core.identity import Person
from core.registry import Certificate
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id
from core.web.forms import Form, FormSchema, shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {GraceState.WAITING: Tone.ACTIVE, GraceState.GRANTED: Tone.DONE, GraceState.REFUSED: Tone.STOP,
         GraceState.WITHDRAWN: Tone.QUIET}
UNKNOWN = _l("未知机构")
NONE = "-"
WHOSE = (selectinload(GraceEntry.person), selectinload(GraceEntry.certificate))


def _id_number(row: GraceEntry | DeadlineOutlook) -> str:
    return str(masked_id(row.person.id_number))


def _search(rows: Select[Any], model: Any, term: str) -> Select[Any]:
    """By a person's number, of which only the MAC is in the address, or by a certificate's."""
    if term.startswith("~"):
        return rows.where(model.person_id.in_(select(Person.id).where(
            (Person.id_number_mac == term[1:]) | (Person.phone_mac == term[1:]))))
    return rows.where(model.certificate_id.in_(select(Certificate.id).where(
        Certificate.number.contains(term.upper(), autoescape=True))))


def _outlook(row: DeadlineOutlook) -> object:
    outlook = Outlook(row.outlook)
    tone = Tone.DONE if not row.misses else Tone.STOP
    return status(OUTLOOK_WORDS[outlook], tone)


def _days_short(row: DeadlineOutlook) -> object:
    """By how many days somebody comes too late at this pace."""
    return max((row.finish_on - row.ends_on).days, 0) if row.finish_on else ""


def _institutions(ctx: Ctx) -> Sequence[tuple[str, str]]:
    names = ctx.db.scalars(select(DeadlineOutlook.institution).distinct().order_by(DeadlineOutlook.institution))
    return [(name or NONE, name or str(UNKNOWN)) for name in names]


class Forecasts(TableView[DeadlineOutlook]):
    """换证预测: who will miss the end at the present pace, and which institutions that concerns."""

    model, key, title, group, icon = DeadlineOutlook, "deadline", _l("换证预测"), Group.RECORDS, "hourglass-split"
    summary = _l("按目前的进度，哪些人赶不上换证期限。")
    search_hint = _l("身份证号、手机号或证书编号")
    private_search = True
    empty = _l("设置换证期限后，每天上午 9 点更新。")
    list_template = "console/deadline.html"
    columns = (
        Col[DeadlineOutlook]("name", _l("姓名"), lambda row: row.person.name, kind="short"),
        Col[DeadlineOutlook]("id_number", _l("身份证号"), _id_number, kind="short"),
        Col[DeadlineOutlook]("post", _l("岗位"), lambda row: row.post, sort=DeadlineOutlook.post),
        Col[DeadlineOutlook]("institution", _l("机构"), lambda row: row.institution or str(UNKNOWN),
                             sort=DeadlineOutlook.institution),
        Col[DeadlineOutlook]("outlook", _l("预测"), _outlook, sort=DeadlineOutlook.outlook, kind="short"),
        Col[DeadlineOutlook]("missing", _l("现在该做"),
                             lambda row: STEP_WORDS[Counts(row.missing)] if row.missing else "", kind="short"),
        Col[DeadlineOutlook]("hours_left", _l("还差学时"), lambda row: round(row.hours_left, 1),
                             sort=DeadlineOutlook.hours_left, kind="num"),
        Col[DeadlineOutlook]("pace", _l("每天学时"), lambda row: round(row.hours_a_day, 1),
                             sort=DeadlineOutlook.hours_a_day, kind="num"),
        Col[DeadlineOutlook]("finish", _l("预计办到"), lambda row: day(row.finish_on),
                             sort=DeadlineOutlook.finish_on, kind="short"),
        Col[DeadlineOutlook]("short", _l("晚几天"), _days_short, kind="num"),
    )
    picks = (
        Pick("misses", _l("能否赶上"), lambda _ctx: [("1", _("赶不上")), ("0", _("来得及"))],
             lambda rows, value: rows.where(DeadlineOutlook.misses.is_(value == "1"))),
        Pick("outlook", _l("原因"), lambda _ctx: [(one.value, str(words)) for one, words in OUTLOOK_WORDS.items()],
             lambda rows, value: rows.where(DeadlineOutlook.outlook == value)),
        Pick("institution", _l("机构"), _institutions,
             lambda rows, value: rows.where(DeadlineOutlook.institution == ("" if value == NONE else value))),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return queries.outlooks().options(
            selectinload(DeadlineOutlook.person), selectinload(DeadlineOutlook.certificate)).order_by(
            DeadlineOutlook.misses.desc(), DeadlineOutlook.finish_on.desc(), DeadlineOutlook.id)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return _search(rows, DeadlineOutlook, term)

    def facts(self, ctx: Ctx, row: DeadlineOutlook) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("证书编号"), row.certificate.number), Fact(_("期限"), day(row.ends_on)),
                Fact(_("更新时间"), daytime(row.looked_at))]

    def render(self, template: str, **variables: Any) -> str:
        if template == self.list_template:
            ctx = current_ctx()
            rules = ctx.rules().deadline
            ends = date.fromisoformat(rules.ends) if rules.ends else None
            counted = queries.by_outlook(ctx)
            variables |= {
                "totals": queries.totals(ctx), "institutions": queries.by_institution(ctx), "unknown": UNKNOWN,
                "no_name": NONE, "outlooks": [(OUTLOOK_WORDS[one], counted[one], one) for one in Outlook
                                              if counted.get(one)],
                "ends": ends, "left": (ends - local_date(ctx.now)).days if ends else 0, "window": rules.show_days,
                "looked_at": queries.looked_at(ctx), "counts": counts_sentence(Counts(rules.counts)),
                "pace_days": rules.pace_days}
        return super().render(template, **variables)

    @expose("/again/", methods=("POST",))
    def again_view(self) -> ResponseReturnValue:
        """Look again now; at most once a minute, and nobody is reminded twice."""
        ctx = current_ctx()
        minute = ctx.now.strftime("%Y%m%d%H%M")
        ctx.enqueue(DAILY, {"round": minute}, key=f"{DAILY}:{minute}")
        flash(_("正在重新预测，人多时需要几分钟。请稍后刷新本页。"), "done")
        return redirect(self.at("index_view"), 303)


@dataclass(frozen=True)
class GraceAsked:
    id_number: str
    number: str
    ends_on: date
    reason: str


class GraceSchema(FormSchema[GraceAsked]):
    """A proposal for one certificate."""

    into = GraceAsked

    id_number = fields.String(required=True, metadata=shown(_l("身份证号"), "id"))
    number = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(_l("证书编号")))
    ends_on = fields.Date(required=True, metadata=shown(_l("宽限至"), "date", hint=_l("含当日，到北京时间24点为止。")))
    reason = fields.String(required=True, metadata=shown(_l("理由"), "textarea", hint=_l(
        "学员本人会看到。写明事情、时间和核实的材料。")))


class GraceSheetSchema(FormSchema[dict[str, Any]]):
    """The upload of a grace sheet."""

    sheet = fields.Raw(required=True, metadata=shown(_l("宽限表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "请先下载模板，按模板填写。有一处不对就整份不写入，改好再传。")))


def _state(row: GraceEntry) -> object:
    return status(STATE_TEXTS[row.state], TONES[row.state])


def _decided_by(row: GraceEntry) -> str:
    return next((entry.by_name for entry in row.answers if entry.turn == 1), "")


GRACE_COLUMNS = (
    Col[GraceEntry]("name", _l("姓名"), lambda row: row.person.name, kind="short"),
    Col[GraceEntry]("number", _l("证书编号"), lambda row: row.certificate.number, kind="short"),
    Col[GraceEntry]("post", _l("岗位"), lambda row: row.certificate.post.name),
    Col[GraceEntry]("ends", _l("宽限至"), lambda row: day(row.ends_on), sort=GraceEntry.ends_on, kind="short"),
    Col[GraceEntry]("reason", _l("理由"), lambda row: row.reason),
    Col[GraceEntry]("by", _l("提出人"), lambda row: row.by_name, kind="short"),
    Col[GraceEntry]("decided", _l("复核人"), _decided_by, kind="short"),
    Col[GraceEntry]("at", _l("提出时间"), lambda row: daytime(row.at), sort=GraceEntry.at, kind="short"),
    Col[GraceEntry]("state", _l("状态"), _state, kind="short"),
)
STEP_NAMES = {GraceStep.PROPOSE: _l("提出"), GraceStep.CONFIRM: _l("同意"), GraceStep.REFUSE: _l("不同意"),
              GraceStep.WITHDRAW: _l("撤回")}


def _history(row: GraceEntry) -> Sequence[Fact]:
    return [Fact(daytime(entry.at), " ".join((str(STEP_NAMES[GraceStep(entry.step)]), entry.by_name, entry.reason)))
            for entry in (row, *row.answers)]


class Graces(EditView[GraceEntry]):
    """宽限名单: proposed here, one by one or by sheet; it holds once a second person has confirmed it."""

    model, key, title, group, icon = GraceEntry, "graces", _l("宽限名单"), Group.RECORDS, "calendar3"
    summary = _l("因特殊原因可以晚些换证的人。")
    lead = _l("提出后须由另一名复核人员同意才生效；生效后学员收到短信，在“换证期限”页也能看到。记录只增不改，撤回也是一条记录。")
    new_label, search_hint = _l("提出宽限"), _l("身份证号、手机号或证书编号")
    private_search = True
    empty = _l("提出一条宽限，等待复核。")
    list_template = "console/graces.html"
    columns = GRACE_COLUMNS
    picks = (Pick("state", _l("状态"), lambda _ctx: [(one.value, str(words)) for one, words in STATE_TEXTS.items()],
                  lambda rows, value: queries.in_state(rows, GraceState(value))),)
    actions = (RowAction[GraceEntry](
        "withdraw", _l("撤回"), None, lambda row: _("撤回后，这本证书恢复原来的期限。学员会收到通知。"),
        lambda row: row.state in (GraceState.WAITING, GraceState.GRANTED), kind="danger", note=_l("撤回的理由"),
        run_noted=lambda ctx, row, note: _done(service.withdraw(ctx, row.id, note))),)
    schema = GraceSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return queries.proposals().options(*WHOSE)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return _search(rows, GraceEntry, term)

    def editable(self, _row: GraceEntry) -> bool:
        return False

    def facts(self, ctx: Ctx, row: GraceEntry) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("身份证号"), _id_number(row)), *_history(row)]

    def values(self, _ctx: Ctx, row: GraceEntry) -> Mapping[str, Any]:
        return {"ends_on": row.ends_on, "reason": row.reason}

    def make(self, ctx: Ctx, asked: GraceAsked) -> GraceEntry:
        return service.propose(ctx, asked.id_number, asked.number, asked.ends_on, asked.reason)

    def buttons(self, ctx: Ctx) -> list[tuple[Any, str]]:
        return [*super().buttons(ctx), (_l("导入表格"), self.at("import_view"))]

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> ResponseReturnValue:
        """All rows of a right sheet are proposed, or what is wrong in it and nothing written."""
        form = Form(GraceSheetSchema(), request)
        findings: Sequence[Finding] = ()
        if form.submitted() and (asked := form.load()) is not None:
            ctx = current_ctx()
            try:
                done = propose_all(ctx, asked["sheet"].read(), asked["sheet"].filename, local_date(ctx.now))
                findings = done.findings
            except DomainError as error:
                form.fail(error)
            else:
                if not findings:
                    flash(_("已提出%(total)s条宽限，等待复核。", total=done.proposed), "done")
                    return redirect(self.at("index_view"), 303)
        return (self.draw("console/graces_import.html", form=form, findings=findings),
                422 if findings else form.status)

    @expose("/template/", methods=("POST",))
    def template_view(self) -> ResponseReturnValue:
        """The empty sheet."""
        response = Response(write_sheet(columns(local_date(current_ctx().now)), [], name="宽限名单"), content_type=XLSX)
        response.headers["Content-Disposition"] = "attachment; filename=graces.xlsx"
        return response


class GraceReview(TableView[GraceEntry]):
    """宽限复核: the second pair of eyes."""

    model, key, title, group, icon = GraceEntry, "grace_review", _l("宽限复核"), Group.TODO, "calendar-check"
    permission = Permission.APPROVE
    summary = _l("别人提出的宽限，由您同意或不同意。")
    lead = _l("请核对理由和材料。自己提出的不能由自己复核。")
    empty = _l("有人提出宽限后，会在这里等您复核。")
    columns = GRACE_COLUMNS
    actions = (
        RowAction[GraceEntry]("confirm", _l("同意"), lambda ctx, row: _done(service.confirm(ctx, row.id)),
                              lambda row: _("同意后，换证期限延至%(day)s，学员会收到短信。", day=day(row.ends_on)), bulk=True),
        RowAction[GraceEntry]("refuse", _l("不同意"), None, lambda row: _("不同意后，这本证书仍按原来的期限。"),
                              kind="danger", note=_l("不同意的理由"),
                              run_noted=lambda ctx, row, note: _done(service.refuse(ctx, row.id, note))),
    )

    def count(self, ctx: Ctx) -> int:
        return queries.waiting_graces(ctx)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return queries.in_state(queries.proposals(), GraceState.WAITING).options(*WHOSE)

    def facts(self, ctx: Ctx, row: GraceEntry) -> Sequence[Fact]:
        return [*super().facts(ctx, row), Fact(_("身份证号"), _id_number(row)), *_history(row)]


def _done(_entry: GraceEntry) -> None:
    """A row action gives nothing back."""


def install(console: Console) -> None:
    console.add(Forecasts(), Graces(), GraceReview())
