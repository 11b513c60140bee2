"""Forms of the exam's back office pages."""
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from core.base.errors import Refused
from core.exam.bank_sheet import JUDGEMENT_OPTIONS, KIND_NAMES, ColumnError, NewQuestion, check_key
from core.exam.rules import LETTERS
from core.exam.states import QuestionKind
from core.web.forms import FormSchema, shown

KINDS = tuple((kind.value, name) for kind, name in KIND_NAMES.items())
DIFFICULTIES = (("易", "易"), ("中", "中"), ("难", "难"))


@dataclass(frozen=True)
class TypedQuestion:
    """A question as it was typed."""

    kind: str
    scope: str
    stem: str
    answer: str
    options: str = ""
    explanation: str = ""
    difficulty: str = "中"
    topic: str = ""
    clause: str = ""

    def checked(self) -> NewQuestion:
        """The question. Raises Refused naming the field that is wrong."""
        kind = QuestionKind(self.kind)
        lines = tuple(line.strip() for line in self.options.splitlines() if line.strip())
        options = JUDGEMENT_OPTIONS if kind is QuestionKind.JUDGEMENT else lines
        if not 2 <= len(options) <= len(LETTERS) or len(set(options)) < len(options):
            raise Refused("exam.options", str(_l("请填写 2 到 5 个各不相同的选项，每行一个。")), field="options")
        try:
            key = check_key(kind, len(options), self.answer)
        except ColumnError as error:
            raise Refused("exam.answer", error.wrong + error.right, field="answer") from error
        return NewQuestion(kind, self.stem, options, key, self.scope, self.explanation, self.difficulty, self.topic,
                           self.clause)


class QuestionSchema(FormSchema[TypedQuestion]):
    """N-42: 单选题, 判断题, 多选题."""

    into = TypedQuestion

    kind = fields.String(required=True, validate=validate.OneOf([value for value, _words in KINDS]),
                         metadata=shown(_l("题型"), "select", choices=KINDS))
    scope = fields.String(required=True, metadata=shown(_l("岗位"), "select"))
    stem = fields.String(required=True, validate=validate.Length(max=2000),
                         metadata=shown(_l("题干"), "textarea"))
    options = fields.String(validate=validate.Length(max=4000), metadata=shown(
        _l("选项"), "textarea", hint=_l("每行一个，从 A 开始，最多 5 个。判断题不用填。")))
    answer = fields.String(required=True, validate=validate.Length(max=20), metadata=shown(
        _l("答案"), hint=_l("填选项的字母，如 A；多选题如 ABD；判断题填“对”或“错”。")))
    explanation = fields.String(validate=validate.Length(max=5000), metadata=shown(_l("解析"), "textarea"))
    difficulty = fields.String(load_default="中", validate=validate.OneOf([value for value, _words in DIFFICULTIES]),
                               metadata=shown(_l("难度"), "select", choices=DIFFICULTIES))
    topic = fields.String(validate=validate.Length(max=60), metadata=shown(_l("知识点")))
    clause = fields.String(validate=validate.Length(max=300), metadata=shown(
        _l("依据"), hint=_l("规范名称、编号和条文号。")))

    def __init__(self, scopes: list[str], **options: Any) -> None:
        super().__init__(**options)
        field = self.fields["scope"]
        field.metadata = {**field.metadata, "choices": tuple((name, name) for name in scopes)}
        field.validators = [validate.OneOf(scopes)]


class SheetSchema(FormSchema[dict[str, Any]]):
    """The upload of a bank's sheet."""

    sheet = fields.Raw(required=True, metadata=shown(_l("题库表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "xlsx 或 csv，第一行是列名：题型、题干、选项A 到 选项E、答案、解析、难度、岗位、知识点、依据。")))


class AnswerSchema(Schema):
    """One answer as the page's script sends it."""

    choice = fields.String(required=True, validate=validate.Length(max=10))
    turn = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=1_000_000))
