"""What an auditor sends with a decision."""
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.audit.rules import LONGEST_REASON
from core.audit.states import GROUND_TEXTS, Ground
from core.web.forms import FormSchema, shown


@dataclass(frozen=True)
class PassAsked:
    version: int


@dataclass(frozen=True)
class ClearAsked:
    version: int
    ground: str
    reason: str


class PassSchema(FormSchema[PassAsked]):
    into = PassAsked

    version = fields.Integer(required=True, validate=validate.Range(min=1), metadata=shown(_l("版本"), "hidden"))


class ClearSchema(FormSchema[ClearAsked]):
    into = ClearAsked

    version = fields.Integer(required=True, validate=validate.Range(min=1), metadata=shown(_l("版本"), "hidden"))
    ground = fields.String(required=True, validate=validate.OneOf([str(ground) for ground in Ground]), metadata=shown(
        _l("清零依据"), "radio", choices=[(str(ground), text) for ground, text in GROUND_TEXTS.items()]))
    reason = fields.String(required=True, validate=validate.Length(max=LONGEST_REASON), metadata=shown(
        _l("理由"), "textarea", hint=_l("写明看到了什么，例如哪一天、哪几张照片。学员会看到，申诉时也以此为准。")))
