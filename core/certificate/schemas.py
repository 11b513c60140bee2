"""What the public types into 证书联网查询."""
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.web.forms import FormSchema, shown


@dataclass(frozen=True)
class NumberAsked:
    number: str


@dataclass(frozen=True)
class FileAsked:
    file: Any


class NumberSchema(FormSchema[NumberAsked]):
    into = NumberAsked

    number = fields.String(required=True, validate=validate.Length(max=60), metadata=shown(
        _l("证书编号"), hint=_l("证书或学时证明上的编号，不是身份证号。"), autocomplete="off"))


class FileSchema(FormSchema[FileAsked]):
    into = FileAsked

    file = fields.Raw(required=True, metadata=shown(
        _l("PDF 文件"), "file", hint=_l("从本平台下载的原文件。文件只用来比对，不会保存。"), accept="application/pdf"))
