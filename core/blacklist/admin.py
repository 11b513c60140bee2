"""黑名单 in the back office: proposed, reviewed by another, objected to, ended (ZJ-14)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from marshmallow import fields, validate
from sqlalchemy import Select
from werkzeug.datastructures import FileStorage

from core.access import Permission
from core.admin import Col, Console, EditView, Fact, Group, Pick, RowAction, Tone, day, daytime, expose, status
from core.base.clock import local_date
from core.base.matters import STATE_TONES, STATE_WORDS, STEP_WORDS, State, Step, may
from core.blacklist import queries, service
from core.blacklist.models import BarEntry
from core.organization.institutions import institutions
from core.organization.models import Organization
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import masked_id
from core.web.forms import FormSchema, shown

YES, NO = "yes", "no"


@dataclass(frozen=True)
class TypedBar:
    name: str
    id_number: str
    since: date
    reason: str
    cancels: str
    until: date | None = None
    institution: str = ""
    evidence: FileStorage | None = None

    def wanted(self) -> service.Wanted:
        """What the service asks for; one byte more than allowed is enough to know that it is too much."""
        evidence = self.evidence.stream.read(service.MOST_BYTES + 1) if self.evidence else b""
        return service.Wanted(self.id_number, self.name, self.since, self.until, self.reason, self.cancels == YES,
                              UUID(self.institution) if self.institution else None, evidence)


class BarSchema(FormSchema[TypedBar]):
    """A proposal. Who has no account yet can be barred too."""

    into = TypedBar

    name = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(_l("姓名")))
    id_number = fields.String(required=True, metadata=shown(_l("身份证号"), "id", hint=_l("还没有注册的人也可以填写。")))
    reason = fields.String(required=True, metadata=shown(_l("原因"), "textarea", hint=_l(
        "本人会看到。写明时间、地点、事情和核实的材料。")))
    institution = fields.String(load_default="", metadata=shown(_l("在哪家机构发生"), "select"))
    since = fields.Date(required=True, metadata=shown(_l("开始日期"), "date"))
    until = fields.Date(load_default=None, allow_none=True, metadata=shown(
        _l("结束日期"), "date", hint=_l("含当日。长期的不填。")))
    cancels = fields.String(required=True, validate=validate.OneOf([YES, NO]), metadata=shown(
        _l("已取得的证书"), "radio", choices=((NO, _l("保留")), (YES, _l("同时注销")))))
    evidence = fields.Raw(load_default=None, allow_none=True, metadata=shown(
        _l("证据材料"), "file", accept=".pdf,.jpg,.jpeg,.png", hint=_l("PDF、JPG 或 PNG，最大 5 MB。")))

    def __init__(self, schools: Sequence[Organization], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["institution"]
        field.metadata = {**field.metadata, "choices": (
            ("", _l("不在培训机构")), *((str(one.id), one.name) for one in schools))}
        field.validators = [validate.OneOf(["", *(str(one.id) for one in schools)])]


def _state(row: BarEntry) -> Markup:
    today = local_date(current_ctx().now)
    if row.state is State.STANDS and row.until is not None and row.until < today:
        return status(_("已到期"), Tone.QUIET)
    if row.state is State.STANDS and row.said[-1] is Step.REPLY:
        return status(_("申诉待处理"), Tone.ACTIVE)
    return status(STATE_WORDS[row.state], Tone(STATE_TONES[row.state]))


def _offered(step: Step) -> Any:
    """Whoever proposed it may only withdraw it; what is decided is decided by somebody else."""

    def offered(row: BarEntry) -> bool:
        actor = current_ctx().actor
        if not may(step, row.said):
            return False
        if step is Step.WITHDRAW:
            return actor.account_id == row.by_account
        return actor.account_id != row.by_account and bool(actor.roles & service.DECIDES)

    return offered


def history(row: BarEntry) -> list[Fact]:
    """Every step with its day, who took it and why."""
    return [Fact(daytime(one.at), " ".join(filter(None, (str(STEP_WORDS[Step(one.step)]), one.by_name, one.reason))))
            for one in (row, *row.answers)]


class Blacklist(EditView[BarEntry]):
    """黑名单: barred from enrollment, tests and certificates at every institution."""

    model, key, title, group, icon = BarEntry, "blacklist", _l("黑名单"), Group.PEOPLE, "person-x"
    permission = Permission.SUPERVISE
    summary = _l("因违规不能报名、考试和办证的人。")
    lead = _l("提出后须由另一名复核或管理人员同意才生效，对所有培训机构有效。生效后本人收到短信，可以申诉。记录只增不改。")
    new_label, search_hint = _l("提出列入"), _l("身份证号")
    private_search = True
    empty = _l("黑名单中没有人。")
    columns = (
        Col[BarEntry]("name", _l("姓名"), lambda row: row.name, kind="short"),
        Col[BarEntry]("id_number", _l("身份证号"), lambda row: masked_id(row.id_number), kind="short"),
        Col[BarEntry]("since", _l("开始日期"), lambda row: day(row.since), sort=BarEntry.since, kind="short"),
        Col[BarEntry]("until", _l("结束日期"), lambda row: day(row.until) or _("长期"), sort=BarEntry.until, kind="short"),
        Col[BarEntry]("reason", _l("原因"), lambda row: row.reason),
        Col[BarEntry]("by", _l("提出人"), lambda row: row.by_name, kind="short"),
        Col[BarEntry]("state", _l("状态"), _state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [
        ("waiting", str(STATE_WORDS[State.WAITING])), ("standing", str(_l("生效中"))), ("objected", str(_l("申诉待处理")))],
        lambda rows, value: queries.narrowed(current_ctx(), rows, value)),)
    actions = (
        RowAction[BarEntry]("confirm", _l("同意列入"), service.confirm, lambda row: _(
            "同意后，“%(name)s”%(period)s不能报名、参加测试和办理证书。", name=row.name, period=service.period(row)) + (
                _("已取得的证书同时注销。") if row.cancels else ""), _offered(Step.CONFIRM), kind="danger"),
        RowAction[BarEntry]("refuse", _l("不同意"), None, lambda row: _("“%(name)s”不列入黑名单。", name=row.name),
                            _offered(Step.REFUSE), note=_l("不同意的理由"), run_noted=service.refuse),
        RowAction[BarEntry]("withdraw", _l("撤回"), None, lambda _row: _("撤回后不再等待复核。"),
                            _offered(Step.WITHDRAW), note=_l("撤回的理由"), run_noted=service.withdraw),
        RowAction[BarEntry]("keep", _l("维持"), None, lambda row: _(
            "申诉：%(words)s。维持后，本人会收到理由。", words=row.entry(Step.REPLY).reason if row.entry(Step.REPLY) else ""),
            _offered(Step.KEEP), note=_l("维持的理由（本人会看到）"), run_noted=service.keep),
        RowAction[BarEntry]("end", _l("提前解除"), None, lambda row: _(
            "解除后“%(name)s”可以照常报名和考试；已注销的证书不恢复。", name=row.name), _offered(Step.END),
            note=_l("解除的理由（本人会看到）"), run_noted=service.end),
        RowAction[BarEntry]("overturn", _l("撤销"), None, lambda row: _(
            "确认列错了才撤销：“%(name)s”移出黑名单，由此注销的证书恢复原状。", name=row.name), _offered(Step.OVERTURN),
            note=_l("撤销的理由（本人会看到）"), run_noted=service.overturn),
    )

    def count(self, ctx: Ctx) -> int:
        return queries.waiting(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return queries.bars(ctx)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(BarEntry.id_number_mac == term.removeprefix("~"))

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return BarSchema(ctx.db.scalars(institutions(closed=True)).all())

    def editable(self, _row: BarEntry) -> bool:
        return False

    def values(self, _ctx: Ctx, row: BarEntry) -> Mapping[str, Any]:
        return {"reason": row.reason}

    def make(self, ctx: Ctx, asked: TypedBar) -> BarEntry:
        return service.propose(ctx, asked.wanted())

    def facts(self, ctx: Ctx, row: BarEntry) -> Sequence[Fact]:
        held = ctx.db.get(Organization, row.institution_id) if row.institution_id else None
        evidence = Markup('<a href="{}">{}</a>').format(self.at("evidence_view", id=row.id), _("下载证据材料")) \
            if row.evidence_key else ""
        confirmed = row.entry(Step.CONFIRM)
        gone = dict.fromkeys(one[3] for one in confirmed.cancelled) if confirmed else {}
        return [*super().facts(ctx, row), Fact(_("在哪家机构发生"), held.name if held else ""),
                Fact(_("已取得的证书"), _("同时注销") if row.cancels else _("保留")), Fact(_("注销的证书"), "、".join(gone)),
                Fact(_("证据材料"), evidence), *history(row)]

    @expose("/<id>/evidence/")
    def evidence_view(self, id: str) -> ResponseReturnValue:
        """The file as it was uploaded, always as a download."""
        row = self.get_one(id)
        try:
            data = current_ctx().blobs.get(row.evidence_key or "")
        except (FileNotFoundError, ValueError):
            abort(404)
        kind = next(suffix for magic, suffix in ((b"%PDF", "pdf"), (b"\xff\xd8", "jpg"), (b"", "png"))
                    if data.startswith(magic))
        response = Response(data, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = f"attachment; filename=evidence.{kind}"
        return response


def install(console: Console) -> None:
    console.add(Blacklist())
