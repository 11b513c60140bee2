"""变更: an approved enterprise asks for another name, licence or qualification, and goes on as it is meanwhile."""
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.organization import party_of
from core.api.store import Id

from plugins.zhejiang.enterprise import papers
from plugins.zhejiang.enterprise.history import Noted, note
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange
from plugins.zhejiang.enterprise.rules import Item
from plugins.zhejiang.enterprise.states import Deed, State


@dataclass(frozen=True)
class ChangeAsked:
    """The new name (or the present one), and why."""

    name: str
    reason: str


def ask(ctx: Ctx, enterprise: Enterprise, asked: ChangeAsked, scans: Mapping[Item, bytes]) -> EnterpriseChange:
    """Hand a change in. Refused when nothing changes, or a new name comes without its licence; Conflict while an
    earlier one waits."""
    renamed = asked.name != party_of(ctx, enterprise.organization_id).name
    if not renamed and not scans:
        raise Refused("nothing_changed", _("没有要变更的内容。请填写新的名称，或上传新的证照。"))
    if renamed and Item.LICENCE not in scans:
        raise Refused("licence", _("名称变更要上传变更后的证照。"), field=Item.LICENCE.value)
    keys = {item: ctx.blobs.put(data, papers.KIND) for item, data in scans.items()}
    change = EnterpriseChange(enterprise_id=enterprise.id, title=asked.name, reason=asked.reason, asked_at=ctx.now,
                              licence_key=keys.get(Item.LICENCE) or enterprise.licence_key or "",
                              qualification_key=keys.get(Item.QUALIFICATION))
    ctx.db.add(change)
    try:
        ctx.db.flush()
    except IntegrityError as error:
        ctx.rollback()
        raise Conflict("change_waits", _("已有一份变更申请在等待审核。"), hint=_("请等主管部门处理后再申请。")) from error
    note(ctx, enterprise, Deed.ASK_CHANGE, Noted(asked.reason))
    return change


def waiting_change(ctx: Ctx, enterprise: Enterprise) -> EnterpriseChange | None:
    """The one that the authority has not judged."""
    return ctx.db.scalar(select(EnterpriseChange).where(EnterpriseChange.enterprise_id == enterprise.id,
                                                        EnterpriseChange.state == State.SUBMITTED))


def newest_change(ctx: Ctx, enterprise: Enterprise) -> EnterpriseChange | None:
    """The last one, for its answer."""
    return ctx.db.scalars(select(EnterpriseChange).where(EnterpriseChange.enterprise_id == enterprise.id)
                          .order_by(EnterpriseChange.asked_at.desc(), EnterpriseChange.id.desc()).limit(1)).first()


def change_of(ctx: Ctx, enterprise: Enterprise, change_id: Id) -> EnterpriseChange:
    """A change of this enterprise; NotFound otherwise."""
    found = ctx.db.get(EnterpriseChange, change_id, with_for_update=True)
    if found is None or found.enterprise_id != enterprise.id:
        raise NotFound("change", _("没有找到这份变更申请。"))
    return found


def scan_of(ctx: Ctx, change_id: Id, item: str) -> bytes:
    """A paper of a change, for those who may see the enterprise's."""
    change = ctx.db.get(EnterpriseChange, change_id)
    keys = {} if change is None else {Item.LICENCE.value: change.licence_key,
                                      Item.QUALIFICATION.value: change.qualification_key}
    if change is None or item not in keys:
        raise papers.gone()
    return papers.look_at(ctx, ctx.db.get_one(Enterprise, change.enterprise_id), keys[item])
