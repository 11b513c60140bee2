"""Notices and sent messages in the back office."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, select

from core.access import Permission
from core.admin import Col, Console, EditView, Fact, Group, Pick, RowAction, TableView, Tone, daytime, status
from core.notification.models import Delivery, Notice
from core.notification.service import change_notice, publish_notice, withdraw_notice
from core.notification.states import STATE_TEXTS, DeliveryState
from core.tenancy import Ctx
from core.web.filters import masked_phone
from core.web.forms import FormSchema, shown

NOTICE_STATES = (("open", _l("已发布")), ("withdrawn", _l("已撤下")))


@dataclass(frozen=True)
class TypedNotice:
    title: str
    body: str = ""


class NoticeSchema(FormSchema[TypedNotice]):
    """N-06: title and text; the date is the day of publication."""

    into = TypedNotice

    title = fields.String(required=True, validate=validate.Length(max=120), metadata=shown(_l("标题")))
    body = fields.String(validate=validate.Length(max=20_000), metadata=shown(
        _l("正文"), "textarea", hint=_l("空一行分段。")))


def _notice_state(row: Notice) -> object:
    return status(_("已撤下"), Tone.QUIET) if row.withdrawn_at else status(_("已发布"), Tone.DONE)


class Notices(EditView[Notice]):
    """通知公告 (N-06)."""

    model, key, title, group, icon = Notice, "notices", _l("通知公告"), Group.CONTENT, "megaphone"
    summary = _l("首页和公告列表里显示的通知。")
    new_label, search_hint, empty = _l("发布公告"), _l("标题"), _l("发布一条公告，首页立即显示。")
    columns = (
        Col[Notice]("title", _l("标题"), lambda row: row.title, sort=Notice.title),
        Col[Notice]("published", _l("发布时间"), lambda row: daytime(row.published_at), sort=Notice.published_at,
                    kind="short"),
        Col[Notice]("state", _l("状态"), _notice_state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(value, str(words)) for value, words in NOTICE_STATES],
                  lambda rows, value: rows.where(Notice.withdrawn_at.is_(None) if value == "open"
                                                 else Notice.withdrawn_at.is_not(None))),)
    actions = (RowAction[Notice]("withdraw", _l("撤下"), lambda ctx, row: withdraw_notice(ctx, row.id),
                                 lambda row: _("撤下后公众不再看到这条公告，内容仍保留在后台。"),
                                 lambda row: row.withdrawn_at is None, bulk=True),)
    schema = NoticeSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Notice).order_by(Notice.published_at.desc(), Notice.id.desc())

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Notice.title.contains(term, autoescape=True))

    def facts(self, _ctx: Ctx, row: Notice) -> Sequence[Fact]:
        return [Fact(_("标题"), row.title), Fact(_("正文"), row.body), Fact(_("发布时间"), daytime(row.published_at)),
                Fact(_("撤下时间"), daytime(row.withdrawn_at)), Fact(_("状态"), _notice_state(row))]

    def editable(self, row: Notice) -> bool:
        return row.withdrawn_at is None

    def values(self, _ctx: Ctx, row: Notice) -> Mapping[str, Any]:
        return {"title": row.title, "body": row.body}

    def make(self, ctx: Ctx, asked: TypedNotice) -> Notice:
        return publish_notice(ctx, asked.title, asked.body)

    def change(self, ctx: Ctx, row: Notice, asked: TypedNotice) -> None:
        change_notice(ctx, row, asked.title, asked.body)


TONES = {DeliveryState.WAITING: Tone.ACTIVE, DeliveryState.SENT: Tone.DONE, DeliveryState.GIVEN_UP: Tone.STOP,
         DeliveryState.DELIVERED: Tone.DONE, DeliveryState.UNDELIVERED: Tone.STOP}


def _delivery_state(row: Delivery) -> object:
    state = DeliveryState(row.state) if row.state in set(DeliveryState) else DeliveryState.WAITING
    return status(STATE_TEXTS[state], TONES[state])


class Deliveries(TableView[Delivery]):
    """短信记录: what was sent to whom, and whether it went out; a code's text is never shown."""

    model, key, title, group, icon = Delivery, "deliveries", _l("短信记录"), Group.CONTENT, "envelope"
    permission = Permission.ADMINISTER
    summary = _l("发出的短信和发送结果。")
    empty = _l("系统发出短信后，这里会有记录。")
    columns = (
        Col[Delivery]("at", _l("时间"), lambda row: daytime(row.created_at), sort=Delivery.created_at, kind="short"),
        Col[Delivery]("phone", _l("手机号"), lambda row: masked_phone(row.phone), kind="short"),
        Col[Delivery]("text", _l("内容"), lambda row: _("（验证码，不显示）") if row.secret else row.text),
        Col[Delivery]("attempts", _l("尝试"), lambda row: row.attempts, kind="num"),
        Col[Delivery]("problem", _l("问题"), lambda row: row.problem),
        Col[Delivery]("state", _l("状态"), _delivery_state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in STATE_TEXTS.items()],
                  lambda rows, value: rows.where(Delivery.state == value)),)

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Delivery).order_by(Delivery.created_at.desc(), Delivery.id.desc())


def install(console: Console) -> None:
    console.add(Notices(), Deliveries())
