"""Forms keep what was typed, say what was wrong at its place, and give back a typed object (look: Forms)."""
from dataclasses import dataclass
from typing import Any

import pytest
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from core.base.errors import DomainError, Problem, Refused
from core.web import JianxueFlask
from core.web.forms import SUMMARY, Form, FormSchema, Money, shown


@dataclass(frozen=True)
class Asked:
    name: str
    id_number: str
    password: str
    email: str | None = None
    fen: int | None = None
    posts: tuple[str, ...] = ()
    agreed: bool = False


class AskedSchema(FormSchema[Asked]):
    into = Asked

    name = fields.String(required=True, metadata=shown("姓名"))
    id_number = fields.String(required=True, validate=validate.Length(equal=18), metadata=shown("身份证号", "id"))
    password = fields.String(required=True, metadata=shown("密码", "password"))
    email = fields.Email(load_default=None, metadata=shown("邮箱", "email"))
    fen = Money(load_default=None, metadata=shown("金额", "money"))
    posts = fields.List(fields.String(), load_default=(), metadata=shown("岗位", "checks", choices=[("zl", "资料员")]))
    agreed = fields.Boolean(load_default=False, metadata=shown("同意", "checkbox"))


GOOD = {"name": " 王小明 ", "id_number": "110101 19900307 123x", "password": " se cret "}


def bound_form(app: JianxueFlask, typed: dict[str, Any]) -> Form[Asked]:
    form = Form(AskedSchema())
    form.bind(MultiDict(typed))
    return form


def test_typed_object(app: JianxueFlask) -> None:
    """However a number is typed it is accepted; a password is taken to the letter."""
    with app.test_request_context():
        asked = bound_form(app, GOOD | {"posts": ["zl"], "agreed": "1"}).load()
    assert asked == Asked("王小明", "11010119900307123X", " se cret ", None, None, ["zl"], True)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["１１０１０１１９９００３０７１２３Ｘ", "110101-19900307-123X", "110101\u300019900307 123x"])
def test_numbers_as_people_type_them(app: JianxueFlask, typed: str) -> None:
    with app.test_request_context():
        asked = bound_form(app, GOOD | {"id_number": typed}).load()
    assert asked is not None and asked.id_number == "11010119900307123X"


@pytest.mark.parametrize(("change", "field", "sentence"), [
    ({"name": "   "}, "name", "请填写姓名。"),
    ({"id_number": "123"}, "id_number", "身份证号应为18位。"),
    ({"email": "nobody"}, "email", "邮箱格式不对，请写成 name@example.com 的样子。"),
    ({"fen": "12.345"}, "fen", "请填写金额，例如 128.00。"),
    ({"fen": "-1"}, "fen", "请填写金额，例如 128.00。"),
    ({"fen": "9999999"}, "fen", "请填写金额，例如 128.00。"),
    ({"name": "王" * 201}, "name", "姓名太长：最多200个字，现在201个。"),
])
def test_what_was_wrong(app: JianxueFlask, change: dict[str, str], field: str, sentence: str) -> None:
    with app.test_request_context():
        form = bound_form(app, GOOD | change)
        assert form.load() is None
        assert form.errors == {field: [sentence]}
        assert form.status == 422
        assert form.fields[field].errors == (sentence,)
        assert form.summary == [(f"f-{field}", sentence)]
        assert form.values["name"] == form.fields["name"].value


@pytest.mark.parametrize(("typed", "fen"), [("128", 12800), ("128.5", 12850), ("¥1,280.00", 128000), ("０.０１", 1)])
def test_money(app: JianxueFlask, typed: str, fen: int) -> None:
    with app.test_request_context():
        asked = bound_form(app, GOOD | {"fen": typed}).load()
    assert asked is not None and asked.fen == fen


def test_a_password_is_never_shown_again(app: JianxueFlask) -> None:
    with app.test_request_context():
        form = bound_form(app, GOOD | {"name": ""})
        form.load()
        assert form.values["password"] == ""
        assert "se cret" not in repr([form.fields, form.values, form.errors])


def test_control_characters_are_dropped(app: JianxueFlask) -> None:
    """A NUL would be an error of PostgreSQL, not of the person."""
    with app.test_request_context():
        asked = bound_form(app, GOOD | {"name": "王\x00小\x1b明\x7f"}).load()
    assert asked is not None and asked.name == "王小明"


def test_refusal_stands_at_its_field_or_in_the_summary(app: JianxueFlask) -> None:
    with app.test_request_context():
        form = bound_form(app, GOOD)
        form.fail(Refused("taken", "这个身份证号已经注册。", field="id_number", hint="请直接登录。"))
        assert form.errors == {"id_number": ["这个身份证号已经注册。请直接登录。"]}
        form.fail(DomainError("x", "页面已过期。", field="no_such_field", status=409))
        assert form.errors[SUMMARY] == ["页面已过期。"]
        assert form.status == 409
        assert form.summary[0] == ("", "页面已过期。")


def test_all_problems_of_a_refusal(app: JianxueFlask) -> None:
    with app.test_request_context():
        form = bound_form(app, GOOD)
        problems = (Problem("a", "一。", "name"), Problem("b", "二。", "email"))
        form.fail(Refused("a", "一。", problems=problems))
        assert form.errors == {"name": ["一。"], "email": ["二。"]}


def test_a_message_of_the_flow_stays(app: JianxueFlask) -> None:
    class Own(FormSchema[dict[str, Any]]):
        code = fields.String(required=True, validate=validate.Regexp(r"^\d{5}$", error="随机码是5位数字。"),
                             metadata=shown("随机码", "code"))

    with app.test_request_context():
        form = Form(Own())
        form.bind(MultiDict({"code": "12"}))
        assert form.load() is None
        assert form.errors == {"code": ["随机码是5位数字。"]}


def test_a_label_with_braces_does_no_harm(app: JianxueFlask) -> None:
    class Braces(FormSchema[dict[str, Any]]):
        x = fields.String(required=True, metadata=shown("{甲}"))
        y = fields.Integer(validate=validate.Range(min=1), metadata=shown("{乙}"))

    with app.test_request_context():
        form = Form(Braces())
        form.bind(MultiDict({"y": "0"}))
        assert form.load() is None
        assert form.errors["x"] == ["请填写{甲}。"]
        assert form.errors["y"] == ["{乙}不能小于1。"]
