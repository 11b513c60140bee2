"""Forms of this room."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.api import Problem, refuse_all
from core.api.web import FormSchema, shown

from plugins.zhejiang.documents.states import KIND_WORDS, DocumentKind
from plugins.zhejiang.review.applications import LONGEST_JOB, Entered, parse_span
from plugins.zhejiang.review.models import Application
from plugins.zhejiang.review.rules import MOST_JOBS, Job, jobs_from
from plugins.zhejiang.review.service import LONGEST_REASON
from plugins.zhejiang.review.sheet import MOST_YEARS
from plugins.zhejiang.review.wording import DATA, DATA_WORD


@dataclass(frozen=True)
class ApplicationAsked:
    """As typed; `entered` makes types of it."""

    speciality: str = field(default="", repr=False)
    graduated_on: date | None = None
    years: int | None = None
    address: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    lines: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)

    def entered(self) -> Entered:
        """Raises Refused for a 起止年月 that cannot be read, each at its field."""
        jobs, problems = [], []
        for number, span, post in self.lines:
            try:
                since, until = parse_span(span)
            except ValueError:
                problems.append(Problem("span", _("第 %(number)s 段起止年月看不懂，请填写如 2019-03 至 2021-02，仍在职的写 2019-03 至今。",
                                                  number=number), f"span{number}"))
            else:
                jobs.append(Job(since, until, post))
        refuse_all(problems)
        return Entered(self.speciality, self.graduated_on, self.years, tuple(jobs), self.address, self.email)


def _asked(**typed: Any) -> ApplicationAsked:
    spans = [(number, typed.pop(f"span{number}", ""), typed.pop(f"post{number}", ""))
             for number in range(1, MOST_JOBS + 1)]
    return ApplicationAsked(**typed, lines=tuple(line for line in spans if line[1] or line[2]))


def _span(number: int) -> fields.String:
    return fields.String(metadata=shown(_l("起止年月 %(number)s", number=number), placeholder="2019-03 至 2021-02"))


def _post(number: int) -> fields.String:
    return fields.String(validate=validate.Length(max=LONGEST_JOB), metadata=shown(
        _l("从事何种岗位工作 %(number)s", number=number)))


class ApplicationSchema(FormSchema[ApplicationAsked]):
    """报名表 and 年限证明 of one person. Nothing is required: what is lacking is said, and goes to a person."""

    into = staticmethod(_asked)

    speciality = fields.String(validate=validate.Length(max=60), metadata=shown(
        _l("所学专业"), hint=_l("照毕业证书填写")))
    graduated_on = fields.Date(metadata=shown(_l("毕业时间"), "date"))
    years = fields.Integer(validate=validate.Range(0, MOST_YEARS), metadata=shown(
        _l("岗位工作年限（年）"), "number", hint=_l("照年限证明填写整年数，没有工作过的填 0")))
    span1, post1 = _span(1), _post(1)
    span2, post2 = _span(2), _post(2)
    span3, post3 = _span(3), _post(3)
    span4, post4 = _span(4), _post(4)
    span5, post5 = _span(5), _post(5)
    address = fields.String(validate=validate.Length(max=200), metadata=shown(_l("通讯地址"), autocomplete="off"))
    email = fields.Email(validate=validate.Length(max=100), metadata=shown(_l("邮箱"), "email", autocomplete="off"))


def typed_of(held: Application | None) -> Mapping[str, Any]:
    """What the form starts with."""
    if held is None:
        return {}
    typed: dict[str, Any] = {
        "speciality": held.speciality, "years": "" if held.years is None else str(held.years),
        "graduated_on": held.graduated_on.isoformat() if held.graduated_on else "", "address": held.address,
        "email": held.email}
    for number, job in enumerate(jobs_from(held.jobs), 1):
        typed |= {f"span{number}": f"{job.since} 至 {job.until or '今'}", f"post{number}": job.post}
    return typed


@dataclass(frozen=True)
class PassAsked:
    version: str
    reason: str = ""


class PassSchema(FormSchema[PassAsked]):
    """通过."""

    into = PassAsked

    version = fields.String(required=True, metadata=shown("", "hidden"))
    reason = fields.String(validate=validate.Length(max=LONGEST_REASON), metadata=shown(_l("说明"), "textarea"))


@dataclass(frozen=True)
class ReturnAsked:
    """{kind: reason} of what was ticked or given a reason."""

    version: str
    refused: Mapping[str, str]
    reason: str = ""


def _returned(version: str = "", note: str = "", **said: str) -> ReturnAsked:
    refused = {str(kind): said[f"why_{kind}"] for kind in (*DocumentKind, DATA) if said.get(f"why_{kind}")}
    return ReturnAsked(version, refused, note)


def _why(label: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=LONGEST_REASON), metadata=shown(label, autocomplete="off"))


class ReturnSchema(FormSchema[ReturnAsked]):
    """退回: a reason at each document that is refused."""

    into = staticmethod(_returned)

    version = fields.String(load_default="", metadata=shown("", "hidden"))
    why_photo = _why(KIND_WORDS[DocumentKind.PHOTO])
    why_id_front = _why(KIND_WORDS[DocumentKind.ID_FRONT])
    why_id_back = _why(KIND_WORDS[DocumentKind.ID_BACK])
    why_education = _why(KIND_WORDS[DocumentKind.EDUCATION])
    why_form = _why(KIND_WORDS[DocumentKind.FORM])
    why_experience = _why(KIND_WORDS[DocumentKind.EXPERIENCE])
    why_data = _why(DATA_WORD)
    note = fields.String(validate=validate.Length(max=LONGEST_REASON), metadata=shown(
        _l("总的说明"), "textarea", hint=_l("单位会看到")))


class SheetSchema(FormSchema[dict[str, Any]]):
    """The second sheet."""

    sheet = fields.Raw(required=True, metadata=shown(_l("填好的表格"), "file", accept=".xlsx,.xls,.csv", hint=_l(
        "先下载带名单的表格，填好后在这里上传。可以只填一部分人。")))
