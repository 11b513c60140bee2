"""经办人: several clerks of an enterprise with one responsible owner, and recovery through the city's authority."""
from dataclasses import dataclass, field

from flask_babel import gettext as _

from core.api import Conflict, Ctx, Forbidden, NotFound, Refused, Role
from core.api.staff import (
    Clerk,
    NewClerk,
    clerk_of,
    clerks_of,
    first_password,
    give_password,
    lock_clerk,
    open_clerk,
    rename_clerk,
    unlock_clerk,
)
from core.api.store import Id

from plugins.zhejiang.enterprise import texts
from plugins.zhejiang.enterprise.history import Noted, note, tell
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.rules import next_owner
from plugins.zhejiang.enterprise.states import Deed

LEAST_PROOF = 6


@dataclass(frozen=True)
class ClerkAsked:
    """A clerk to be opened by the owner."""

    name: str
    username: str
    phone: str = field(repr=False)


@dataclass(frozen=True)
class Recovery:
    """What the regulator says: how it was made sure who asks, and, where another person asks, who and which phone."""

    proof: str
    name: str = ""
    phone: str = field(default="", repr=False)


def all_of(ctx: Ctx, enterprise: Enterprise) -> list[Clerk]:
    """Everybody who works for the enterprise, the owner first."""
    return sorted(clerks_of(ctx, enterprise.organization_id), key=lambda one: (one.id != enterprise.owner_id,
                                                                               one.username))


def check_owner(ctx: Ctx, enterprise: Enterprise) -> None:
    """Only the responsible clerk changes clerks."""
    if ctx.actor.account_id != enterprise.owner_id:
        owner = clerk_of(ctx, enterprise.owner_id)
        raise Forbidden("not_owner", _("只有本单位负责人%(name)s可以管理经办人。", name=owner.name),
                        hint=_("请联系负责人办理；负责人已离职的，请联系%(city)s主管部门。", city=enterprise.city))


def add(ctx: Ctx, enterprise: Enterprise, asked: ClerkAsked) -> str:
    """Open another clerk; the first password, which is shown once."""
    check_owner(ctx, enterprise)
    password = first_password()
    opened = open_clerk(ctx, NewClerk(asked.username, asked.name, asked.phone, Role.ENTERPRISE,
                                      enterprise.organization_id), password, must_change=True)
    note(ctx, enterprise, Deed.CLERK, Noted(_("新增经办人 %(name)s（%(username)s）", name=opened.name,
                                              username=opened.username)))
    return password


def lock(ctx: Ctx, enterprise: Enterprise, clerk_id: Id) -> None:
    """Whoever has left signs in no more. The owner hands over first."""
    check_owner(ctx, enterprise)
    found = own_clerk(ctx, enterprise, clerk_id)
    if found.id == enterprise.owner_id:
        raise Conflict("owner", _("负责人的账号不能停用。"), hint=_("请先把负责人交给另一位经办人。"))
    lock_clerk(ctx, found.id)
    note(ctx, enterprise, Deed.CLERK, Noted(_("停用经办人 %(name)s（%(username)s）", name=found.name,
                                              username=found.username)))


def unlock(ctx: Ctx, enterprise: Enterprise, clerk_id: Id) -> None:
    """The clerk signs in again."""
    check_owner(ctx, enterprise)
    found = own_clerk(ctx, enterprise, clerk_id)
    unlock_clerk(ctx, found.id)
    note(ctx, enterprise, Deed.CLERK, Noted(_("启用经办人 %(name)s（%(username)s）", name=found.name,
                                              username=found.username)))


def renew_password(ctx: Ctx, enterprise: Enterprise, clerk_id: Id) -> str:
    """A clerk has forgotten it: a first password anew, shown to the owner once."""
    check_owner(ctx, enterprise)
    found = own_clerk(ctx, enterprise, clerk_id)
    if found.id == enterprise.owner_id:
        raise Conflict("owner", _("自己的密码请在“修改密码”里修改。"))
    note(ctx, enterprise, Deed.CLERK, Noted(_("为经办人 %(name)s（%(username)s）重发密码", name=found.name,
                                              username=found.username)))
    return give_password(ctx, found.id)


def hand_over(ctx: Ctx, enterprise: Enterprise, clerk_id: Id) -> None:
    """Another clerk is responsible from now on; both phones hear of it."""
    check_owner(ctx, enterprise)
    before, found = clerk_of(ctx, enterprise.owner_id), own_clerk(ctx, enterprise, clerk_id)
    next_owner([one.id for one in all_of(ctx, enterprise) if not one.locked], enterprise.owner_id, found.id)
    enterprise.owner_id = found.id
    note(ctx, enterprise, Deed.OWNER, Noted(f"{before.name} → {found.name}"))
    tell(ctx, enterprise, texts.OWNER, Deed.OWNER, phones=_phones(enterprise, before, found), owner=found.name,
         username=found.username)


def recover(ctx: Ctx, enterprise: Enterprise, clerk_id: Id, asked: Recovery) -> str:
    """The regulator has checked who asks: a first password, shown once, that opens only the page which changes it,
    with an SMS code to the phone on file. A person who has left gives way to another, with another phone."""
    found, proof = own_clerk(ctx, enterprise, clerk_id), asked.proof.strip()
    if len(proof) < LEAST_PROOF:
        raise Refused("proof", _("请写明怎样核实了身份，例如：看过法定代表人授权书原件和经办人身份证。"), field="proof")
    if bool(asked.name) != bool(asked.phone):
        raise Refused("person", _("换人时，姓名和手机号要一起填写；不换人，两项都不填。"),
                      field="phone" if asked.name else "name")
    if asked.name:
        rename_clerk(ctx, found.id, asked.name, asked.phone)
    if found.locked:
        unlock_clerk(ctx, found.id)
    password = give_password(ctx, found.id)
    who = _("（改由 %(name)s 办理）", name=asked.name) if asked.name else ""
    note(ctx, enterprise, Deed.RECOVER, Noted(f"{found.username}{who}：{proof}"))
    tell(ctx, enterprise, texts.RECOVERED, Deed.RECOVER, username=found.username,
         phones=_phones(enterprise, found, clerk_of(ctx, found.id)))
    return password


def own_clerk(ctx: Ctx, enterprise: Enterprise, clerk_id: Id) -> Clerk:
    """A clerk of this enterprise; NotFound for anybody else."""
    found = next((one for one in all_of(ctx, enterprise) if one.id == clerk_id), None)
    if found is None:
        raise NotFound("clerk", _("没有找到这位经办人。"))
    return found


def _phones(enterprise: Enterprise, *clerks: Clerk) -> tuple[str, ...]:
    """Everybody who should hear of it, each phone once."""
    return tuple(dict.fromkeys(phone for phone in (enterprise.contact_phone, *(one.phone for one in clerks)) if phone))
