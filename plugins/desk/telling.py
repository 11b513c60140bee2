"""Who hears of a correction, and of its undoing."""
from core.api import Ctx
from core.api.extension import phone_correction
from core.api.messages import send_to_phone, tell_person
from core.api.people import card_of

from plugins.desk import texts
from plugins.desk.models import Ticket
from plugins.desk.rules import cool_down_ends, desk_rules


def corrected(ctx: Ctx, ticket: Ticket) -> None:
    """The old number, that somebody may say stop; the new one, from when on it may do everything."""
    assert ticket.new_phone is not None and ticket.applied_at is not None
    words = _words(ctx, ticket)
    until = texts.moment(cool_down_ends(desk_rules(ticket.applied_at), ticket.applied_at))
    _send(ctx, ticket, ticket.old_phone, "old", texts.CORRECTED_OLD.format(
        **words | {"name": texts.masked_name(words["name"])}))
    said = texts.CORRECTED_NEW.format(until=until, **words)
    _send(ctx, ticket, ticket.new_phone, "new", said)
    tell_person(ctx, ticket.person_id, said)


def reversed_back(ctx: Ctx, ticket: Ticket) -> None:
    """Both again."""
    assert ticket.new_phone is not None
    words = _words(ctx, ticket)
    said = texts.REVERSED_OLD.format(**words)
    _send(ctx, ticket, ticket.old_phone, "back", said)
    tell_person(ctx, ticket.person_id, said)
    _send(ctx, ticket, ticket.new_phone, "gone", texts.REVERSED_NEW.format(**words))


def _words(ctx: Ctx, ticket: Ticket) -> dict[str, str]:
    assert ticket.new_phone is not None
    phones = phone_correction(ctx, ticket.person_id).phones
    return {"name": card_of(ctx, ticket.person_id).name, "platform": ctx.tenant.name,
            "old": ticket.old_phone[-4:], "new": ticket.new_phone[-4:], "number": ticket.number,
            "phones": texts.phones_in_words(ctx, phones)}


def _send(ctx: Ctx, ticket: Ticket, phone: str, which: str, text: str) -> None:
    send_to_phone(ctx, phone, text, about=f"desk_{which}", person_id=ticket.person_id, key=f"desk:{ticket.id}:{which}")
