"""Course packages and their lessons in the back office (N-30, JL-12)."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from sqlalchemy import Select, func, select

from core.admin import Col, Console, EditView, Fact, Group, Pick, RowAction, TableView, Tone, expose, status
from core.base.errors import DomainError
from core.course import catalogue, uploads
from core.course.ledger import Part
from core.course.models import Lesson, Package
from core.course.uploads import UploadState
from core.organization import posts
from core.tenancy import Ctx
from core.web import current_ctx
from core.web.filters import clock
from core.web.forms import Form, FormSchema, shown

PART_WORDS = {Part.GENERAL: _l("通用课程"), Part.PROFESSIONAL: _l("专业课程")}
PARTS = tuple((part.value, words) for part, words in PART_WORDS.items())
STATES = (("open", _l("已发布")), ("draft", _l("未发布")))
UPLOAD_WORDS = {UploadState.WAITING: _l("等待处理"), UploadState.RUNNING: _l("正在处理"),
                UploadState.DONE: _l("已加入课程包"), UploadState.REFUSED: _l("没有加入")}
UPLOAD_TONES = {UploadState.WAITING: "active", UploadState.RUNNING: "active", UploadState.DONE: "done",
                UploadState.REFUSED: "stop"}


@dataclass(frozen=True)
class TypedPackage:
    title: str
    code: str = ""
    part: str = ""
    post: str = ""
    year: int | None = None
    recommended: bool = False


class PackageSchema(FormSchema[TypedPackage]):
    into = TypedPackage

    title = fields.String(required=True, validate=validate.Length(max=120), metadata=shown(_l("课程包名称")))
    recommended = fields.Boolean(load_default=False, metadata=shown(_l("推荐课程包"), "checkbox"))


class NewPackageSchema(PackageSchema):
    """Part, post and year of a package are fixed: enrollments have chosen by them."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9-]{2,60}\Z"), metadata=shown(
        _l("编号"), hint=_l("字母、数字和横线，保存后不能更改。")))
    part = fields.String(required=True, validate=validate.OneOf([value for value, _words in PARTS]),
                         metadata=shown(_l("课程类别"), "radio", choices=PARTS))
    post = fields.String(load_default="", metadata=shown(_l("岗位"), "select", placeholder=_l("所有岗位")))
    year = fields.Integer(load_default=None, validate=validate.Range(min=2015, max=2100), metadata=shown(
        _l("年度"), "number", hint=_l("不填表示每年都可用。")))

    def __init__(self, names: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["post"]
        field.metadata = {**field.metadata, "choices": tuple((name, name) for name in names)}
        field.validators = [validate.OneOf(["", *names])]


@dataclass(frozen=True)
class TypedLesson:
    title: str
    class_hours: int
    video: Any


class LessonSchema(FormSchema[TypedLesson]):
    into = TypedLesson

    title = fields.String(required=True, validate=validate.Length(max=120), metadata=shown(_l("课件名称")))
    class_hours = fields.Integer(required=True, validate=validate.Range(min=1, max=32), metadata=shown(
        _l("学时"), "number", hint=_l("视频时长不能少于学时对应的时间。")))
    video = fields.Raw(required=True, metadata=shown(_l("视频文件"), "file", accept="video/*", hint=_l(
        "mp4、mov、avi 等，不超过 300 MB。不能边下边播的，系统会自动转换。")))


def _hours(row: Package) -> int:
    return sum(lesson.class_hours for lesson in row.lessons if lesson.published)


def _part(row: Package) -> str:
    return str(PART_WORDS[Part(row.part)]) if row.part in set(Part) else row.part


def _state(row: Package) -> object:
    return status(_("已发布"), Tone.DONE) if row.published else status(_("未发布"), Tone.QUIET)


class Packages(EditView[Package]):
    """课程包: packages, their lessons, the upload of videos."""

    model, key, title, group, icon = Package, "packages", _l("课程包"), Group.TEACHING, "collection-play"
    summary = _l("课程包、课件和视频。")
    new_label, search_hint, empty = _l("新建课程包"), _l("名称或编号"), _l("新建一个课程包，再上传课件视频。")
    row_template = "console/package.html"
    columns = (
        Col[Package]("title", _l("名称"), lambda row: row.title, sort=Package.title),
        Col[Package]("code", _l("编号"), lambda row: row.code, sort=Package.code, kind="short"),
        Col[Package]("part", _l("课程类别"), _part, sort=Package.part, kind="short"),
        Col[Package]("post", _l("岗位"), lambda row: row.post or _("所有岗位"), sort=Package.post, kind="short"),
        Col[Package]("year", _l("年度"), lambda row: row.year or _("每年"), kind="num"),
        Col[Package]("lessons", _l("课件"), lambda row: len(row.lessons), kind="num"),
        Col[Package]("hours", _l("学时"), _hours, kind="num"),
        Col[Package]("state", _l("状态"), _state, kind="short"),
    )
    picks = (
        Pick("part", _l("课程类别"), lambda _ctx: [(value, str(words)) for value, words in PARTS],
             lambda rows, value: rows.where(Package.part == value)),
        Pick("post", _l("岗位"), lambda ctx: [(post.name, post.name) for post in posts(ctx, retired=True)],
             lambda rows, value: rows.where(Package.post == value)),
        Pick("state", _l("状态"), lambda _ctx: [(value, str(words)) for value, words in STATES],
             lambda rows, value: rows.where(Package.published.is_(value == "open"))),
    )
    actions = (
        RowAction[Package]("publish", _l("发布"), catalogue.publish,
                           lambda row: _("发布后新的报名可以使用“%(title)s”。", title=row.title),
                           lambda row: not row.published),
        RowAction[Package]("withdraw", _l("停止使用"), lambda _ctx, row: setattr(row, "published", False),
                           lambda row: _("新的报名不再使用“%(title)s”，已经开始学习的不受影响。", title=row.title),
                           lambda row: row.published),
    )
    schema = PackageSchema

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Package).order_by(Package.part, Package.post, Package.code)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Package.title.contains(term, autoescape=True) | Package.code.contains(term, autoescape=True))

    def prepared_new(self, ctx: Ctx) -> FormSchema[Any]:
        return NewPackageSchema([post.name for post in posts(ctx)])

    def values(self, _ctx: Ctx, row: Package) -> Mapping[str, Any]:
        return {"title": row.title, "recommended": row.recommended}

    def make(self, ctx: Ctx, asked: TypedPackage) -> Package:
        made = catalogue.add_package(ctx, asked.code, asked.title, Part(asked.part), asked.post, asked.year)
        made.recommended = asked.recommended
        return made

    def change(self, _ctx: Ctx, row: Package, asked: TypedPackage) -> None:
        row.title, row.recommended = asked.title, asked.recommended

    def more(self, ctx: Ctx, row: Package) -> dict[str, Any]:
        found = uploads.uploads_of(ctx, row.id)
        busy = any(one.state in (UploadState.WAITING, UploadState.RUNNING) for one in found)
        return {"uploads": found, "words": UPLOAD_WORDS, "tones": UPLOAD_TONES, "busy": busy, "clock": clock}

    @expose("/<id>/lesson/", methods=("GET", "POST"))
    def lesson_view(self, id: str) -> ResponseReturnValue:
        """Upload a lesson's video; a job reads its length and makes the playable form."""
        ctx, row = current_ctx(), self.get_one(id)
        form = Form(LessonSchema(), request)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                uploads.upload_lesson(ctx, row, asked.title, asked.class_hours, asked.video.filename,
                                      asked.video.read())
            except DomainError as error:
                form.fail(error)
            else:
                return redirect(self.at("row_view", id=row.id), 303)
        return self.draw("console/lesson.html", form=form, package=row), form.status


