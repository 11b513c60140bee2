"""What the order room does by itself."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import Ctx
from core.api.store import Id, job

from plugins.zhejiang.order import confirming, service
from plugins.zhejiang.order.models import BatchOrder


@job("zhejiang.orders_astray", every=timedelta(hours=1))
def look_for_orders_astray(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """Every hour: a plugin hears of no event, so it looks which of its orders the core has ended; a job each."""
    for order in service.astray(ctx):
        ctx.enqueue("zhejiang.order_home", {"order": str(order.id)}, key=f"zhejiang.order_home:{order.id}:{ctx.now:%j}")


@job("zhejiang.order_home")
def bring_home(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """One of them; found again it has ended already."""
    order = ctx.db.get_one(BatchOrder, Id(payload["order"]))
    if order in service.astray(ctx):
        confirming.bring_home(ctx, order)
