"""Pages of the desk: search, ticket, undelivered. The clerk reaches these and nothing else (BJ-02, C-22)."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.api import Ctx, DomainError
from core.api.messages import lost_messages
from core.api.people import PersonCard, card_of, cards_of, find
from core.api.store import Id
from core.api.web import (
    Form,
    IdError,
    JianxueFlask,
    Permission,
    current_ctx,
    page,
    page_in,
    parse_id_number,
    permits,
    policy,
)

from plugins.desk import service
from plugins.desk.models import Ticket
from plugins.desk.queries import (
    calls_of,
    open_ticket_of,
    questions_of,
    standing_of,
    ticket_of,
    tickets_like,
    tickets_of,
    timeline_of,
    wait_of,
    who_worked_on,
)
from plugins.desk.rules import HINTS, PROMPTS, Kind
from plugins.desk.schemas import (
    AnswerSchema,
    CallSchema,
    DocumentSchema,
    NoteSchema,
    PhoneSchema,
    ReasonSchema,
)
from plugins.desk.states import STATE_TONES, STATE_WORDS, State

bp = Blueprint("desk", __name__, template_folder="templates")


def install(app: JianxueFlask) -> None:
    app.register_blueprint(bp)


@dataclass(frozen=True)
class Found:
    """A person as the search shows one, with the ticket that is under way."""

    card: PersonCard
    ticket: Ticket | None


@bp.route("/desk/", methods=["GET", "POST"])
@policy(Permission.READ_CONTACT)
def front() -> ResponseReturnValue:
    """查找: posted, so that no number stands in an address or a log (R41)."""
    ctx = current_ctx()
    term = request.form.get("q", "").strip()[:60]
    people = [Found(card, open_ticket_of(ctx, card.id)) for card in find(ctx, term)] if term else []
    tickets = list(tickets_like(ctx, term)) if term else []
    if term:
        ctx.record("desk.search", "-", people=len(people), tickets=len(tickets))
    return page("desk/front.html", term=term, people=people, tickets=tickets, told=int(_is_id_number(term)),
                cards=cards_of(ctx, {row.person_id for row in tickets}), words=STATE_WORDS, tones=STATE_TONES)


def _is_id_number(term: str) -> bool:
    try:
        return bool(parse_id_number(term))
    except IdError:
        return False


@bp.route("/desk/people/<uuid:person_id>", methods=["GET", "POST"])
@policy(Permission.CORRECT_CONTACT)
def person(person_id: UUID) -> ResponseReturnValue:
    """来电登记: opens a ticket; the person's earlier tickets and calls stand beside it."""
    ctx = current_ctx()
    form = Form(CallSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            told = request.args.get("told") == "1"
            ticket = service.open_ticket(ctx, person_id, asked.facts(), told_id_number=told)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            return redirect(url_for(".ticket", ticket_id=ticket.id), 303)
    return page("desk/person.html", status=form.status, form=form, card=card_of(ctx, person_id),
                busy=open_ticket_of(ctx, person_id), tickets=tickets_of(ctx, person_id), calls=calls_of(ctx, person_id),
                wait=wait_of(ctx, person_id), words=STATE_WORDS, tones=STATE_TONES)


@bp.post("/desk/people/<uuid:person_id>/call")
@policy(Permission.CORRECT_CONTACT)
def outgoing(person_id: UUID) -> ResponseReturnValue:
    """去电登记: the desk called first, since messages come back."""
    ctx = current_ctx()
    form = Form(CallSchema(), request)
    form.submitted()
    if (asked := form.load()) is None:
        flash(form.summary[0][1], "stop")
    else:
        said = asked.facts()
        service.note_call(ctx, person_id, service.Said(said.phone, said.text, outgoing=True))
        flash(_("去电已登记。"), "done")
    return redirect(url_for(".person", person_id=person_id), 303)


@bp.get("/desk/tickets/<uuid:ticket_id>")
@policy(Permission.READ_CONTACT)
def ticket(ticket_id: UUID) -> ResponseReturnValue:
    """工单: what is to be done now, and everything that was."""
    return _show(current_ctx(), ticket_id)


def _show(ctx: Ctx, ticket_id: Id, form: Form[Any] | None = None, part: str = "") -> ResponseReturnValue:
    row = ticket_of(ctx, ticket_id)
    question = next((one for one in questions_of(ctx, row) if one.right is None), None)
    asking = row.state == State.OPEN and question is not None
    return page(
        "desk/ticket.html", status=form.status if form else 200, ticket=row, card=card_of(ctx, row.person_id),
        words=STATE_WORDS, tones=STATE_TONES, lines=timeline_of(ctx, row), now=standing_of(ctx, row),
        question=question if asking else None, prompt=PROMPTS[Kind(question.kind)] if question else "",
        hint=HINTS[Kind(question.kind)] if question else "", own=ctx.actor.account_id in who_worked_on(ctx, row),
        calls=calls_of(ctx, row.person_id), wait=wait_of(ctx, row.person_id),
        clerk=permits(ctx.actor, Permission.CORRECT_CONTACT), decides=permits(ctx.actor, Permission.DECIDE_CONTACT),
        forms={name: form if name == part and form else Form(kind()) for name, kind in FORMS.items()}, part=part)


FORMS: Mapping[str, Any] = {
    "answer": AnswerSchema, "document": DocumentSchema, "phone": PhoneSchema, "withdraw": ReasonSchema,
    "approve": NoteSchema, "refuse": ReasonSchema, "report": CallSchema, "reverse": ReasonSchema, "keep": ReasonSchema,
    "call": CallSchema,
}


def _do(ticket_id: Id, part: str, deed: Callable[[Ctx, Any], object]) -> ResponseReturnValue:
    """One form of the ticket's page: done and said, or the page again with what was wrong."""
    ctx = current_ctx()
    form: Form[Any] = Form(FORMS[part](), request)
    form.submitted()
    asked = form.load()
    if asked is not None:
        try:
            said = deed(ctx, asked)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(str(said), "done")
            return redirect(url_for(".ticket", ticket_id=ticket_id), 303)
    return _show(ctx, ticket_id, form, part)


@bp.post("/desk/tickets/<uuid:ticket_id>/call")
@policy(Permission.CORRECT_CONTACT)
def call(ticket_id: UUID) -> ResponseReturnValue:
    """Another call about the same ticket."""

    def deed(ctx: Ctx, asked: Any) -> object:
        row = service.locked(ctx, ticket_id)
        service.note_call(ctx, row.person_id, asked.facts(), row)
        return _("通话已登记。")

    return _do(ticket_id, "call", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/answer")
@policy(Permission.CORRECT_CONTACT)
def answer(ticket_id: UUID) -> ResponseReturnValue:
    """核对一题: right or wrong and how many remain, nothing more."""

    def deed(ctx: Ctx, asked: Any) -> object:
        known = service.answer(ctx, ticket_id, _question_id(asked.question), asked.said)
        said = _("这一题答对了。") if known.right else _("这一题答错了。")
        if known.state == State.VERIFIED:
            return said + _("身份已核实，请输入新手机号。")
        if known.state == State.IN_PERSON:
            return said + _("不能再在电话里核实，请转为当面核实。")
        return said + _("还需答对 %(right)s 题，还可答错 %(wrong)s 题。", right=known.standing.right_left,
                        wrong=known.standing.wrong_left - 1)

    return _do(ticket_id, "answer", deed)


def _question_id(typed: str) -> Id:
    try:
        return UUID(typed)
    except ValueError:
        return UUID(int=0)


@bp.post("/desk/tickets/<uuid:ticket_id>/document")
@policy(Permission.CORRECT_CONTACT)
def document(ticket_id: UUID) -> ResponseReturnValue:
    """当面核对证件."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.show_document(ctx, ticket_id, asked.document)
        return _("已记录当面核实，请输入新手机号。")

    return _do(ticket_id, "document", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/phone")
@policy(Permission.CORRECT_CONTACT)
def phone(ticket_id: UUID) -> ResponseReturnValue:
    """提交新号码."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.submit_phone(ctx, ticket_id, asked.phone, asked.again)
        return _("新号码已提交，等另一位复核员复核。")

    return _do(ticket_id, "phone", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/withdraw")
@policy(Permission.CORRECT_CONTACT)
def withdraw(ticket_id: UUID) -> ResponseReturnValue:
    """撤销工单."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.withdraw(ctx, ticket_id, asked.reason)
        return _("工单已撤销，手机号没有变。")

    return _do(ticket_id, "withdraw", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/report")
@policy(Permission.CORRECT_CONTACT)
def report(ticket_id: UUID) -> ResponseReturnValue:
    """原号码提出异议."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.report(ctx, ticket_id, asked.facts())
        return _("异议已登记，敏感操作已暂停，等复核员决定。")

    return _do(ticket_id, "report", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/approve")
@policy(Permission.DECIDE_CONTACT)
def approve(ticket_id: UUID) -> ResponseReturnValue:
    """复核通过."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.approve(ctx, ticket_id, asked.reason)
        return _("手机号已更正，短信已发往原号码和新号码。")

    return _do(ticket_id, "approve", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/refuse")
@policy(Permission.DECIDE_CONTACT)
def refuse(ticket_id: UUID) -> ResponseReturnValue:
    """复核驳回."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.refuse(ctx, ticket_id, asked.reason)
        return _("工单已驳回，手机号没有变。")

    return _do(ticket_id, "refuse", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/reverse")
@policy(Permission.DECIDE_CONTACT)
def reverse(ticket_id: UUID) -> ResponseReturnValue:
    """恢复原号码."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.reverse(ctx, ticket_id, asked.reason)
        return _("原号码已恢复，短信已发往两个号码。")

    return _do(ticket_id, "reverse", deed)


@bp.post("/desk/tickets/<uuid:ticket_id>/keep")
@policy(Permission.DECIDE_CONTACT)
def keep(ticket_id: UUID) -> ResponseReturnValue:
    """核查后维持更正."""

    def deed(ctx: Ctx, asked: Any) -> object:
        service.keep(ctx, ticket_id, asked.reason)
        return _("更正维持不变。")

    return _do(ticket_id, "keep", deed)


@bp.get("/desk/undelivered")
@policy(Permission.READ_CONTACT)
def undelivered() -> ResponseReturnValue:
    """短信未送达: whom to call first, the newest on top (C-22)."""
    ctx = current_ctx()
    shown = page_in(lost_messages(ctx), request.args)
    return page("desk/undelivered.html", page=shown,
                last={one.person_id: next(iter(calls_of(ctx, one.person_id)), None) for one in shown.items})
