"""What the authority of a city does with a registration and with changes of it (ZJ-04, ZJ-06, ZJ-07)."""
from datetime import datetime

from flask_babel import gettext as _

from core.api import Conflict, Ctx, Refused
from core.api.organization import PartyFacts, change_party, party_of

from plugins.zhejiang.enterprise import papers, texts
from plugins.zhejiang.enterprise.history import Noted, note, tell
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange
from plugins.zhejiang.enterprise.rules import Check, Verdict, check_approval, check_return, said
from plugins.zhejiang.enterprise.states import Deed, Kind, State, after

LEAST_REASON = 4


def approve(ctx: Ctx, enterprise: Enterprise, verdict: Verdict, seen: str) -> None:
    """All three checks hold: from now on the enterprise enrolls (ZJ-06)."""
    check_approval(verdict, Kind(enterprise.kind))
    _decide(ctx, enterprise, Deed.APPROVE, verdict, seen, "")
    tell(ctx, enterprise, texts.APPROVED, Deed.APPROVE)


def send_back(ctx: Ctx, enterprise: Enterprise, verdict: Verdict, seen: str) -> None:
    """Not approved, with the checks that failed and a reason for each thing to mend."""
    check_return(verdict)
    reason = said(verdict, Kind(enterprise.kind))
    _decide(ctx, enterprise, Deed.RETURN, verdict, seen, reason)
    tell(ctx, enterprise, texts.RETURNED, Deed.RETURN, reason=reason)


def revoke(ctx: Ctx, enterprise: Enterprise, reason: str) -> None:
    """Take an approval back: the enterprise enrolls nobody until it has mended and was approved again. Whoever it
    has enrolled goes on."""
    reason = _reason(reason)
    enterprise.state, enterprise.decided_at = after(State(enterprise.state), Deed.REVOKE), ctx.now
    note(ctx, enterprise, Deed.REVOKE, Noted(reason))
    tell(ctx, enterprise, texts.REVOKED, Deed.REVOKE, reason=reason)


def version_of(enterprise: Enterprise) -> str:
    """What the regulator looks at: a submission; another one after a withdrawal is another."""
    return stamp(enterprise.submitted_at)


def stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _decide(ctx: Ctx, enterprise: Enterprise, deed: Deed, verdict: Verdict, seen: str, reason: str) -> None:
    state = after(State(enterprise.state), deed)
    if seen != version_of(enterprise):
        raise Conflict("resubmitted", _("企业在您审核时撤回并重新提交了，材料可能已经不同。"), hint=_("请刷新页面，按新的材料审核。"))
    enterprise.state, enterprise.decided_at = state, ctx.now
    keys = {item.value: key for item, key in papers.keys_of(enterprise).items() if key}
    note(ctx, enterprise, deed, Noted(reason, {
        **{check.value: check in verdict.ticked for check in Check},
        "reasons": {item.value: text for item, text in verdict.reasons.items() if text}, "papers": keys}))


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        raise Refused("reason", _("请写明原因，企业会看到。"), field="reason")
    return reason


def allow_change(ctx: Ctx, enterprise: Enterprise, change: EnterpriseChange) -> None:
    """The new name, licence or qualification takes the former one's place."""
    _settle(ctx, change, State.APPROVED, "")
    party = party_of(ctx, enterprise.organization_id)
    if change.title != party.name:
        change_party(ctx, enterprise.organization_id,
                     PartyFacts(party.kind, change.title, party.city, party.credit_code))
    enterprise.licence_key = change.licence_key
    enterprise.qualification_key = change.qualification_key or enterprise.qualification_key
    note(ctx, enterprise, Deed.ALLOW_CHANGE, Noted(_("原名称：%(name)s", name=party.name)
                                                   if change.title != party.name else ""))
    tell(ctx, enterprise, texts.CHANGED, Deed.ALLOW_CHANGE, result=_("已经同意"), answer="")


def refuse_change(ctx: Ctx, enterprise: Enterprise, change: EnterpriseChange, reason: str) -> None:
    """The enterprise stays as it is and reads why."""
    reason = _reason(reason)
    _settle(ctx, change, State.RETURNED, reason)
    note(ctx, enterprise, Deed.REFUSE_CHANGE, Noted(reason))
    tell(ctx, enterprise, texts.CHANGED, Deed.REFUSE_CHANGE, result=_("没有同意"), answer=reason)


def _settle(ctx: Ctx, change: EnterpriseChange, state: State, answer: str) -> None:
    if change.state != State.SUBMITTED:
        raise Conflict("change_settled", _("这份变更申请已经处理过了。"))
    change.state, change.answer, change.decided_at = state, answer, ctx.now
    ctx.db.flush()
