"""The forms of a batch."""
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.api.store import Id
from core.api.web import FormSchema, shown

from plugins.zhejiang.batch.states import Mode


@dataclass(frozen=True)
class BatchAsked:
    post: Id
    mode: Mode
    institution: Id


class BatchSchema(FormSchema[BatchAsked]):
    """One post, one mode, one institution."""

    into = BatchAsked

    post = fields.UUID(required=True, metadata=shown(_l("岗位"), "hidden"))
    mode = fields.Enum(Mode, by_value=True, required=True, metadata=shown(_l("培训方式"), "hidden"))
    institution = fields.UUID(required=True, metadata=shown(_l("培训机构"), "radio"))


class SheetSchema(FormSchema[dict[str, Any]]):
    """报名汇总表."""

    sheet = fields.Raw(required=True, metadata=shown(_l("报名汇总表"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "姓名、性别、身份证号、手机号、学历、工作单位六列都要填。上传后先检查，您确认后才导入。")))


class SearchSchema(FormSchema[dict[str, str]]):
    """Posted, so that neither a name nor a number stands in an address (R41)."""

    q = fields.String(required=True, validate=validate.Length(max=60), metadata=shown(_l("姓名、身份证号或手机号")))
