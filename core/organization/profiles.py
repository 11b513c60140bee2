"""What an institution says of itself, how it is paid, where it tests (ZJ-13, ZJ-23)."""
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.base.db import Id
from core.base.errors import Conflict, Forbidden, Refused
from core.organization.institutions import institution
from core.organization.models import InstitutionProfile, TestPlace
from core.organization.modes import PaymentWay
from core.tenancy import Ctx, Role


@dataclass(frozen=True)
class Said:
    """Features, and where money goes."""

    features: str
    payment_way: PaymentWay
    account_holder: str = ""
    bank: str = ""
    account_number: str = ""


def keeps_all(ctx: Ctx) -> bool:
    """Whether the actor keeps every institution; a clerk keeps the own one."""
    return Role.ADMINISTRATOR in ctx.actor.roles


def kept_by(ctx: Ctx, chosen: str) -> Id:
    """The institution that a form is about: an administrator chooses it, a clerk is not asked. Forbidden for a clerk
    who works for none."""
    if keeps_all(ctx):
        return UUID(chosen)
    if ctx.actor.organization_id is None:
        raise Forbidden("no_institution", _("您的账号还没有指定培训机构。"),
                        hint=_("请联系系统管理员，在“培训机构”里为您的账号指定机构。"))
    return ctx.actor.organization_id


def of_actor(ctx: Ctx, model: Any) -> Select[Any]:
    """The rows of a table that the actor keeps; none for a clerk who works for no institution."""
    return select(model) if keeps_all(ctx) else select(model).where(
        model.organization_id == ctx.actor.organization_id)


def open_profile(ctx: Ctx, institution_id: Id, said: Said) -> InstitutionProfile:
    """What an institution says for the first time; Conflict when it has said something already."""
    held = institution(ctx, institution_id)
    if ctx.db.scalar(select(InstitutionProfile.id).where(InstitutionProfile.organization_id == held.id)) is not None:
        raise Conflict("profile", _("“%(name)s”已经填写过了。", name=held.name), field="institution",
                       hint=_("请在列表中找到它再修改。"))
    row = InstitutionProfile(organization_id=held.id, changed_at=ctx.now)
    change_profile(ctx, row, said)
    ctx.db.add(row)
    ctx.db.flush()
    return row


def change_profile(ctx: Ctx, row: InstitutionProfile, said: Said) -> None:
    """Refused without a whole bank account where transfers are taken: nobody could pay."""
    if said.payment_way is not PaymentWay.ONLINE and not (said.account_holder and said.bank and said.account_number):
        raise Refused("account", _("可以汇款或转账的，户名、开户银行和账号都要填写。"), field="account_number")
    row.features, row.payment_way = said.features.strip(), said.payment_way
    row.account_holder, row.bank, row.account_number = said.account_holder, said.bank, said.account_number
    row.changed_at, row.changed_by = ctx.now, ctx.actor.name
    ctx.record("organization.profile", row.organization_id, way=said.payment_way.value)


def add_place(ctx: Ctx, institution_id: Id, name: str, city: str, address: str) -> TestPlace:
    """A further test place. Conflict for a name that the institution uses already."""
    held = institution(ctx, institution_id)
    row = TestPlace(organization_id=held.id, name="", city="", address="", created_at=ctx.now)
    change_place(ctx, row, name, city, address)
    ctx.db.add(row)
    ctx.db.flush()
    return row


def change_place(ctx: Ctx, row: TestPlace, name: str, city: str, address: str) -> None:
    """Other words for it. Conflict as `add_place`."""
    known = ctx.db.scalar(select(TestPlace.id).where(TestPlace.organization_id == row.organization_id,
                                                     TestPlace.name == name, TestPlace.id != row.id))
    if known is not None:
        raise Conflict("place_name", _("“%(name)s”已经有了。", name=name), field="name", hint=_("请换一个名称。"))
    row.name, row.city, row.address = name, city, address


def close_place(ctx: Ctx, row: TestPlace) -> None:
    """Not shown any more; what is planned there stays."""
    row.closed_at = ctx.now


def reopen_place(ctx: Ctx, row: TestPlace) -> None:
    """Shown again."""
    row.closed_at = None
