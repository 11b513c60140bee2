"""/_styleguide in development: every part on one page, to look at and to photograph."""
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.access import PUBLIC, policy
from core.contract.values import Action, Step, StepState
from core.web.forms import Form, FormSchema, Money, shown
from core.web.paging import page_in

styleguide = Blueprint("styleguide", __name__, url_prefix="/_styleguide")
_NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class SampleSchema(FormSchema[dict[str, Any]]):
    """One field of each kind."""

    name = fields.String(required=True, metadata=shown(_l("姓名"), autocomplete="name"))
    id_number = fields.String(required=True, validate=validate.Length(equal=18), metadata=shown(
        _l("身份证号"), "id", hint=_l("18位，最后一位可以是X")))
    phone = fields.String(required=True, metadata=shown(_l("手机号"), "phone", hint=_l("请务必输入本人常用手机号")))
    password = fields.String(required=True, metadata=shown(_l("密码"), "password", autocomplete="new-password"))
    email = fields.Email(metadata=shown(_l("邮箱"), "email", placeholder=_l("请输入邮箱"), autocomplete="email"))
    sex = fields.String(required=True, validate=validate.OneOf(["m", "f"]), metadata=shown(
        _l("性别"), "radio", choices=[("m", _l("男")), ("f", _l("女"))]))
    post = fields.String(metadata=shown(_l("岗位"), "select", choices=[("zl", _l("资料员")), ("tj", _l("土建质量员"))]))
    amount = Money(metadata=shown(_l("金额"), "money"))
    photo = fields.Raw(metadata=shown(_l("头像采集"), "file", hint=_l("本人近期一寸白底免冠照片，不超过80KB")))
    remark = fields.String(metadata=shown(_l("情况说明"), "textarea"))
    agreed = fields.Boolean(metadata=shown(_l("我已阅读并同意《个人信息处理说明》"), "checkbox"))


@dataclass(frozen=True)
class _Moment:
    at: datetime
    title: str
    text: str = ""
    tone: str = ""


_STEPS = [
    Step(1, "个人用户注册", StepState.DONE),
    Step(2, "继续教育报名", StepState.DONE),
    Step(3, "在线缴费", StepState.DONE),
    Step(4, "在线学习", StepState.NEEDS_CARE, "部分学时没有通过审核，请补学 4 学时。",
         action=Action("study", "继续学习", "#4")),
    Step(5, "在线考核测试", StepState.UNDER_WAY, "最近一次 56 分，60 分合格，可以继续考。",
         action=Action("exam", "开始考试", "#5")),
    Step(6, "学时审核", StepState.IN_AUDIT, "通常需要 3 到 5 个工作日，结果用短信告诉您。", _NOW - timedelta(days=2)),
    Step(7, "生成培训证明", StepState.WAITING_START),
    Step(8, "证书更新", StepState.WAITING_START),
]


@styleguide.route("/", methods=["GET", "POST"])
@policy(PUBLIC)
def parts() -> tuple[str, int]:
    """Each part of the design system; a POST shows the form with its errors."""
    form = Form(SampleSchema(), request, {"name": "王小明", "post": "zl"})
    if form.submitted():
        form.load()
    rows = [{"no": f"JX2026{n:04d}", "title": "2026年继教-施工现场管理人员继续教育培训", "hours": 32, "learned": n % 33,
             "fen": 9600} for n in range(1, 38)]
    moments = [_Moment(_NOW - timedelta(days=5), "提交审核"),
               _Moment(_NOW - timedelta(days=2), "退回", "3 次抓拍没有看到人脸。", "stop"),
               _Moment(_NOW, "审核通过", "", "done")]
    layout = request.args.get("layout", "portal")
    page = render_template("styleguide/parts.html", form=form, steps=_STEPS, page=page_in(rows, request.args, 3),
                           moments=moments, now=_NOW, ends_at=_NOW + timedelta(seconds=3593),
                           base=f"layout/{layout if layout in ('portal', 'public', 'console') else 'portal'}.html")
    return page, form.status


@styleguide.get("/confirm")
@policy(PUBLIC)
def confirm() -> str:
    """The confirmation page of N-26 as a sample."""
    return render_template("ui/confirm.html", title="提示", text="您即将购买岗位为【资料员】的【正常周期】课程",
                           action="#", cancel="./")
