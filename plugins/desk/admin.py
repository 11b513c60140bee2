"""The desk in the back office's menu, and all tickets with filters and export."""
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from core.api import Ctx
from core.api.console import Col, Console, Group, Pick, TableView, Tone, daytime, status
from core.api.messages import lost_messages
from core.api.web import Permission, mask_mobile

from plugins.desk.models import Ticket
from plugins.desk.queries import waiting
from plugins.desk.states import STATE_TONES, STATE_WORDS, State


def _clerks(ctx: Ctx) -> Sequence[tuple[str, str]]:
    rows = ctx.db.scalars(select(Ticket.clerk).distinct().order_by(Ticket.clerk))
    return [(name, name) for name in rows]


def _months(ctx: Ctx) -> Sequence[tuple[str, str]]:
    """The months that have tickets; a ticket's number begins with its day in Shanghai."""
    month = func.substr(Ticket.number, 1, 6)
    rows = ctx.db.scalars(select(month).distinct().order_by(month.desc()))
    return [(found, f"{found[:4]}-{found[4:]}") for found in rows]


class Tickets(TableView[Ticket]):
    """工单: all of them, also those long done."""

    model, key, title, group, icon = Ticket, "desk_tickets", _l("更正工单"), Group.TODO, "card-list"
    permission = Permission.READ_CONTACT
    summary = _l("手机号更正的全部工单和办理经过。")
    search_hint = _l("工单号或日期，如 20261120")
    empty = _l("接到更正手机号的电话后，在“更正服务台”查到本人并登记。")
    list_template = "desk/tickets.html"
    details = False
    columns = (
        Col[Ticket]("number", _l("工单"), lambda row: row.number, sort=Ticket.number, kind="short"),
        Col[Ticket]("state", _l("状态"), lambda row: status(STATE_WORDS[State(row.state)],
                                                          Tone(STATE_TONES[State(row.state)])), kind="short"),
        Col[Ticket]("old", _l("原号码"), lambda row: mask_mobile(row.old_phone), kind="short"),
        Col[Ticket]("new", _l("新号码"), lambda row: mask_mobile(row.new_phone or ""), kind="short"),
        Col[Ticket]("clerk", _l("登记人"), lambda row: row.clerk, sort=Ticket.clerk),
        Col[Ticket]("opened", _l("登记时间"), lambda row: daytime(row.opened_at), sort=Ticket.opened_at, kind="short"),
        Col[Ticket]("moved", _l("最近处理"), lambda row: daytime(row.moved_at), sort=Ticket.moved_at, kind="short"),
    )
    picks = (
        Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in STATE_WORDS.items()],
             lambda rows, value: rows.where(Ticket.state == value)),
        Pick("clerk", _l("登记人"), _clerks, lambda rows, value: rows.where(Ticket.clerk == value)),
        Pick("month", _l("登记月份"), _months, lambda rows, value: rows.where(Ticket.number.startswith(value))),
    )

    def count(self, ctx: Ctx) -> int:
        return waiting(ctx)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Ticket).order_by(Ticket.opened_at.desc(), Ticket.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Ticket.number.contains(term, autoescape=True))


def install(console: Console) -> None:
    console.link(Group.TODO, _l("更正服务台"), "desk.front", Permission.READ_CONTACT, icon="headset",
                 summary=_l("接听来电，核实身份，更正手机号。"))
    console.add(Tickets())
    console.link(Group.TODO, _l("短信未送达"), "desk.undelivered", Permission.READ_CONTACT, icon="chat-dots",
                 count=lambda ctx: len(lost_messages(ctx)), summary=_l("短信没有送达的学员，请主动联系。"))
