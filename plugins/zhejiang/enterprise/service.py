"""Registering, mending, submitting (ZJ-01 … ZJ-08); one account for ever under one credit code."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from flask_babel import gettext as _

from core.api import Conflict, Ctx, Refused, Role
from core.api.organization import PartyFacts, change_party, open_party
from core.api.signup import prove_new_phone
from core.api.staff import NewClerk, open_clerk, open_session_of

from plugins.zhejiang.enterprise import papers
from plugins.zhejiang.enterprise.history import Noted, note
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.rules import Check, Item, item_words, missing
from plugins.zhejiang.enterprise.states import OPEN_TO_MEND, Deed, Kind, State, after
from plugins.zhejiang.settings import rules_of

T = TypeVar("T")
PARTY_KINDS: Final[Mapping[Kind, str]] = {
    Kind.ENTERPRISE: "enterprise", Kind.BRANCH: "enterprise", Kind.SCHOOL: "school"}


@dataclass(frozen=True)
class Contact:
    """联络人 (item 4 of the letter), and where the enterprise is."""

    name: str
    phone: str = field(repr=False)
    office_phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Facts:
    """What the authority judges; `credit_code` in its one written form."""

    kind: Kind
    name: str
    credit_code: str
    city: str
    contact: Contact

    def party(self) -> PartyFacts:
        return PartyFacts(PARTY_KINDS[self.kind], self.name, self.city, self.credit_code)


@dataclass(frozen=True)
class Opening:
    """The account of the responsible clerk."""

    username: str
    password: str = field(repr=False)
    sms_code: str = field(default="", repr=False)
    device: str = ""


def register(ctx: Ctx, facts: Facts, opening: Opening) -> str:
    """Open organization, account and registration; the token of the session. Nothing is submitted yet.

    That a credit code is registered is told only after the phone is proven.
    """
    prove_new_phone(ctx, facts.contact.phone, opening.sms_code)
    return open_session_of(ctx, _open(ctx, facts, opening).owner_id, opening.device)


def open_waiting(ctx: Ctx, facts: Facts, opening: Opening, scans: Mapping[Item, bytes]) -> Enterprise:
    """An enterprise that waits for its authority, without SMS code: for the demonstration alone."""
    found = _open(ctx, facts, opening)
    for item, data in scans.items():
        papers.keep(ctx, found, item, data)
    found.state, found.submitted_at = State.SUBMITTED, ctx.now
    note(ctx, found, Deed.SUBMIT)
    return found


def open_approved(ctx: Ctx, facts: Facts, opening: Opening, scans: Mapping[Item, bytes] | None = None) -> Enterprise:
    """An enterprise that may enroll at once, without SMS code and regulator: for the demonstration alone."""
    found = open_waiting(ctx, facts, opening, scans or {})
    found.state, found.decided_at = State.APPROVED, ctx.now
    note(ctx, found, Deed.APPROVE, Noted(checks={check.value: True for check in Check}))
    return found


def _open(ctx: Ctx, facts: Facts, opening: Opening) -> Enterprise:
    _check_city(ctx, facts.city)
    organization_id = _once(facts, lambda: open_party(ctx, facts.party()))
    clerk = open_clerk(ctx, NewClerk(opening.username, facts.contact.name, facts.contact.phone, Role.ENTERPRISE,
                                     organization_id), opening.password, must_change=False)
    found = Enterprise(organization_id=organization_id, kind=facts.kind, city=facts.city, owner_id=clerk.id,
                       state=State.DRAFT, created_at=ctx.now)
    _write_contact(found, facts.contact)
    ctx.db.add(found)
    ctx.db.flush()
    ctx.record("zhejiang.enterprise_register", found.id, kind=facts.kind, city=facts.city)
    return found


def mend(ctx: Ctx, enterprise: Enterprise, facts: Facts) -> None:
    """Other facts, before the first submission or after a return (ZJ-07); Conflict in any other state."""
    _check_open(enterprise)
    _check_city(ctx, facts.city)
    _once(facts, lambda: change_party(ctx, enterprise.organization_id, facts.party()))
    enterprise.kind, enterprise.city = facts.kind, facts.city
    _write_contact(enterprise, facts.contact)
    ctx.db.flush()
    ctx.record("zhejiang.enterprise_mend", enterprise.id)


def change_contact(ctx: Ctx, enterprise: Enterprise, contact: Contact) -> None:
    """联络人 and address, which the enterprise keeps right by itself at any time but while it is being judged."""
    if enterprise.state == State.SUBMITTED:
        raise _judged()
    _write_contact(enterprise, contact)
    note(ctx, enterprise, Deed.CONTACT)


def keep_scans(ctx: Ctx, enterprise: Enterprise, scans: Mapping[Item, bytes]) -> None:
    """Put papers that `papers.clean` has made on file in the place of former ones."""
    _check_open(enterprise)
    for item, data in scans.items():
        papers.keep(ctx, enterprise, item, data)
    ctx.db.flush()
    ctx.record("zhejiang.enterprise_scans", enterprise.id, items=",".join(sorted(scans)))


def submit(ctx: Ctx, enterprise: Enterprise) -> None:
    """Hand the registration to the authority of its city (ZJ-04). Refused with what is still missing."""
    state = after(State(enterprise.state), Deed.SUBMIT)
    words = item_words(Kind(enterprise.kind))
    if lacking := missing(papers.keys_of(enterprise)):
        raise Refused("missing", _("还缺少：%(items)s。", items="、".join(words[item] for item in lacking)),
                      hint=_("请先上传，再提交审核。"))
    enterprise.state, enterprise.submitted_at = state, ctx.now
    note(ctx, enterprise, Deed.SUBMIT)


def withdraw(ctx: Ctx, enterprise: Enterprise) -> None:
    """Take a submission back to mend it, as long as nobody has judged it."""
    enterprise.state = after(State(enterprise.state), Deed.WITHDRAW)
    note(ctx, enterprise, Deed.WITHDRAW)


def _once(facts: Facts, write: Callable[[], T]) -> T:
    """ZJ-08: registered once and for ever, and who helps: the authority of the city of who was first."""
    try:
        return write()
    except Conflict as error:
        city = str(error.facts.get("city") or facts.city)
        raise Conflict(error.code, error.sentence, field=error.field, facts=error.facts, hint=_(
            "一个单位只能注册一次，审核不通过也不用重新注册：请用注册时的账号登录后修改。"
            "忘记账号或密码，请找本单位负责人，或请%(city)s主管部门核实后重发密码。", city=city)) from error


def _check_open(enterprise: Enterprise) -> None:
    if State(enterprise.state) in OPEN_TO_MEND:
        return
    if enterprise.state == State.SUBMITTED:
        raise _judged()
    raise Conflict("approved", _("注册已经审核通过，单位名称和证照要经主管部门同意才能变更。"), hint=_("请在“企业信息”里申请变更。"))


def _judged() -> Conflict:
    return Conflict("judged", _("已提交审核，审核期间不能修改。"), hint=_("要修改，请先点“撤回修改”。"))


def _check_city(ctx: Ctx, city: str) -> None:
    if city not in rules_of(ctx).cities:
        raise Refused("city", _("请从列表里选择审核的管理部门。"), field="city")


def _write_contact(enterprise: Enterprise, contact: Contact) -> None:
    enterprise.contact_name, enterprise.contact_phone = contact.name, contact.phone
    enterprise.office_phone, enterprise.address = contact.office_phone, contact.address
