"""Forms of test plans, of the room and of the door."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.api import Refused, local, shanghai
from core.api.web import FormSchema, shown

from plugins.zhejiang.testing.models import TestPlan
from plugins.zhejiang.testing.room import MOST_MINUTES
from plugins.zhejiang.testing.service import MOST_SEATS, PlanFacts

REASON = validate.Length(min=2, max=300)


@dataclass(frozen=True)
class PlanAsked:
    """A plan as typed, by the clock in Shanghai. `place`: typed where none of the institution's own is chosen."""

    room: str
    seats: int
    day: date
    starts: time
    posts: list[str]
    invigilators: list[str]
    own_place: str = ""
    place: str = ""
    note: str = ""

    def facts(self) -> PlanFacts:
        """Raises Refused without any place."""
        place = self.place or self.own_place
        if not place:
            raise Refused("no_place", str(_l("请选择一个测试地点，或填写其他地点。")), field="own_place")
        at = shanghai(self.day.year, self.day.month, self.day.day, self.starts.hour, self.starts.minute)
        return PlanFacts(place, self.room, self.seats, at, tuple(self.posts),
                         tuple(UUID(one) for one in self.invigilators), self.note)


class PlanSchema(FormSchema[PlanAsked]):
    """测试计划."""

    into = PlanAsked

    own_place = fields.String(load_default="", metadata=shown(_l("测试地点"), "select", placeholder=_l("其他地点")))
    place = fields.String(load_default="", validate=validate.Length(max=120), metadata=shown(
        _l("其他地点"), hint=_l("上面没有合适的才填，写到门牌号。")))
    room = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(
        _l("考场"), hint=_l("例如 3号楼201机房。")))
    seats = fields.Integer(required=True, validate=validate.Range(1, MOST_SEATS), metadata=shown(
        _l("座位数"), "number", hint=_l("考场里能用的电脑台数，学员不会超过这个数。")))
    day = fields.Date(required=True, metadata=shown(_l("日期"), "date"))
    starts = fields.Time(required=True, metadata=shown(_l("开考时间"), "time", placeholder="09:00"))
    posts = fields.List(fields.String(), required=True, validate=validate.Length(min=1), metadata=shown(
        _l("岗位"), "checks"))
    invigilators = fields.List(fields.String(), required=True, validate=validate.Length(min=1), metadata=shown(
        _l("监考人员"), "checks"))
    note = fields.String(load_default="", validate=validate.Length(max=300), metadata=shown(
        _l("给学员的说明"), "textarea", hint=_l("例如乘车路线。身份证和到场时间系统会自动提醒。")))

    def __init__(self, choices: Mapping[str, Sequence[tuple[str, str]]], **options: Any) -> None:
        super().__init__(**options)
        for name, found in choices.items():
            one = self.fields[name]
            one.metadata = {**one.metadata, "choices": tuple(found)}
            among = validate.OneOf([value for value, _words in found] + ([""] if name == "own_place" else []))
            if isinstance(one, fields.List):
                one.inner.validators = [among]
            else:
                one.validators = [among]


def typed(plan: TestPlan, own_places: Sequence[str], invigilators: Sequence[Any]) -> dict[str, Any]:
    """What the form of an existing plan starts with."""
    at = local(plan.starts_at)
    own = plan.place in own_places
    return {"own_place": plan.place if own else "", "place": "" if own else plan.place, "room": plan.room,
            "seats": plan.seats, "day": at.date(), "starts": f"{at:%H:%M}", "posts": list(plan.post_ids),
            "invigilators": [str(one) for one in invigilators], "note": plan.note}


@dataclass(frozen=True)
class SeatAsked:
    candidate: UUID
    number: int


class SeatSchema(FormSchema[SeatAsked]):
    """手工排座."""

    into = SeatAsked

    candidate = fields.UUID(required=True, metadata=shown(_l("学员"), "select"))
    number = fields.Integer(required=True, validate=validate.Range(1, MOST_SEATS), metadata=shown(
        _l("座位号"), "number"))


@dataclass(frozen=True)
class ReasonAsked:
    reason: str


class ReasonSchema(FormSchema[ReasonAsked]):
    """Why."""

    into = ReasonAsked

    reason = fields.String(required=True, validate=REASON, metadata=shown(_l("原因"), "textarea"))


@dataclass(frozen=True)
class ExtendAsked:
    minutes: int
    reason: str


class ExtendSchema(FormSchema[ExtendAsked]):
    """延长时间."""

    into = ExtendAsked

    minutes = fields.Integer(required=True, validate=validate.Range(1, MOST_MINUTES), metadata=shown(
        _l("延长几分钟"), "number"))
    reason = fields.String(required=True, validate=REASON, metadata=shown(_l("原因"), "textarea"))


@dataclass(frozen=True)
class AdmitAsked:
    tail: str = field(repr=False)
    reason: str
    picture: Any


class AdmitSchema(FormSchema[AdmitAsked]):
    """人工核验: what is read on the card, why no face matched, and a picture taken now."""

    into = AdmitAsked

    tail = fields.String(required=True, validate=validate.Length(equal=4), metadata=shown(
        _l("身份证号后四位"), hint=_l("请照着学员手里的身份证填写。"), autocomplete="off"))
    reason = fields.String(required=True, validate=REASON, metadata=shown(
        _l("人脸没有通过的原因和核对情况"), "textarea"))
    picture = fields.Raw(required=True, metadata=shown(
        _l("现场照片"), "file", accept="image/jpeg,image/png", hint=_l("请拍下学员手持身份证的照片，作为凭证保存。")))


@dataclass(frozen=True)
class CodeAsked:
    code: str


class CodeSchema(FormSchema[CodeAsked]):
    """考场口令."""

    into = CodeAsked

    code = fields.String(required=True, validate=validate.Length(max=12), metadata=shown(
        _l("考场口令"), "code", hint=_l("监考人员在考场公布的6位数字。"), autocomplete="off", inputmode="numeric"))
