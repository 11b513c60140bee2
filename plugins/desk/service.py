"""The desk's use cases, one function each. Every one leaves an entry; none changes one (BJ-02, C-22)."""
import hmac
import secrets
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.api import Conflict, Ctx, Forbidden, NotFound, Refused, SensitiveAction, local
from core.api.people import (
    card_of,
    check_new_phone,
    check_sensitive_of,
    known_of,
    set_phone,
    sign_out_everywhere,
)
from core.api.store import Id
from core.api.web import IdError, mask_mobile, parse_mobile

from plugins.desk import telling
from plugins.desk.models import AskedQuestion, Call, Entry, Ticket
from plugins.desk.queries import open_ticket_of, questions_of, standing_of, who_worked_on
from plugins.desk.rules import Kind, Standing, desk_rules, questions_on, written
from plugins.desk.states import SECOND_EYES, Deed, State, after

LONGEST = 500


@dataclass(frozen=True)
class Said:
    """A call as the clerk noted it."""

    phone: str = field(repr=False)
    text: str = field(repr=False)
    outgoing: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the page tells of an answer: right or wrong, and how many remain. Never what would have been right."""

    right: bool
    standing: Standing
    state: State


def open_ticket(ctx: Ctx, person_id: Id, said: Said, *, told_id_number: bool = False) -> Ticket:
    """登记工单 from a call, with its questions drawn. Raises Conflict while another one is undecided.

    `told_id_number`: the caller gave it to be found, so it proves nothing any more.
    """
    card = card_of(ctx, person_id)
    busy = open_ticket_of(ctx, person_id)
    if busy is not None:
        raise Conflict("desk_busy", _("这位学员已有一张未办结的工单 %(number)s，请在那张工单上继续。", number=busy.number))
    ticket = Ticket(number=_next_number(ctx), person_id=person_id, state=State.OPEN, old_phone=card.phone,
                    opened_by=_account(ctx), clerk=ctx.actor.name, opened_at=ctx.now, moved_at=ctx.now)
    ctx.db.add(ticket)
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("desk_busy", _("刚刚有人登记了工单，请重新查找后再办理。")) from None
    _enter(ctx, ticket, Deed.OPEN, _("登记的手机号：%(phone)s", phone=mask_mobile(card.phone)))
    note_call(ctx, person_id, said, ticket)
    _draw(ctx, ticket, frozenset({Kind.ID_TAIL}) if told_id_number else frozenset())
    return ticket


def _next_number(ctx: Ctx) -> str:
    day = f"{local(ctx.now):%Y%m%d}"
    last = ctx.db.scalar(select(func.max(Ticket.number)).where(Ticket.number.startswith(f"{day}-")))
    return f"{day}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


def _draw(ctx: Ctx, ticket: Ticket, told: frozenset[Kind]) -> None:
    """As many as may be needed, in an order that nobody can know; too few on file leave only the document."""
    rules = desk_rules(ctx.now)
    found = questions_on(known_of(ctx, ticket.person_id), told=told)
    drawn = secrets.SystemRandom().sample(found, min(len(found), rules.right + rules.wrong))
    for position, question in enumerate(drawn):
        macs = " ".join(sorted(_answer_mac(ctx, ticket, question.kind, answer) for answer in question.answers))
        ctx.db.add(AskedQuestion(ticket_id=ticket.id, person_id=ticket.person_id, position=position,
                                 kind=question.kind, answer_macs=macs))
    ctx.db.flush()
    now = standing_of(ctx, ticket)
    if len(drawn) < rules.right:
        _move(ctx, ticket, Deed.FAIL, _("档案里可以提问的内容不够 %(count)s 项。", count=rules.right))
    elif now.failed:
        _move(ctx, ticket, Deed.FAIL, _("%(hours)s 小时内答错的次数已用完。", hours=rules.wrong_hours))


def _answer_mac(ctx: Ctx, ticket: Ticket, kind: Kind, answer: str) -> str:
    return ctx.mac(f"desk:{ticket.id}:{kind}:{answer}")


def note_call(ctx: Ctx, person_id: Id, said: Said, ticket: Ticket | None = None) -> Call:
    """通话记录: a call in, or one that the desk made first."""
    text = said.text.strip()[:LONGEST]
    if not text:
        raise Refused("desk_said", _("请写下通话内容。"), field="said")
    call = Call(person_id=person_id, ticket_id=ticket.id if ticket else None, at=ctx.now, outgoing=said.outgoing,
                phone=said.phone, phone_mac=ctx.mac(said.phone), said=text, account_id=_account(ctx),
                name=ctx.actor.name)
    ctx.db.add(call)
    ctx.db.flush()
    if ticket is not None:
        _enter(ctx, ticket, Deed.CALL, f"{mask_mobile(said.phone)}：{text}")
    ctx.record("desk.call", person_id, outgoing=said.outgoing)
    return call


def answer(ctx: Ctx, ticket_id: Id, question_id: Id, said: str) -> Outcome:
    """Compare one spoken answer; "" is 答不上来 and wrong. A question is answered once."""
    ticket = locked(ctx, ticket_id)
    if ticket.state != State.OPEN:
        after(State(ticket.state), Deed.PROVE)
    question = next((one for one in questions_of(ctx, ticket) if one.right is None), None)
    if question is None or question.id != question_id:
        raise Conflict("desk_question", _("这道题已经回答过了。"), hint=_("请按工单上现在显示的问题提问。"))
    kind = Kind(question.kind)
    mac = _answer_mac(ctx, ticket, kind, written(kind, said))
    right = [hmac.compare_digest(mac, known) for known in question.answer_macs.split(" ")]
    question.right, question.answered_at = any(right), ctx.now
    ctx.db.flush()
    _enter(ctx, ticket, Deed.RIGHT if question.right else Deed.WRONG, "")
    now = standing_of(ctx, ticket)
    if now.proven:
        _move(ctx, ticket, Deed.PROVE, "")
    elif now.failed or all(one.right is not None for one in questions_of(ctx, ticket)):
        _move(ctx, ticket, Deed.FAIL, _("答错的次数已用完。"))
    return Outcome(question.right, now, State(ticket.state))


def show_document(ctx: Ctx, ticket_id: Id, document: str) -> Ticket:
    """The human path: the person came with the document, and the clerk compared it with the face before them."""
    ticket = locked(ctx, ticket_id)
    note = document.strip()[:LONGEST]
    if not note:
        raise Refused("desk_document", _("请写明看了什么证件、在哪里、和谁一起核对。"), field="document")
    ticket.in_person = True
    _move(ctx, ticket, Deed.SHOW, note)
    return ticket


def submit_phone(ctx: Ctx, ticket_id: Id, phone: str, again: str) -> Ticket:
    """The new number, typed twice; its form and its owner are checked, then the second pair of eyes looks."""
    ticket = locked(ctx, ticket_id)
    try:
        new = parse_mobile(phone)
    except IdError as error:
        raise Refused(error.code, str(error), field="phone") from error
    if new != "".join(char for char in again if char.isdigit())[-11:]:
        raise Refused("desk_again", _("两次输入的新手机号不一样，请让来电人再念一遍，逐位核对。"), field="again")
    if new == card_of(ctx, ticket.person_id).phone:
        raise Refused("desk_same", _("这就是现在登记的手机号，不需要更正。"), field="phone")
    check_new_phone(ctx, ticket.person_id, new)
    _check_cool_down(ctx, ticket)
    ticket.new_phone = new
    _move(ctx, ticket, Deed.SUBMIT, _("新手机号：%(phone)s", phone=mask_mobile(new)))
    return ticket


def withdraw(ctx: Ctx, ticket_id: Id, reason: str) -> Ticket:
    """The caller hung up, or it turned out to be right: nothing is changed."""
    return _with_reason(ctx, ticket_id, Deed.WITHDRAW, reason)


def refuse(ctx: Ctx, ticket_id: Id, reason: str) -> Ticket:
    """复核驳回: nothing is changed; the reason stands in the ticket."""
    return _with_reason(ctx, ticket_id, Deed.REFUSE, reason)


def approve(ctx: Ctx, ticket_id: Id, note: str = "") -> Ticket:
    """复核通过: the phone is changed, the old and the new number hear of it, the time to wait begins."""
    ticket = locked(ctx, ticket_id)
    state = _allowed(ctx, ticket, Deed.APPROVE)
    assert ticket.new_phone is not None, state
    if card_of(ctx, ticket.person_id).phone != ticket.old_phone:
        raise Conflict("desk_changed", _("登记的手机号在工单提交后已经变了，这张工单不能再通过。"),
                       hint=_("请驳回，让客服重新登记。"))
    _check_cool_down(ctx, ticket)
    set_phone(ctx, ticket.person_id, ticket.new_phone)
    ticket.applied_at = ctx.now
    _move(ctx, ticket, Deed.APPROVE, note.strip()[:LONGEST])
    telling.corrected(ctx, ticket)
    return ticket


def _check_cool_down(ctx: Ctx, ticket: Ticket) -> None:
    """Who stood there with the document need not wait; by telephone one does."""
    if not ticket.in_person:
        check_sensitive_of(ctx, ticket.person_id, SensitiveAction.CHANGE_PHONE)


def report(ctx: Ctx, ticket_id: Id, said: Said) -> Ticket:
    """原号码提出异议: somebody says the correction was not theirs; until it is decided, nothing sensitive goes."""
    ticket = locked(ctx, ticket_id)
    after(State(ticket.state), Deed.REPORT)
    note_call(ctx, ticket.person_id, said, ticket)
    _move(ctx, ticket, Deed.REPORT, "")
    return ticket


def reverse(ctx: Ctx, ticket_id: Id, reason: str) -> Ticket:
    """恢复原号码: the old number is on file again by a new entry, whoever is signed in is signed out, and a
    password chosen since the correction is void: it may be a stranger's."""
    ticket = locked(ctx, ticket_id)
    _allowed(ctx, ticket, Deed.REVERSE)
    if card_of(ctx, ticket.person_id).phone != ticket.new_phone:
        raise Conflict("desk_changed", _("登记的手机号后来又变了，不能再恢复成这张工单的原号码。"),
                       hint=_("请在最近的一张工单上办理。"))
    note = _reason(reason)
    set_phone(ctx, ticket.person_id, ticket.old_phone)
    assert ticket.applied_at is not None
    sign_out_everywhere(ctx, ticket.person_id, ticket.applied_at)
    _move(ctx, ticket, Deed.REVERSE, note)
    telling.reversed_back(ctx, ticket)
    return ticket


