"""Training institutions and their announced fees in the back office (GD-04, GD-06)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select

from core.admin import Col, EditView, Fact, Group, Pick, RowAction, Tone, day, money, status
from core.base.clock import local_date
from core.organization import institutions
from core.organization.institutions import InstitutionFacts
from core.organization.models import Organization
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import FormSchema, Money, shown

STATES = (("open", _l("在公布名单内")), ("closed", _l("已撤出名单")))


@dataclass(frozen=True)
class TypedInstitution:
    name: str
    city: str
    training_fen: int = 0
    textbook_fen: int = 0
    since: date | None = None
    place: str = ""
    telephone: str = ""
    credit_code: str = ""

    def facts(self) -> InstitutionFacts:
        """What the service asks for."""
        return InstitutionFacts(self.name, self.city, self.training_fen, self.textbook_fen, self.since, self.place,
                                self.telephone, self.credit_code)


class InstitutionSchema(FormSchema[TypedInstitution]):
    """What is announced of an institution: who, where, and two fees (GD-06)."""

    into = TypedInstitution

    name = fields.String(required=True, validate=validate.Length(max=80), metadata=shown(
        _l("机构名称"), hint=_l("与公布名单上的名称一致。")))
    city = fields.String(required=True, validate=validate.Length(max=20), metadata=shown(_l("城市"), hint=_l("如 广州市。")))
    place = fields.String(validate=validate.Length(max=120), metadata=shown(_l("报名地点")))
    telephone = fields.String(validate=validate.Length(max=40), metadata=shown(_l("咨询电话")))
    credit_code = fields.String(validate=validate.Length(max=20), metadata=shown(_l("统一社会信用代码"), "id"))
    training_fen = Money(load_default=0, metadata=shown(_l("继续教育培训费（元）"), "money", hint=_l(
        "每个岗位每个年度。各岗位收费不同的，这里不填，在“开设岗位与收费”里逐项公布。")))
    textbook_fen = Money(load_default=0, metadata=shown(_l("教材费（元）"), "money", hint=_l("不收教材费的填 0。")))
    since = fields.Date(load_default=None, allow_none=True, metadata=shown(
        _l("收费标准执行日期"), "date", hint=_l("从这一天起按新标准收费，已收的费用不变。")))


def _state(row: Organization) -> object:
    return status(STATES[1][1], Tone.QUIET) if row.closed_at else status(STATES[0][1], Tone.DONE)


def _fee(row: Organization, item: str) -> str:
    fee = institutions.fee_in_force(current_ctx(), row)
    return money(getattr(fee, item)) if fee else "—"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


class Institutions(EditView[Organization]):
    """培训机构 (GD-04, GD-06)."""

    model, key, title, group, icon = Organization, "institutions", _l("培训机构"), Group.PEOPLE, "building"
    summary = _l("公布的培训机构、收费标准和机构账号。")
    new_label, search_hint, empty = _l("新建培训机构"), _l("机构名称或城市"), _l("新建一家培训机构。")
    columns = (
        Col[Organization]("name", _l("机构名称"), lambda row: row.name, sort=Organization.name),
        Col[Organization]("city", _l("城市"), lambda row: row.city, sort=Organization.city, kind="short"),
        Col[Organization]("training", _l("培训费"), lambda row: _fee(row, "training_fen"), kind="num"),
        Col[Organization]("textbook", _l("教材费"), lambda row: _fee(row, "textbook_fen"), kind="num"),
        Col[Organization]("telephone", _l("咨询电话"), lambda row: row.telephone, kind="short"),
        Col[Organization]("state", _l("状态"), _state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(value, str(words)) for value, words in STATES],
                  lambda rows, value: rows.where(Organization.closed_at.is_(None) if value == "open"
                                                 else Organization.closed_at.is_not(None))),)
    actions = (
        RowAction[Organization](
            "appoint", _l("指定账号"), None, lambda row: _(
                "填写一个有“培训机构”角色的工作人员账号，它只能为“%(name)s”报名。", name=row.name),
            note=_l("工作人员账号"), run_noted=institutions.appoint_clerk),
        RowAction[Organization]("close", _l("撤出名单"), institutions.close_institution, lambda row: _(
            "撤出后“%(name)s”不能再报名，已报名的学员照常学习。", name=row.name),
            lambda row: row.closed_at is None, kind="danger"),
        RowAction[Organization]("reopen", _l("恢复"), institutions.reopen_institution, lambda row: _(
            "恢复后“%(name)s”可以报名。", name=row.name), lambda row: row.closed_at is not None),
    )
    schema = InstitutionSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return institutions.institutions(closed=True)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Organization.name.contains(term, autoescape=True)
                          | Organization.city.contains(term, autoescape=True))

    def facts(self, ctx: Ctx, row: Organization) -> Sequence[Fact]:
        fees = "；".join(_("%(day)s起：培训费%(training)s，教材费%(textbook)s", day=day(fee.since),
                          training=money(fee.training_fen), textbook=money(fee.textbook_fen))
                        for fee in institutions.fees_of(ctx, row))
        return [*super().facts(ctx, row), Fact(_("报名地点"), row.place), Fact(_("统一社会信用代码"), row.credit_code),
                Fact(_("收费标准"), fees),
                Fact(_("机构账号"), "、".join(one.username or "" for one in institutions.clerks(ctx, row)))]

    def values(self, ctx: Ctx, row: Organization) -> Mapping[str, Any]:
        newest = next(iter(institutions.fees_of(ctx, row)), None)
        fee = {"training_fen": _yuan(newest.training_fen), "textbook_fen": _yuan(newest.textbook_fen),
               "since": day(newest.since)} if newest else {"since": day(local_date(ctx.now))}
        return {"name": row.name, "city": row.city, "place": row.place, "telephone": row.telephone,
                "credit_code": row.credit_code or "", **fee}

    def make(self, ctx: Ctx, asked: TypedInstitution) -> Organization:
        return institutions.add_institution(ctx, asked.facts())

    def change(self, ctx: Ctx, row: Organization, asked: TypedInstitution) -> None:
        institutions.change_institution(ctx, row, asked.facts())