class Lessons(TableView[Lesson]):
    """课件: every lesson with its length and hours."""

    model, key, title, group, icon = Lesson, "lessons", _l("课件"), Group.TEACHING, "play-circle"
    summary = _l("所有课件的时长和学时。")
    search_hint, empty = _l("课件名称"), _l("在课程包里上传视频后，这里会有课件。")
    columns = (
        Col[Lesson]("title", _l("课件"), lambda row: row.title, sort=Lesson.title),
        Col[Lesson]("package", _l("课程包"), lambda row: row.package.title),
        Col[Lesson]("position", _l("次序"), lambda row: row.position, kind="num"),
        Col[Lesson]("hours", _l("学时"), lambda row: row.class_hours, sort=Lesson.class_hours, kind="num"),
        Col[Lesson]("length", _l("时长"), lambda row: clock(row.duration_ms // 1000), sort=Lesson.duration_ms,
                    kind="short"),
        Col[Lesson]("state", _l("状态"), lambda row: status(_("使用中"), Tone.DONE) if row.published
                    else status(_("已撤下"), Tone.QUIET), kind="short"),
    )
    actions = (
        RowAction[Lesson]("withdraw", _l("撤下"), lambda _ctx, row: setattr(row, "published", False),
                          lambda row: _("“%(title)s”不再给新的学员，已开始的学员可以学完。", title=row.title),
                          lambda row: row.published),
        RowAction[Lesson]("restore", _l("恢复"), lambda _ctx, row: setattr(row, "published", True),
                          lambda row: _("“%(title)s”重新使用。", title=row.title), lambda row: not row.published),
    )

    def select(self, _ctx: Ctx) -> Select[Any]:
        return select(Lesson).order_by(Lesson.package_id, Lesson.position)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Lesson.title.contains(term, autoescape=True))

    def facts(self, ctx: Ctx, row: Lesson) -> Sequence[Fact]:
        pending = ctx.db.scalar(select(func.count()).select_from(Lesson).where(Lesson.package_id == row.package_id))
        return [*super().facts(ctx, row), Fact(_("课程包内课件数"), pending)]


def install(console: Console) -> None:
    console.add(Packages(), Lessons())
