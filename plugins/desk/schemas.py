"""The desk's forms."""
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.api import Refused
from core.api.web import FormSchema, IdError, parse_mobile, shown

from plugins.desk.service import LONGEST, Said

LINES = validate.Length(max=LONGEST)


@dataclass(frozen=True)
class CallAsked:
    phone: str = field(repr=False)
    said: str = field(repr=False)
    outgoing: bool = False

    def facts(self) -> Said:
        """Raises Refused for what cannot be a number one calls from; landlines are numbers too."""
        digits = "".join(char for char in self.phone if char.isdigit())
        try:
            digits = parse_mobile(digits) if digits.startswith("1") else digits
        except IdError as error:
            raise Refused(error.code, str(error), field="phone") from error
        if not 7 <= len(digits) <= 13:
            raise Refused("desk_caller", str(_l("请填写对方的电话号码，手机 11 位，座机连同区号。")), field="phone")
        return Said(digits, self.said, self.outgoing)


class CallSchema(FormSchema[CallAsked]):
    """来电登记."""

    into = CallAsked

    phone = fields.String(required=True, metadata=shown(_l("对方号码"), inputmode="tel", autocomplete="off"))
    said = fields.String(required=True, validate=LINES, metadata=shown(_l("通话内容"), "textarea"))


@dataclass(frozen=True)
class AnswerAsked:
    question: str
    said: str = field(default="", repr=False)


class AnswerSchema(FormSchema[AnswerAsked]):
    """One spoken answer; an empty one is 答不上来."""

    into = AnswerAsked

    question = fields.String(required=True, metadata=shown("", "hidden"))
    said = fields.String(validate=validate.Length(max=60), metadata=shown(_l("来电人的回答"), autocomplete="off"))


@dataclass(frozen=True)
class PhoneAsked:
    phone: str = field(repr=False)
    again: str = field(repr=False)


class PhoneSchema(FormSchema[PhoneAsked]):
    """The new number, typed twice."""

    into = PhoneAsked

    phone = fields.String(required=True, metadata=shown(_l("新手机号"), "phone", autocomplete="off"))
    again = fields.String(required=True, metadata=shown(
        _l("再输一遍新手机号"), "phone", hint=_l("请来电人再念一遍，照着输入，不要复制。"), autocomplete="off"))


@dataclass(frozen=True)
class DocumentAsked:
    document: str


class DocumentSchema(FormSchema[DocumentAsked]):
    """当面核对."""

    into = DocumentAsked

    document = fields.String(required=True, validate=LINES, metadata=shown(
        _l("核对记录"), "textarea", hint=_l("看了什么证件原件、在哪里、照片与本人是否一致。不要抄写证件号码。")))


@dataclass(frozen=True)
class ReasonAsked:
    reason: str


class ReasonSchema(FormSchema[ReasonAsked]):
    """Why."""

    into = ReasonAsked

    reason = fields.String(required=True, validate=LINES, metadata=shown(_l("理由"), "textarea"))


class NoteSchema(FormSchema[ReasonAsked]):
    """What the second pair of eyes adds, if anything."""

    into = ReasonAsked

    reason = fields.String(load_default="", validate=LINES, metadata=shown(_l("复核意见")))
