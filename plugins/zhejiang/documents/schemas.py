"""What the pages of the documents ask for."""
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from core.api.web import FormSchema, shown


@dataclass(frozen=True)
class ZipAsked:
    zip: FileStorage


class ZipSchema(FormSchema[ZipAsked]):
    """Without a script the zip comes whole."""

    into = ZipAsked
    zip = fields.Raw(required=True, metadata=shown(_l("资料压缩包（zip）"), "file", accept=".zip,application/zip"))


@dataclass(frozen=True)
class PictureAsked:
    picture: FileStorage


class PictureSchema(FormSchema[PictureAsked]):
    """One picture in the place of another."""

    into = PictureAsked
    picture = fields.Raw(required=True, metadata=shown(_l("新的图片"), "file", accept="image/jpeg,image/png"))
