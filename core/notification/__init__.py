"""What the platform says: SMS through a port, messages inside the portal, notices 通知公告."""
from core.notification.channels import Receipt
from core.notification.models import Delivery, InboxSms, Message, Notice
from core.notification.queries import inbox, messages_of, notice, published_notices
from core.notification.receipts import Undelivered, note_receipt, undelivered
from core.notification.service import (
    mark_read,
    publish_notice,
    send_sms,
    send_text,
    send_waiting,
    tell,
    withdraw_notice,
)

__all__ = ["Delivery", "InboxSms", "Message", "Notice", "Receipt", "Undelivered", "inbox", "mark_read", "messages_of",
           "note_receipt", "notice", "publish_notice", "published_notices", "send_sms", "send_text", "send_waiting",
           "tell", "undelivered", "withdraw_notice"]
