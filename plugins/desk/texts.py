"""What the desk says by SMS: to the letter, with its variables; worded otherwise here and nowhere else."""
from datetime import datetime

from core.api import Ctx, local

CORRECTED_OLD = ("【温馨提示】尊敬的学员您好，{name}在{platform}登记的手机号已由尾号{old}更正为尾号{new}。"
                 "如不是您本人办理，请立即拨打{phones}，我们核实后恢复。工单{number}。")
CORRECTED_NEW = ("【温馨提示】尊敬的{name}学员您好，您在{platform}登记的手机号已更正为本号码，今后的通知发到这里。"
                 "{until}前不能用本号码找回密码、更新证书，学习不受影响。工单{number}。")
REVERSED_OLD = ("【温馨提示】尊敬的{name}学员您好，您在{platform}登记的手机号已恢复为本号码（尾号{old}）。"
                "为安全起见，请用“忘记密码?”重新设置密码。工单{number}。")
REVERSED_NEW = ("【温馨提示】您好，{platform}把本号码登记为他人手机号的更正已撤销，今后不再向本号码发送通知。"
                "如有疑问请拨打{phones}。工单{number}。")


def masked_name(name: str) -> str:
    """The old number may be a stranger's: the family name is enough."""
    return name[:1] + "*" * (len(name) - 1)


def moment(at: datetime) -> str:
    """11月21日14时05分 in Shanghai."""
    there = local(at)
    return f"{there.month}月{there.day}日{there.hour}时{there.minute:02d}分"


def phones_in_words(ctx: Ctx, phones: tuple[str, ...]) -> str:
    """The numbers to call; the tenant's hotlines where the phone correction names none."""
    return "、".join(phones or ctx.rules().portal.hotlines)
