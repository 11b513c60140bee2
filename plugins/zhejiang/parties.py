"""Who acts, and what is theirs: the one place that looks up enterprises, batches and candidates for a page.

An id of somebody else's is NotFound, as if it did not exist (R3).
"""
from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Ctx, Forbidden, NotFound, Refused
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import State
from plugins.zhejiang.order.models import BatchOrder


def registered_enterprise(ctx: Ctx) -> Enterprise:
    """The enterprise of the acting clerk, in whatever state its registration is."""
    found = ctx.db.scalar(select(Enterprise).where(Enterprise.organization_id == ctx.actor.organization_id)) \
        if ctx.actor.organization_id else None
    if found is None:
        raise Forbidden("no_enterprise", _("您的账号不属于任何企业。"), hint=_("请用企业注册时的账号登录，或请企业负责人为您开通。"))
    return found


def own_enterprise(ctx: Ctx) -> Enterprise:
    """Likewise, but Refused until the city's authority has approved it (ZJ-06)."""
    found = registered_enterprise(ctx)
    if found.state != State.APPROVED:
        raise Refused("not_approved", _("企业注册还没有审核通过，不能报名。"), hint=_("请在“企业信息”查看审核进度。"), status=403)
    return found


def approved(ctx: Ctx) -> bool:
    """Whether the acting clerk's enterprise may enroll: entries of the menu are offered only then (ZJ-06)."""
    party_id = ctx.actor.organization_id
    return party_id is not None and ctx.look_up(("zj_approved", party_id), lambda: ctx.db.scalar(
        select(Enterprise.id).where(Enterprise.organization_id == party_id, Enterprise.state == State.APPROVED))
        is not None)


def city_of(ctx: Ctx) -> str:
    """The city whose enterprises the acting regulator judges (ZJ-04)."""
    if not ctx.actor.city:
        raise Forbidden("no_city", _("您的账号还没有指定城市，看不到任何企业。"), hint=_("请联系系统管理员，在“城市主管部门”里为您的账号指定城市。"))
    return ctx.actor.city


def regulated_enterprise(ctx: Ctx, enterprise_id: Id, *, locked: bool = False) -> Enterprise:
    """An enterprise of the acting regulator's city; NotFound otherwise. `locked` until the decision is written."""
    city = city_of(ctx)
    found = ctx.db.get(Enterprise, enterprise_id, with_for_update=True if locked else None)
    if found is None or found.city != city:
        raise NotFound("enterprise", _("没有找到这家企业。"))
    return found


def institution_id_of(ctx: Ctx) -> Id:
    """The institution that the acting clerk works for."""
    if ctx.actor.organization_id is None:
        raise Forbidden("no_institution", _("您的账号还没有指定培训机构。"), hint=_("请联系系统管理员，在“培训机构”里为您的账号指定机构。"))
    return ctx.actor.organization_id


def enterprise_batch(ctx: Ctx, batch_id: Id) -> Batch:
    """A batch of the acting clerk's enterprise; NotFound otherwise."""
    found = ctx.db.get(Batch, batch_id)
    if found is None or found.enterprise_id != own_enterprise(ctx).id:
        raise NotFound("batch", _("没有找到这个批次。"))
    return found


def enterprise_sheet(ctx: Ctx, sheet_id: Id) -> tuple[BatchSheet, Batch]:
    """A sheet of one of the enterprise's batches; NotFound otherwise."""
    found = ctx.db.get(BatchSheet, sheet_id)
    batch = ctx.db.get(Batch, found.batch_id) if found else None
    if found is None or batch is None or batch.enterprise_id != own_enterprise(ctx).id:
        raise NotFound("sheet", _("没有找到这份表格。"))
    return found, batch


def enterprise_candidate(ctx: Ctx, candidate_id: Id) -> Candidate:
    """A candidate of the acting clerk's enterprise; NotFound otherwise."""
    found = ctx.db.get(Candidate, candidate_id)
    if found is None or found.enterprise_id != own_enterprise(ctx).id:
        raise NotFound("candidate", _("没有找到这位报名学员。"))
    return found


def institution_candidate(ctx: Ctx, candidate_id: Id) -> Candidate:
    """A candidate who chose the acting clerk's institution; NotFound otherwise."""
    found = ctx.db.get(Candidate, candidate_id)
    if found is None or found.institution_id != institution_id_of(ctx):
        raise NotFound("candidate", _("没有找到这位报名学员。"))
    return found


def enterprise_order(ctx: Ctx, order_id: Id) -> BatchOrder:
    """An order of the acting clerk's enterprise; NotFound otherwise."""
    found = ctx.db.get(BatchOrder, order_id)
    if found is None or found.enterprise_id != own_enterprise(ctx).id:
        raise NotFound("order", _("没有找到这个订单。"))
    return found


def institution_order(ctx: Ctx, order_id: Id) -> BatchOrder:
    """An order at the acting clerk's institution; NotFound otherwise."""
    found = ctx.db.get(BatchOrder, order_id)
    if found is None or found.institution_id != institution_id_of(ctx):
        raise NotFound("order", _("没有找到这个订单。"))
    return found