def keep(ctx: Ctx, ticket_id: Id, reason: str) -> Ticket:
    """核查后维持更正: the report was a mistake; the reason stands in the ticket."""
    return _with_reason(ctx, ticket_id, Deed.KEEP, reason)


def locked(ctx: Ctx, ticket_id: Id) -> Ticket:
    """The ticket, held until the transaction ends: of two at once the second sees what the first did."""
    ticket = ctx.db.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update()
                           .execution_options(populate_existing=True))
    if ticket is None:
        raise NotFound("desk_ticket", _("没有这张工单。"))
    return ticket


def _with_reason(ctx: Ctx, ticket_id: Id, deed: Deed, reason: str) -> Ticket:
    ticket = locked(ctx, ticket_id)
    _allowed(ctx, ticket, deed)
    _move(ctx, ticket, deed, _reason(reason))
    return ticket


def _reason(typed: str) -> str:
    note = typed.strip()[:LONGEST]
    if not note:
        raise Refused("desk_reason", _("请写明理由，它会留在工单里。"), field="reason")
    return note


def _allowed(ctx: Ctx, ticket: Ticket, deed: Deed) -> State:
    """The next state; a second pair of eyes must be somebody else's than all who worked on the ticket."""
    state = after(State(ticket.state), deed)
    if deed in SECOND_EYES and _account(ctx) in who_worked_on(ctx, ticket):
        raise Forbidden("desk_four_eyes", _("您经手过这张工单，不能自己复核。"), hint=_("请让另一位复核员办理。"))
    return state


def _move(ctx: Ctx, ticket: Ticket, deed: Deed, text: str) -> None:
    ticket.state = _allowed(ctx, ticket, deed)
    ticket.moved_at = ctx.now
    _enter(ctx, ticket, deed, text)
    ctx.record(f"desk.{deed}", ticket.id, number=ticket.number, state=ticket.state)


def _enter(ctx: Ctx, ticket: Ticket, deed: Deed, text: str) -> None:
    ctx.db.add(Entry(ticket_id=ticket.id, at=ctx.now, deed=deed, account_id=_account(ctx), name=ctx.actor.name,
                     text=text))
    ctx.db.flush()


def _account(ctx: Ctx) -> Id:
    if ctx.actor.account_id is None:
        raise Forbidden("desk_signed_in", _("请先登录。"))
    return ctx.actor.account_id
