"""The core's answer above 我的档案: that messages to this phone come back."""
from flask_babel import gettext as _

from core.base.clock import local_date
from core.contract.hooks import hookimpl
from core.contract.values import PersonFacts, RecordNote
from core.extension import hooks
from core.identity import person_of
from core.notification.receipts import undelivered
from core.tenancy import Ctx
from core.web.helping import whom_to_ask


@hookimpl(trylast=True)
def collect_record_notes(ctx: Ctx, person: PersonFacts) -> list[RecordNote]:
    """C-22: whoever does not get our messages hears of it here, with whom to call."""
    lost = undelivered(ctx, person_of(ctx, person.id))
    if not lost:
        return []
    day = local_date(lost[0].at)
    correction = hooks(ctx).resolve_phone_correction(person)
    phones = correction.phones or (() if correction.by_self else ctx.rules().portal.hotlines)
    how = _("请点“更正手机号”换成现在用的号码。") if correction.by_self else _("请%(ask)s更正。", ask=whom_to_ask(ctx))
    said = _("%(day)s 发往尾号 %(tail)s 的短信没有送达，您会收不到审核通知。请核对手机号，学习不受影响。", day=f"{day:%Y-%m-%d}",
             tail=person_of(ctx, person.id).phone[-4:])
    return [RecordNote("undelivered", said + how, _("短信没有送达"), phones)]
