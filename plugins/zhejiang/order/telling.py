"""What the enterprise's contact person hears by SMS; worded here and nowhere else."""
from core.api import Ctx
from core.api.messages import send_to_phone
from core.api.organization import party_of
from core.api.payment import Order, yuan
from core.api.store import Id

from plugins.zhejiang.order import queries
from plugins.zhejiang.order.models import BatchOrder

CONFIRMED = "【温馨提示】{institution}已确认收到订单{number}的培训费{amount}，{people}名学员报名状态为已报名。"
RETURNED = "【温馨提示】{institution}退回了订单{number}的缴费凭证，原因：{reason}。请登录平台修改后重新提交。"
REFUNDED = "【温馨提示】{institution}已为订单{number}办理退费，原因：{reason}。"


def confirmed(ctx: Ctx, order: BatchOrder, core: Order, people: int) -> None:
    """ZJ-25."""
    _send(ctx, order, CONFIRMED.format(institution=_institution(ctx, order), number=core.number,
                                       amount=yuan(core.total_fen), people=people), "confirmed", order.id)


def returned(ctx: Ctx, order: BatchOrder, core: Order, reason: str, entry_id: Id) -> None:
    _send(ctx, order, RETURNED.format(institution=_institution(ctx, order), number=core.number, reason=reason),
          "returned", entry_id)


def refunded(ctx: Ctx, order: BatchOrder, core: Order, reason: str) -> None:
    _send(ctx, order, REFUNDED.format(institution=_institution(ctx, order), number=core.number, reason=reason),
          "refunded", order.id)


def _institution(ctx: Ctx, order: BatchOrder) -> str:
    return party_of(ctx, order.institution_id).name


def _send(ctx: Ctx, order: BatchOrder, text: str, which: str, occasion: Id) -> None:
    send_to_phone(ctx, queries.enterprise_of(ctx, order).contact_phone, text, about=f"zj_order_{which}",
                  key=f"zj_order:{occasion}:{which}")
