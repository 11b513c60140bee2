"""The forms of a plan."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields
from marshmallow.validate import Length, Range

from core.api import shanghai
from core.api.store import Id
from core.api.web import FormSchema, shown

from plugins.zhejiang.batch.states import MODE_WORDS, Mode
from plugins.zhejiang.training.planning import PlanFacts, SessionFacts


@dataclass(frozen=True)
class PlanAsked:
    title: str
    starts_on: date
    ends_on: date
    capacity: int
    teacher: str = ""
    place: str = ""
    packages: tuple[str, ...] = ()

    def facts(self) -> PlanFacts:
        return PlanFacts(self.title, self.starts_on, self.ends_on, self.capacity, self.teacher, self.place,
                         tuple(self.packages))


class PlanSchema(FormSchema[PlanAsked]):
    """What every plan says."""

    into = PlanAsked

    title = fields.String(required=True, validate=Length(max=60), metadata=shown(
        _l("培训计划名称"), hint=_l("学员和企业看到的名称，例如：资料员第3期。")))
    starts_on = fields.Date(required=True, metadata=shown(_l("开始日期"), "date"))
    ends_on = fields.Date(required=True, metadata=shown(_l("结束日期"), "date"))
    capacity = fields.Integer(required=True, validate=Range(1, 2000), metadata=shown(
        _l("人数上限"), "number", inputmode="numeric"))


class InClassSchema(PlanSchema):
    """线下: where, and by whom; the sessions follow (ZJ-27)."""

    place = fields.String(required=True, validate=Length(max=100), metadata=shown(
        _l("上课地点"), hint=_l("写到楼层和教室。")))
    teacher = fields.String(load_default="", validate=Length(max=40), metadata=shown(_l("授课教师")))


class OnlineSchema(PlanSchema):
    """线上: which packages are studied on this platform (X-11)."""

    packages = fields.List(fields.String(), required=True, metadata=shown(
        _l("课程包"), "checks", hint=_l("学员在本平台“我的培训”里学习这些课程。")))

    def __init__(self, offered: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["packages"]
        field.metadata = {**field.metadata, "choices": tuple(offered)}


def plan_form(mode: Mode, offered: Sequence[tuple[str, str]]) -> PlanSchema:
    """The form of a plan of this mode."""
    return OnlineSchema(offered) if mode is Mode.ONLINE else InClassSchema()


@dataclass(frozen=True)
class KindAsked:
    post_id: Id
    mode: Mode


class KindSchema(FormSchema[KindAsked]):
    """First: for which post, online or in class (ZJ-12)."""

    into = KindAsked

    post_id = fields.UUID(required=True, metadata=shown(_l("岗位"), "select"))
    mode = fields.Enum(Mode, by_value=True, required=True, metadata=shown(_l("培训方式"), "radio", choices=[
        (one.value, MODE_WORDS[one]) for one in (Mode.ONLINE, Mode.OFFLINE)]))

    def __init__(self, posts: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["post_id"]
        field.metadata = {**field.metadata, "choices": tuple(posts)}


@dataclass(frozen=True)
class SessionAsked:
    day: date
    begins: time
    ends: time
    hours: int
    topic: str = ""

    def facts(self) -> SessionFacts:
        return SessionFacts(_at(self.day, self.begins), _at(self.day, self.ends), self.hours, self.topic)


def _at(day: date, when: time) -> datetime:
    return shanghai(day.year, day.month, day.day, when.hour, when.minute)


@dataclass(frozen=True)
class ReasonAsked:
    reason: str


class ReasonSchema(FormSchema[ReasonAsked]):
    into = ReasonAsked

    reason = fields.String(required=True, validate=Length(max=200), metadata=shown(
        _l("取消的原因"), hint=_l("学员会在通知里看到。")))


@dataclass(frozen=True)
class WordAsked:
    word: str


class WordSchema(FormSchema[WordAsked]):
    into = WordAsked

    word = fields.String(required=True, validate=Length(max=12), metadata=shown(
        _l("签到口令"), "code", hint=_l("教室里公布的6位数字。"), autocomplete="off", inputmode="numeric"))


class SessionSchema(FormSchema[SessionAsked]):
    into = SessionAsked

    day = fields.Date(required=True, metadata=shown(_l("日期"), "date"))
    begins = fields.Time("%H:%M", required=True, metadata=shown(_l("开始时间"), "time"))
    ends = fields.Time("%H:%M", required=True, metadata=shown(_l("结束时间"), "time"))
    hours = fields.Integer(required=True, validate=Range(1, 12), metadata=shown(
        _l("学时"), "number", inputmode="numeric"))
    topic = fields.String(load_default="", validate=Length(max=60), metadata=shown(_l("课程内容")))
