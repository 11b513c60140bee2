"""What institutions offer, in the back office: fees with their history, features and payment, test places (ZJ-13).

An administrator keeps all institutions, an institution's clerk the own one; what it announces itself is for a later
day.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select

from core.access import Permission
from core.admin import Col, EditView, Group, Pick, RowAction, Tone, day, daytime, money, status
from core.base.clock import local_date
from core.organization import offers, profiles
from core.organization.institutions import institutions
from core.organization.models import InstitutionFee, InstitutionProfile, Organization, Post, TestPlace
from core.organization.modes import MODE_WORDS, WAY_WORDS, Mode, PaymentWay
from core.organization.profiles import keeps_all, kept_by, of_actor
from core.organization.queries import posts
from core.organization.rules import Announced, in_force
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import FormSchema, Money, shown

OFFERED, WITHDRAWN = "offered", "withdrawn"


class _OfInstitution(FormSchema[Any]):
    """A form whose first field says which institution; a clerk is not asked."""

    institution = fields.String(required=True, metadata=shown(_l("培训机构"), "select"))

    def __init__(self, ctx: Ctx, *, fixed: bool = False, **options: Any) -> None:
        super().__init__(exclude=("institution",) if fixed or not keeps_all(ctx) else (), **options)
        if (field := self.fields.get("institution")) is not None:
            known = [(str(one.id), one.name) for one in ctx.db.scalars(institutions(closed=True))]
            field.metadata = {**field.metadata, "choices": tuple(known)}
            field.validators = [validate.OneOf([value for value, _name in known])]


@dataclass(frozen=True)
class TypedOffer:
    mode: str
    since: date
    offered: str
    training_fen: int = 0
    post: str = ""
    textbook_fen: int = 0
    institution: str = ""


class OfferSchema(_OfInstitution):
    """One announcement: a post in a mode at a fee from a day on, or no longer."""

    into = TypedOffer

    post = fields.String(load_default="", metadata=shown(_l("岗位"), "select"))
    mode = fields.String(required=True, validate=validate.OneOf([mode.value for mode in Mode]), metadata=shown(
        _l("培训方式"), "radio", choices=tuple((mode.value, words) for mode, words in MODE_WORDS.items())))
    offered = fields.String(required=True, validate=validate.OneOf([OFFERED, WITHDRAWN]), metadata=shown(
        _l("是否开设"), "radio", choices=((OFFERED, _l("开设")), (WITHDRAWN, _l("不再开设")))))
    training_fen = Money(load_default=0, metadata=shown(_l("培训费（元）"), "money", hint=_l("每人。不再开设的不填。")))
    textbook_fen = Money(load_default=0, metadata=shown(_l("教材费（元）"), "money", hint=_l("不收教材费的填 0。")))
    since = fields.Date(required=True, metadata=shown(
        _l("执行日期"), "date", hint=_l("从这一天起执行，已生成的订单不变。机构自己公布的，最早从明天起。")))

    def __init__(self, ctx: Ctx, **options: Any) -> None:
        super().__init__(ctx, **options)
        known = [(str(one.id), one.name) for one in posts(ctx)]
        field = self.fields["post"]
        field.metadata = {**field.metadata, "choices": (("", _l("全部岗位")), *known)}
        field.validators = [validate.OneOf(["", *(value for value, _name in known)])]


def _of(row: Any) -> str:
    return str(row.organization.name)


def _standing(row: InstitutionFee) -> object:
    """In force, still to come, or replaced by a later one."""
    ctx = current_ctx()
    today = local_date(ctx.now)
    if row.since > today:
        return status(_("未到执行日期"), Tone.ACTIVE)
    same = [Announced(one.id, one.post_id, one.training_fen, one.textbook_fen, one.since)
            for one in offers.announcements(ctx, row.organization_id)
            if one.mode == row.mode and one.post_id == row.post_id]
    newest = in_force(same, row.post_id, today)
    if newest is None or newest.serial != row.id:
        return status(_("已被新的代替"), Tone.QUIET)
    return status(_("不再开设"), Tone.STOP) if row.withdrawn else status(_("执行中"), Tone.DONE)


class Offers(EditView[InstitutionFee]):
    """收费标准: announcements are added and never changed."""

    model, key, title, group, icon = InstitutionFee, "offers", _l("开设岗位与收费"), Group.TEACHING, "cash-coin"
    permission = Permission.OFFER
    summary = _l("培训机构开设的岗位、培训方式和收费标准。")
    lead = _l("收费变动、增开或停开岗位，都公布一条新的，从执行日期起代替原来的。公布过的不能修改，全部留有记录。")
    new_label, search_hint, empty = _l("公布收费标准"), _l("机构名称"), _l("公布一条收费标准，企业就能在比较页看到。")
    columns = (
        Col[InstitutionFee]("institution", _l("培训机构"), _of),
        Col[InstitutionFee]("post", _l("岗位"), lambda row: row.post.name if row.post else _("全部岗位")),
        Col[InstitutionFee]("mode", _l("培训方式"), lambda row: MODE_WORDS[Mode(row.mode)], kind="short"),
        Col[InstitutionFee]("training", _l("培训费"), lambda row: "—" if row.withdrawn else money(row.training_fen),
                            sort=InstitutionFee.training_fen, kind="num"),
        Col[InstitutionFee]("textbook", _l("教材费"), lambda row: "—" if row.withdrawn else money(row.textbook_fen),
                            kind="num"),
        Col[InstitutionFee]("since", _l("执行日期"), lambda row: day(row.since), sort=InstitutionFee.since, kind="short"),
        Col[InstitutionFee]("state", _l("状态"), _standing, kind="short"),
        Col[InstitutionFee]("by", _l("公布人"), lambda row: row.set_by or "—", kind="short"),
        Col[InstitutionFee]("at", _l("公布时间"), lambda row: daytime(row.set_at), sort=InstitutionFee.set_at,
                            kind="short"),
    )
    picks = (Pick("mode", _l("培训方式"), lambda _ctx: [(mode.value, str(words)) for mode, words in MODE_WORDS.items()],
                  lambda rows, value: rows.where(InstitutionFee.mode == value)),
             Pick("post", _l("岗位"), lambda ctx: [(str(one.id), one.name) for one in posts(ctx)],
                  lambda rows, value: rows.where(InstitutionFee.post_id == UUID(value))))
    schema = OfferSchema

    def select(self, ctx: Ctx) -> Select[Any]:
        return of_actor(ctx, InstitutionFee).order_by(InstitutionFee.set_at.desc(), InstitutionFee.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(InstitutionFee.organization.has(Organization.name.contains(term, autoescape=True)))

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return OfferSchema(ctx)

    def editable(self, _row: InstitutionFee) -> bool:
        return False

    def values(self, _ctx: Ctx, _row: InstitutionFee) -> Mapping[str, Any]:
        return {}

    def heading(self, row: InstitutionFee) -> str:
        post = row.post if row.post_id is None else current_ctx().db.get_one(Post, row.post_id)
        return f"{post.name if post else _('全部岗位')} · {MODE_WORDS[Mode(row.mode)]}"

    def make(self, ctx: Ctx, asked: TypedOffer) -> InstitutionFee:
        wanted = offers.Announcement(Mode(asked.mode), UUID(asked.post) if asked.post else None, asked.training_fen,
                                     asked.textbook_fen, asked.since)
        earliest = None if keeps_all(ctx) else local_date(ctx.now) + timedelta(days=1)
        return offers.announce(ctx, kept_by(ctx, asked.institution), wanted, earliest=earliest,
                               withdrawn=asked.offered == WITHDRAWN)


@dataclass(frozen=True)
class TypedProfile:
    features: str
    payment_way: str
    account_holder: str = ""
    bank: str = ""
    account_number: str = ""
    institution: str = ""


class ProfileSchema(_OfInstitution):
    """ZJ-13 有无培训特色, ZJ-23 缴费方式."""

    into = TypedProfile

    features = fields.String(load_default="", validate=validate.Length(max=500), metadata=shown(
        _l("培训特色"), "textarea", hint=_l("师资、实训条件、班期安排等，企业选择机构时会看到。")))
    payment_way = fields.String(required=True, validate=validate.OneOf([way.value for way in PaymentWay]),
                                metadata=shown(_l("缴费方式"), "radio", choices=tuple(
                                    (way.value, words) for way, words in WAY_WORDS.items())))
    account_holder = fields.String(load_default="", validate=validate.Length(max=80), metadata=shown(_l("收款户名")))
    bank = fields.String(load_default="", validate=validate.Length(max=80), metadata=shown(_l("开户银行")))
    account_number = fields.String(load_default="", validate=validate.Length(max=40), metadata=shown(
        _l("收款账号"), hint=_l("可以汇款或转账的，户名、开户银行和账号都要填写。")))


class Profiles(EditView[InstitutionProfile]):
    """机构介绍与收款."""

    model, key, title, group, icon = InstitutionProfile, "profiles", _l("机构特色与收款"), Group.TEACHING, "credit-card"
    permission = Permission.OFFER
    summary = _l("培训特色、缴费方式和收款账户。")
    new_label, empty = _l("填写特色与收款"), _l("填写培训特色和缴费方式，企业比较机构和缴费时会看到。")
    columns = (
        Col[InstitutionProfile]("institution", _l("培训机构"), _of),
        Col[InstitutionProfile]("features", _l("培训特色"), lambda row: row.features or "—"),
        Col[InstitutionProfile]("way", _l("缴费方式"), lambda row: WAY_WORDS[PaymentWay(row.payment_way)], kind="short"),
        Col[InstitutionProfile]("holder", _l("收款户名"), lambda row: row.account_holder or "—"),
        Col[InstitutionProfile]("bank", _l("开户银行"), lambda row: row.bank or "—"),
        Col[InstitutionProfile]("number", _l("收款账号"), lambda row: row.account_number or "—", kind="short"),
        Col[InstitutionProfile]("by", _l("最近修改"), lambda row: f"{daytime(row.changed_at)} {row.changed_by}",
                                sort=InstitutionProfile.changed_at, kind="short"),
    )
    schema = ProfileSchema

    def select(self, ctx: Ctx) -> Select[Any]:
        return of_actor(ctx, InstitutionProfile).order_by(InstitutionProfile.changed_at.desc())

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return ProfileSchema(ctx, fixed=True)

    def prepared_new(self, ctx: Ctx) -> FormSchema[Any]:
        return ProfileSchema(ctx)

    def heading(self, row: InstitutionProfile) -> str:
        return current_ctx().db.get_one(Organization, row.organization_id).name

    def values(self, _ctx: Ctx, row: InstitutionProfile) -> Mapping[str, Any]:
        return {"features": row.features, "payment_way": row.payment_way, "account_holder": row.account_holder,
                "bank": row.bank, "account_number": row.account_number}

    def make(self, ctx: Ctx, asked: TypedProfile) -> InstitutionProfile:
        return profiles.open_profile(ctx, kept_by(ctx, asked.institution), _said(asked))

    def change(self, ctx: Ctx, row: InstitutionProfile, asked: TypedProfile) -> None:
        profiles.change_profile(ctx, row, _said(asked))


def _said(asked: TypedProfile) -> profiles.Said:
    return profiles.Said(asked.features, PaymentWay(asked.payment_way), asked.account_holder, asked.bank,
                         asked.account_number)


@dataclass(frozen=True)
class TypedPlace:
    name: str
    city: str
    address: str
    institution: str = ""


class PlaceSchema(_OfInstitution):
    into = TypedPlace

    name = fields.String(required=True, validate=validate.Length(max=60), metadata=shown(
        _l("测试地点名称"), hint=_l("如 城西考点。")))
    city = fields.String(required=True, validate=validate.Length(max=20), metadata=shown(
        _l("城市"), hint=_l("如 杭州市。企业按所在城市看远近。")))
    address = fields.String(required=True, validate=validate.Length(max=120), metadata=shown(_l("详细地址")))


class Places(EditView[TestPlace]):
    """测试地点."""

    model, key, title, group, icon = TestPlace, "test-places", _l("测试地点"), Group.EXAM, "geo-alt"
    permission = Permission.OFFER
    summary = _l("培训机构的测试地点。")
    new_label, empty = _l("新建测试地点"), _l("新建一个测试地点，企业比较机构时会看到。")
    columns = (
        Col[TestPlace]("name", _l("测试地点名称"), lambda row: row.name, sort=TestPlace.name),
        Col[TestPlace]("institution", _l("培训机构"), _of),
        Col[TestPlace]("city", _l("城市"), lambda row: row.city, sort=TestPlace.city, kind="short"),
        Col[TestPlace]("address", _l("详细地址"), lambda row: row.address),
        Col[TestPlace]("state", _l("状态"), lambda row: status(_("已停用"), Tone.QUIET) if row.closed_at
                       else status(_("使用中"), Tone.DONE), kind="short"),
    )
    actions = (
        RowAction[TestPlace]("close", _l("停用"), profiles.close_place, lambda row: _(
            "停用后比较页不再显示“%(name)s”，已排好的测试不受影响。", name=row.name), lambda row: row.closed_at is None),
        RowAction[TestPlace]("reopen", _l("启用"), profiles.reopen_place, lambda row: _(
            "启用后比较页显示“%(name)s”。", name=row.name), lambda row: row.closed_at is not None),
    )
    schema = PlaceSchema

    def select(self, ctx: Ctx) -> Select[Any]:
        return of_actor(ctx, TestPlace).order_by(TestPlace.city, TestPlace.name, TestPlace.id)

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return PlaceSchema(ctx, fixed=True)

    def prepared_new(self, ctx: Ctx) -> FormSchema[Any]:
        return PlaceSchema(ctx)

    def values(self, _ctx: Ctx, row: TestPlace) -> Mapping[str, Any]:
        return {"name": row.name, "city": row.city, "address": row.address}

    def make(self, ctx: Ctx, asked: TypedPlace) -> TestPlace:
        return profiles.add_place(ctx, kept_by(ctx, asked.institution), asked.name, asked.city, asked.address)

    def change(self, ctx: Ctx, row: TestPlace, asked: TypedPlace) -> None:
        profiles.change_place(ctx, row, asked.name, asked.city, asked.address)


VIEWS: Sequence[type[EditView[Any]]] = (Offers, Profiles, Places)
