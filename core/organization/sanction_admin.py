"""处理 of institutions in the back office: who supervises proposes and reviews, the institution sees and replies."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from marshmallow import fields, validate
from sqlalchemy import Select, func, select

from core.access import Permission
from core.admin import Col, EditView, Fact, Group, RowAction, TableView, Tone, day, daytime, status
from core.base.clock import local_date
from core.base.matters import STATE_TONES, STATE_WORDS, STEP_WORDS, State, Step, may
from core.organization import sanctions
from core.organization.institutions import institutions
from core.organization.models import Organization, Sanction
from core.organization.modes import SANCTION_WORDS, SanctionKind
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import FormSchema, shown


@dataclass(frozen=True)
class TypedSanction:
    institution: str
    kind: str
    reason: str
    since: date
    until: date | None = None


class SanctionSchema(FormSchema[TypedSanction]):
    into = TypedSanction

    institution = fields.String(required=True, metadata=shown(_l("培训机构"), "select"))
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in SanctionKind]), metadata=shown(
        _l("处理"), "radio", choices=tuple((kind.value, words) for kind, words in SANCTION_WORDS.items())))
    reason = fields.String(required=True, metadata=shown(_l("原因"), "textarea", hint=_l(
        "机构会看到。写明时间、事情和核实的材料。")))
    since = fields.Date(required=True, metadata=shown(_l("开始日期"), "date"))
    until = fields.Date(load_default=None, allow_none=True, metadata=shown(
        _l("结束日期"), "date", hint=_l("含当日。暂停报名必填；警告和撤出名单可以不填。")))

    def __init__(self, known: Sequence[Organization], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["institution"]
        field.metadata = {**field.metadata, "choices": tuple((str(one.id), one.name) for one in known)}
        field.validators = [validate.OneOf([str(one.id) for one in known])]


def _state(row: Sanction) -> Markup:
    if row.state is State.STANDS and row.until is not None and row.until < local_date(current_ctx().now):
        return status(_("已到期"), Tone.QUIET)
    if row.state is State.STANDS and row.said[-1] is Step.REPLY:
        return status(_("申诉待处理"), Tone.ACTIVE)
    return status(STATE_WORDS[row.state], Tone(STATE_TONES[row.state]))


def _offered(step: Step) -> Callable[[Sanction], bool]:
    """Whoever proposed it may only withdraw it; what is decided is decided by somebody else."""

    def offered(row: Sanction) -> bool:
        own = current_ctx().actor.account_id == row.by_account
        return may(step, row.said) and own is (step is Step.WITHDRAW)

    return offered


COLUMNS = (
    Col[Sanction]("institution", _l("培训机构"), lambda row: row.organization.name),
    Col[Sanction]("kind", _l("处理"), lambda row: SANCTION_WORDS[SanctionKind(row.kind)], kind="short"),
    Col[Sanction]("since", _l("开始日期"), lambda row: day(row.since), sort=Sanction.since, kind="short"),
    Col[Sanction]("until", _l("结束日期"), lambda row: day(row.until) or _("长期"), sort=Sanction.until, kind="short"),
    Col[Sanction]("reason", _l("原因"), lambda row: row.reason),
    Col[Sanction]("by", _l("提出人"), lambda row: row.by_name, kind="short"),
    Col[Sanction]("state", _l("状态"), _state, kind="short"),
)


def _history(row: Sanction) -> list[Fact]:
    return [Fact(daytime(one.at), " ".join(filter(None, (str(STEP_WORDS[Step(one.step)]), one.by_name, one.reason))))
            for one in (row, *row.answers)]


def _kind(row: Sanction) -> str:
    return str(SANCTION_WORDS[SanctionKind(row.kind)])


class Sanctions(EditView[Sanction]):
    """机构处理: warned, suspended, struck off."""

    model, key, title, group, icon = Sanction, "sanctions", _l("机构处理"), Group.PEOPLE, "shield-exclamation"
    permission = Permission.SUPERVISE
    summary = _l("对放松要求的培训机构的警告、暂停报名和撤出名单。")
    lead = _l("提出后须由另一名监管或管理人员同意才生效。暂停报名和撤出名单期间，机构不能接收新的报名和订单，已报名的学员照常。记录只增不改。")
    new_label, search_hint, empty = _l("提出处理"), _l("机构名称"), _l("没有处理过培训机构。")
    columns = COLUMNS
    actions = (
        RowAction[Sanction]("confirm", _l("同意"), sanctions.confirm, lambda row: _(
            "同意后，对“%(name)s”的%(kind)s生效。", name=row.organization.name, kind=_kind(row)), _offered(Step.CONFIRM),
            kind="danger"),
        RowAction[Sanction]("refuse", _l("不同意"), None, lambda _row: _("不同意后，这条处理不生效。"),
                            _offered(Step.REFUSE), note=_l("不同意的理由"), run_noted=sanctions.refuse),
        RowAction[Sanction]("withdraw", _l("撤回"), None, lambda _row: _("撤回后不再等待复核。"),
                            _offered(Step.WITHDRAW), note=_l("撤回的理由"), run_noted=sanctions.withdraw),
        RowAction[Sanction]("keep", _l("维持"), None, lambda row: _(
            "机构的申诉：%(words)s", words=row.entry(Step.REPLY).reason if row.entry(Step.REPLY) else ""),
            _offered(Step.KEEP), note=_l("维持的理由（机构会看到）"), run_noted=sanctions.keep),
        RowAction[Sanction]("end", _l("提前解除"), None, lambda row: _(
            "解除后“%(name)s”可以接收新的报名。", name=row.organization.name), _offered(Step.END),
            note=_l("解除的理由（机构会看到）"), run_noted=sanctions.end),
        RowAction[Sanction]("overturn", _l("撤销"), None, lambda row: _("确认处理错了才撤销。"), _offered(Step.OVERTURN),
                            note=_l("撤销的理由（机构会看到）"), run_noted=sanctions.overturn),
    )
    schema = SanctionSchema

    def count(self, ctx: Ctx) -> int:
        return ctx.db.scalar(select(func.count()).select_from(sanctions.waiting(ctx).order_by(None).subquery())) or 0

    def select(self, ctx: Ctx) -> Select[Any]:
        return sanctions.sanctions(ctx)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Sanction.organization.has(Organization.name.contains(term, autoescape=True)))

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        known = institutions()
        if not ctx.actor.roles & sanctions.WHOLE_PROVINCE:
            known = known.where(Organization.city == (ctx.actor.city or ""))
        return SanctionSchema(ctx.db.scalars(known).all())

    def editable(self, _row: Sanction) -> bool:
        return False

    def values(self, _ctx: Ctx, _row: Sanction) -> Mapping[str, Any]:
        return {}

    def heading(self, row: Sanction) -> str:
        return current_ctx().db.get_one(Organization, row.organization_id).name

    def make(self, ctx: Ctx, asked: TypedSanction) -> Sanction:
        return sanctions.propose(ctx, UUID(asked.institution), SanctionKind(asked.kind), asked.since, asked.until,
                                 asked.reason)

    def facts(self, ctx: Ctx, row: Sanction) -> Sequence[Fact]:
        return [*super().facts(ctx, row), *_history(row)]


class OwnSanctions(TableView[Sanction]):
    """本机构受到的处理: what was decided, why, until when; the institution has its say once."""

    model, key, title, group, icon = Sanction, "own-sanctions", _l("对本机构的处理"), Group.TODO, "shield-exclamation"
    permission = Permission.REVIEW_INSTITUTION
    summary = _l("主管部门对本机构的警告、暂停报名和撤出名单。")
    lead = _l("对处理有异议的，可以申诉一次，由没有参与提出的人员处理。")
    empty = _l("本机构没有受到处理。")
    columns = COLUMNS
    actions = (RowAction[Sanction]("reply", _l("申诉"), None, lambda row: _(
        "处理原因：%(reason)s", reason=row.reason), lambda row: may(Step.REPLY, row.said), note=_l("申诉内容"),
        run_noted=sanctions.reply),)

    def select(self, ctx: Ctx) -> Select[Any]:
        return sanctions.decided_about(ctx, ctx.actor.organization_id)

    def count(self, ctx: Ctx) -> int:
        own = ctx.actor.organization_id
        return len(sanctions.standing_of(ctx, [own]).get(own, ())) if own else 0

    def heading(self, row: Sanction) -> str:
        return _kind(row)

    def facts(self, ctx: Ctx, row: Sanction) -> Sequence[Fact]:
        return [*super().facts(ctx, row), *_history(row)]
