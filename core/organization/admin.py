"""Posts 岗位 in the back office."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, select

from core.admin import Col, Console, EditView, Group, Pick, RowAction, Tone, status
from core.contract.values import PersonClass
from core.extension import hooks
from core.organization.institution_admin import Institutions
from core.organization.models import Post
from core.organization.offer_admin import VIEWS
from core.organization.posts import PROFESSIONAL
from core.organization.queries import class_of
from core.organization.sanction_admin import OwnSanctions, Sanctions
from core.organization.service import add_post, change_post, restore_post, retire_post
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.forms import FormSchema, shown

STATES = (("open", _l("使用中")), ("retired", _l("已停用")))


@dataclass(frozen=True)
class TypedPost:
    name: str
    family: str
    code: str = ""
    position: int = 0
    person_class: str = PROFESSIONAL


class PostSchema(FormSchema[TypedPost]):
    """GD-03: a post's full name and the ungraded name of its family."""

    into = TypedPost

    name = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(
        _l("岗位名称"), hint=_l("全称，如 土建施工员。证书和学时记录按名称对应。")))
    family = fields.String(required=True, validate=validate.Length(max=40), metadata=shown(
        _l("类别"), hint=_l("如 施工员。")))
    position = fields.Integer(load_default=0, validate=validate.Range(min=0, max=999),
                              metadata=shown(_l("排序"), "number"))
    person_class = fields.String(load_default=PROFESSIONAL, metadata=shown(
        _l("人员类别"), "select", hint=_l("证书按岗位归类；不需要继续教育的类别，学员可直接查看、下载电子证书。")))

    def __init__(self, classes: Sequence[PersonClass], **options: Any) -> None:
        super().__init__(exclude=() if len(classes) > 1 else ("person_class",), **options)
        if (field := self.fields.get("person_class")) is not None:
            field.metadata = {**field.metadata, "choices": tuple((one.code, one.name) for one in classes)}
            field.validators = [validate.OneOf([one.code for one in classes])]


class NewPostSchema(PostSchema):
    code = fields.String(required=True, validate=validate.Regexp(r"^[A-Z0-9-]{2,12}\Z"), metadata=shown(
        _l("代码"), hint=_l("2 到 12 位大写字母、数字或横线，保存后不能更改。")))


def _state(row: Post) -> object:
    return status(_("已停用"), Tone.QUIET) if row.retired_at else status(_("使用中"), Tone.DONE)


class Posts(EditView[Post]):
    """岗位 (GD-03, ZJ-35)."""

    model, key, title, group, icon = Post, "posts", _l("岗位"), Group.TEACHING, "briefcase"
    summary = _l("可以报名的岗位。")
    new_label, search_hint, empty = _l("新建岗位"), _l("名称或代码"), _l("新建一个岗位。")
    columns = (
        Col[Post]("name", _l("岗位名称"), lambda row: row.name, sort=Post.name),
        Col[Post]("code", _l("代码"), lambda row: row.code, sort=Post.code, kind="short"),
        Col[Post]("family", _l("类别"), lambda row: row.family, sort=Post.family),
        Col[Post]("class", _l("人员类别"), lambda row: class_of(current_ctx(), row).name, sort=Post.person_class),
        Col[Post]("position", _l("排序"), lambda row: row.position, sort=Post.position, kind="num"),
        Col[Post]("state", _l("状态"), _state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(value, str(words)) for value, words in STATES],
                  lambda rows, value: rows.where(Post.retired_at.is_(None) if value == "open"
                                                 else Post.retired_at.is_not(None))),)
    actions = (
        RowAction[Post]("retire", _l("停用"), retire_post,
                        lambda row: _("停用后“%(name)s”不能再报名，已有的证书和学时不受影响。", name=row.name),
                        lambda row: row.retired_at is None),
        RowAction[Post]("restore", _l("启用"), restore_post, lambda row: _("启用后“%(name)s”可以报名。", name=row.name),
                        lambda row: row.retired_at is not None),
    )
    schema = PostSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Post).order_by(Post.position, Post.name)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Post.name.contains(term, autoescape=True) | Post.code.contains(term.upper(), autoescape=True))

    def prepared(self, ctx: Ctx) -> FormSchema[Any]:
        return PostSchema(hooks(ctx).collect_person_classes())

    def prepared_new(self, ctx: Ctx) -> FormSchema[Any]:
        return NewPostSchema(hooks(ctx).collect_person_classes())

    def values(self, _ctx: Ctx, row: Post) -> Mapping[str, Any]:
        return {"name": row.name, "family": row.family, "position": row.position,
                "person_class": row.person_class}

    def make(self, ctx: Ctx, asked: TypedPost) -> Post:
        return add_post(ctx, asked.code, asked.name, asked.family, asked.position, asked.person_class)

    def change(self, ctx: Ctx, row: Post, asked: TypedPost) -> None:
        change_post(ctx, row, asked.name, asked.family, asked.position, asked.person_class)


def install(console: Console) -> None:
    console.add(Posts(), Institutions(), *(view() for view in VIEWS), Sanctions(), OwnSanctions())
