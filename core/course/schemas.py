"""What the player's script sends, checked before anything is done with it."""
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Request
from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from core.base.errors import Refused
from core.course.late import MOST, LateBeat


class _Body(Schema):
    """A JSON object; unknown keys are ignored, a wrong one is refused with a sentence."""

    class Meta:
        unknown = EXCLUDE

    @classmethod
    def values(cls, request: Request) -> dict[str, Any]:
        body = request.get_json(silent=True)
        try:
            if not isinstance(body, dict):
                raise ValidationError("not an object")
            loaded: dict[str, Any] = cls().load(body)
        except ValidationError:
            raise Refused("body_wrong", _("上报的内容不完整，没有计入。请刷新页面重新开始学习。"), status=400) from None
        return loaded


@dataclass(frozen=True)
class BeatAsked:
    token: str
    position_ms: int
    playing: bool


class BeatSchema(_Body):
    token = fields.String(required=True, validate=validate.Length(1, 2000))
    position_ms = fields.Integer(required=True, strict=True)
    playing = fields.Boolean(required=True)

    @classmethod
    def read(cls, request: Request) -> BeatAsked:
        return BeatAsked(**cls.values(request))


@dataclass(frozen=True)
class LateAsked:
    token: str
    beats: list[LateBeat]
    seal: str


def _check_beats(value: Any) -> None:
    """`[position in milliseconds, whether it plays on]` each."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST or not all(
            isinstance(one, list) and [type(part) for part in one] == [int, bool] for one in value):
        raise ValidationError("not beats")


class LateSchema(_Body):
    token = fields.String(required=True, validate=validate.Length(1, 2000))
    beats = fields.Raw(required=True, validate=_check_beats)
    seal = fields.String(required=True, validate=validate.Length(equal=64))

    @classmethod
    def read(cls, request: Request) -> LateAsked:
        asked = cls.values(request)
        return LateAsked(asked["token"], [LateBeat(*one) for one in asked["beats"]], asked["seal"])


@dataclass(frozen=True)
class LeaseAsked:
    lesson: UUID | None


class LeaseSchema(_Body):
    lesson = fields.UUID(load_default=None, allow_none=True)

    @classmethod
    def read(cls, request: Request) -> LeaseAsked:
        return LeaseAsked(**cls.values(request))
