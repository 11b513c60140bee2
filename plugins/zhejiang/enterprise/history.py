"""The history of a registration: one row for each deed, never changed; and the SMS that tell of it."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.api import Ctx
from core.api.messages import send_to_phone
from core.api.organization import party_of
from core.api.store import Id, new_id

from plugins.zhejiang.enterprise import texts
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseReview
from plugins.zhejiang.enterprise.states import Deed


@dataclass(frozen=True)
class Noted:
    """What a deed leaves behind beside its name."""

    reason: str = ""
    checks: Mapping[str, Any] = field(default_factory=dict)


def note(ctx: Ctx, enterprise: Enterprise, deed: Deed, noted: Noted = Noted()) -> None:
    """Write the deed into the history and the trail."""
    account_id = ctx.actor.account_id or enterprise.owner_id
    ctx.db.add(EnterpriseReview(enterprise_id=enterprise.id, at=ctx.now, deed=deed, state=enterprise.state,
                                account_id=account_id, name=ctx.actor.name or enterprise.contact_name,
                                checks=dict(noted.checks), reason=noted.reason))
    ctx.db.flush()
    ctx.record(f"zhejiang.enterprise_{deed.value}", enterprise.id, state=enterprise.state)


def tell(ctx: Ctx, enterprise: Enterprise, text: str, about: Deed, *, phones: tuple[str, ...] = (),
         **words: str) -> None:
    """An SMS to the contact (or to `phones`), cut where a reason runs long: the page shows all of it."""
    words = {key: _short(value) for key, value in words.items()}
    said = text.format(name=party_of(ctx, enterprise.organization_id).name, city=enterprise.city,
                       platform=ctx.rules().portal.managed_name, **words)
    occasion: Id = new_id()
    for phone in dict.fromkeys(phones or (enterprise.contact_phone,)):
        send_to_phone(ctx, phone, said, about=f"zhejiang.enterprise_{about.value}",
                      key=f"zj:{occasion}:{ctx.mac(phone)}")


def _short(text: str) -> str:
    return text if len(text) <= texts.LONGEST_REASON else text[:texts.LONGEST_REASON - 1] + "…"
