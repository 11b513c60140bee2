"""What the platform says: SMS through a port, messages inside the portal, notices 通知公告."""
from core.notification.models import Delivery, InboxSms, Message, Notice
from core.notification.queries import inbox, messages_of, notice, published_notices, unread
from core.notification.service import mark_read, publish_notice, send_sms, tell, withdraw_notice

__all__ = ["Delivery", "InboxSms", "Message", "Notice", "inbox", "mark_read", "messages_of", "notice",
           "publish_notice", "published_notices", "send_sms", "tell", "unread", "withdraw_notice"]
