"""What the witness's forms take."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.base.clock import SHANGHAI
from core.presence.models import SupervisedSession
from core.presence.supervised import TAIL
from core.web.forms import FormSchema, shown


@dataclass(frozen=True)
class SessionAsked:
    """A time and place as typed, by the clock in Shanghai."""

    day: date
    starts: time
    ends: time
    place: str
    seats: int

    def session(self) -> SupervisedSession:
        return SupervisedSession(place=self.place, seats=self.seats,
                                 starts_at=datetime.combine(self.day, self.starts, SHANGHAI),
                                 ends_at=datetime.combine(self.day, self.ends, SHANGHAI))


class SessionSchema(FormSchema[SessionAsked]):
    """Offer a session."""

    into = SessionAsked

    day = fields.Date(required=True, metadata=shown(_l("日期"), "date"))
    starts = fields.Time(required=True, metadata=shown(_l("开始时间"), "time", placeholder="09:00"))
    ends = fields.Time(required=True, metadata=shown(_l("结束时间"), "time", placeholder="11:00"))
    place = fields.String(required=True, validate=validate.Length(min=4, max=120), metadata=shown(
        _l("地点"), hint=_l("写到房间号，学员照着找得到。")))
    seats = fields.Integer(required=True, validate=validate.Range(1, 200), metadata=shown(_l("人数"), "number", hint=_l(
        "这一场最多约多少人。")))


@dataclass(frozen=True)
class SignAsked:
    """What the witness read on the card, and saw."""

    tail: str
    note: str


class SignSchema(FormSchema[SignAsked]):
    """Sign that the person was there."""

    into = SignAsked

    tail = fields.String(required=True, validate=validate.Length(equal=TAIL), metadata=shown(
        _l("身份证号后四位"), hint=_l("请照着学员手里的身份证填写。"), autocomplete="off"))
    note = fields.String(load_default="", validate=validate.Length(max=500), metadata=shown(_l("备注"), "textarea"))


def typed(form: Mapping[str, Any]) -> dict[str, str]:
    """The trainee's booking as typed, to be shown again."""
    return {name: str(form.get(name, ""))[:500] for name in ("reason", "session", "note")}
