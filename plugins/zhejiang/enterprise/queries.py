"""Reading registrations for pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from core.api import Ctx


from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange, EnterpriseReview
from plugins.zhejiang.enterprise.papers import keys_of
from plugins.zhejiang.enterprise.rules import PAPERS, REQUIRED, Item, item_words
from plugins.zhejiang.enterprise.states import DEED_TONES, DEED_WORDS, Deed, Kind, State

FEW = 40


@dataclass(frozen=True)
class Line:
    """One line of the timeline, as `ui/parts.html` draws it."""

    at: datetime
    title: str
    text: str
    tone: str


@dataclass(frozen=True)
class Paper:
    """A paper as pages show it: what it is called, whether it is there and whether it must be."""

    item: Item
    title: str
    held: bool
    required: bool
    why: str = ""       # why the authority returned it, until it is replaced


def listed() -> Select[Any]:
    """Registrations with what a list shows of each, in few questions."""
    return select(Enterprise).options(joinedload(Enterprise.party, innerjoin=True),
                                      selectinload(Enterprise.waiting_changes))


def registrations(city: str | None) -> Select[Any]:
    """The registrations of a city, those that wait first, the longest waiting on top; none without a city."""
    waits = or_(Enterprise.waiting_changes.any(), Enterprise.state == State.SUBMITTED).desc()
    return listed().where(Enterprise.city == (city or "")).order_by(waits, Enterprise.submitted_at, Enterprise.id)


def waiting(ctx: Ctx) -> int:
    """How many registrations and changes wait in the acting regulator's city."""
    city = ctx.actor.city
    if not city:
        return 0
    registered = ctx.db.scalar(select(func.count()).select_from(Enterprise).where(
        Enterprise.city == city, Enterprise.state == State.SUBMITTED)) or 0
    return registered + (ctx.db.scalar(select(func.count()).select_from(EnterpriseChange).join(
        Enterprise, Enterprise.id == EnterpriseChange.enterprise_id).where(
            Enterprise.city == city, EnterpriseChange.state == State.SUBMITTED)) or 0)


def history_of(ctx: Ctx, enterprise: Enterprise) -> list[Line]:
    """All that was done, the newest first. Who judged is named as the authority (the trail knows the account)."""
    rows = ctx.db.scalars(select(EnterpriseReview).where(EnterpriseReview.enterprise_id == enterprise.id)
                          .order_by(EnterpriseReview.at.desc(), EnterpriseReview.id.desc()).limit(FEW))
    return [Line(row.at, str(DEED_WORDS[Deed(row.deed)]), f"{row.name}　{row.reason}".strip("　"),
                 DEED_TONES.get(Deed(row.deed), "")) for row in rows]


def last_return(ctx: Ctx, enterprise: Enterprise) -> EnterpriseReview | None:
    """Why the registration is returned now; None in any other state."""
    if enterprise.state != State.RETURNED:
        return None
    return ctx.db.scalars(select(EnterpriseReview).where(
        EnterpriseReview.enterprise_id == enterprise.id,
        EnterpriseReview.deed.in_([Deed.RETURN, Deed.REVOKE])).order_by(
            EnterpriseReview.at.desc(), EnterpriseReview.id.desc()).limit(1)).first()


def papers_of(ctx: Ctx, enterprise: Enterprise) -> list[Paper]:
    """Licence, qualification, letter; with the reason of the last return where the paper is still the same."""
    words, keys = item_words(Kind(enterprise.kind)), keys_of(enterprise)
    returned = last_return(ctx, enterprise)
    checks = returned.checks if returned else {}
    reasons, judged = checks.get("reasons", {}), checks.get("papers", {})
    return [Paper(item, words[item], bool(keys[item]), item in REQUIRED,
                  reasons.get(item.value, "") if judged.get(item.value) == keys[item] else "") for item in PAPERS]
