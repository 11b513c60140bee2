"""Sentences for what marshmallow finds wrong: what it is and what to do, naming the field's label."""
import copy
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from marshmallow import fields, validate


def _(text: str, **variables: Any) -> str:
    return str(gettext(text, **variables))


_PICKED = frozenset({"select", "radio", "checks", "date", "file"})


def field_messages(field: fields.Field[Any], label: str) -> dict[str, str]:
    """Messages by marshmallow's keys for one field."""
    picked = field.metadata.get("kind") in _PICKED
    missing = _("请选择%(label)s。", label=label) if picked else _("请填写%(label)s。", label=label)
    said = {"required": missing, "null": missing}
    if "label" in field.metadata and _is_default(field, "invalid"):
        said["invalid"] = _invalid(field, label)
    if isinstance(field, fields.Integer):
        said["too_large"] = _("%(label)s太大，请改小。", label=label)
    return {key: text.replace("{", "{{").replace("}", "}}") for key, text in said.items()}


def _is_default(field: fields.Field[Any], key: str) -> bool:
    """Whether the message is still marshmallow's own, and not one the flow wrote."""
    message = field.error_messages.get(key)
    own = [cls.default_error_messages.get(key) for cls in type(field).__mro__
           if cls.__module__.startswith("marshmallow") and hasattr(cls, "default_error_messages")]
    return message is None or message in own


def _invalid(field: fields.Field[Any], label: str) -> str:
    if isinstance(field, fields.Email):
        return _("邮箱格式不对，请写成 name@example.com 的样子。")
    if isinstance(field, (fields.Integer, fields.Float, fields.Decimal)):
        return _("%(label)s请填写数字。", label=label)
    if isinstance(field, (fields.Date, fields.DateTime)):
        return _("%(label)s请按 2026-11-20 的样子填写。", label=label)
    if isinstance(field, (fields.UUID, fields.Boolean, fields.List)):
        return _("请重新选择%(label)s。", label=label)
    return _("%(label)s格式不对，请检查后重新填写。", label=label)


def validators_in_words(validators: Sequence[Any], label: str) -> list[Any]:
    """Copies of marshmallow's validators that answer with a sentence; a message of the flow's own stays."""
    return [_in_words(validator, label) for validator in validators]


def _in_words(validator: Any, label: str) -> Any:
    said = _sentence(validator, label)
    if not said:
        return validator
    copied = copy.copy(validator)
    copied.error = said.replace("{", "{{").replace("}", "}}")
    return copied


def _sentence(validator: Any, label: str) -> str:
    own = getattr(validator, "error", None)
    if own and own not in (validate.Email.default_message, validate.Regexp.default_message,
                           validate.OneOf.default_message, validate.Equal.default_message):
        return ""
    if isinstance(validator, validate.Length):
        return _length(validator, label)
    if isinstance(validator, validate.Range):
        return _range(validator, label)
    if isinstance(validator, validate.OneOf):
        return _("请从列表中选择%(label)s。", label=label)
    if isinstance(validator, validate.Email):
        return _("邮箱格式不对，请写成 name@example.com 的样子。")
    if isinstance(validator, (validate.Regexp, validate.Equal)):
        return _("%(label)s格式不对，请检查后重新填写。", label=label)
    return ""


def _length(rule: validate.Length, label: str) -> str:
    if rule.equal is not None:
        return _("%(label)s应为%(count)s位。", label=label, count=rule.equal)
    if rule.min is not None and rule.max is not None:
        return _("%(label)s应为%(low)s到%(high)s个字。", label=label, low=rule.min, high=rule.max)
    if rule.max is not None:
        return _("%(label)s最多%(high)s个字。", label=label, high=rule.max)
    return _("%(label)s至少%(low)s个字。", label=label, low=rule.min)


def _range(rule: validate.Range, label: str) -> str:
    if rule.min is not None and rule.max is not None:
        return _("%(label)s应在%(low)s和%(high)s之间。", label=label, low=rule.min, high=rule.max)
    if rule.max is not None:
        return _("%(label)s不能大于%(high)s。", label=label, high=rule.max)
    return _("%(label)s不能小于%(low)s。", label=label, low=rule.min)
