"""What a trainee hears of a supervised session (C-25): the flow that keeps the bookings has no messages."""
from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from core.base.clock import local
from core.identity import person_of
from core.notification import send_sms, tell
from core.presence import News, SupervisedNews
from core.tenancy import Ctx

SMS: Mapping[News, str] = {News.NEAR: "supervised_near_sms", News.CANCELLED: "supervised_cancelled_sms"}


def tell_of_session(ctx: Ctx, event: SupervisedNews) -> None:
    """An SMS where the person must act or come, a message in the portal for the rest."""
    person, time = person_of(ctx, event.person_id), _time(event.starts_at)
    if event.news in SMS:
        send_sms(ctx, person, SMS[event.news], key=f"supervised:{event.news}:{event.request_id}:{event.session_id}",
                 name=person.name, time=time, place=event.place)
    elif event.news is News.BOOKED:
        tell(ctx, person, _("您已预约现场见证：%(time)s，%(place)s。请带本人身份证按时到场。", time=time, place=event.place))
    else:
        tell(ctx, person, _("您没有参加%(time)s的现场见证。学时不受影响，请重新预约。", time=time))


def _time(moment: datetime) -> str:
    """As the texts, which are Chinese in every language of the page."""
    at = local(moment)
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
