"""What notification hears from below."""
from core.base.events import subscribe
from core.identity import CodeDrawn
from core.notification.service import send_code_sms
from core.tenancy import Ctx


@subscribe(CodeDrawn)
def code_drawn(ctx: Ctx, event: CodeDrawn) -> None:
    """An SMS code goes out like every other SMS."""
    send_code_sms(ctx, event.phone, event.code, event.minutes, event.person_id)
