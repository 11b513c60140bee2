"""报名表 and 年限证明 as they are entered: by the enterprise, by the second sheet, by the reviewer (ZJ-19, ZJ-33, ZJ-34)."""
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from core.api import Ctx, Problem, Refused, local_date, refuse_all
from core.api.people import Written

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.review.models import Application
from plugins.zhejiang.review.queries import application_of, case_of
from plugins.zhejiang.review.rules import MOST_JOBS, WORKING_AGE, Job, Month
from plugins.zhejiang.review.states import FilledBy

LONGEST_JOB = 40
EDITABLE = frozenset({CandidateState.ENTERED, CandidateState.RETURNED})
"""While it waits the reviewer alone may add to it; what was passed stays."""
_NOW = ("至今", "今", "现在", "目前")
_MONTH = re.compile(r"(\d{4})[年./-]?(\d{1,2})月?(?:\d{1,2}日)?")
_SPLIT = re.compile(r"\s*(?:--|—+|–|－|~|～|至|到)\s*|\s+-\s+|(?<=\d)\s*-\s*(?=\d{4})|(?<=月)\s*-\s*")


@dataclass(frozen=True)
class Entered:
    """What somebody entered, already in its types."""

    speciality: str = field(default="", repr=False)
    graduated_on: date | None = None
    years: int | None = None
    jobs: tuple[Job, ...] = ()
    address: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


def parse_month(text: str) -> Month:
    """2019-03, 2019.3, 2019年3月, 201903. Raises ValueError."""
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        raise ValueError(text)
    date(int(found[1]), int(found[2]), 1)
    return Month(int(found[1]), int(found[2]))


def parse_span(text: str) -> tuple[Month, Month | None]:
    """2019年3月--2021年2月, 2019-03 至 2021-02, 2019.3-至今. Raises ValueError."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    for word in _NOW:
        if narrow.endswith(word):
            return parse_month(narrow.removesuffix(word).rstrip("-—–~～至到 ")), None
    parts = [part for part in _SPLIT.split(narrow) if part]
    if len(parts) != 2:
        raise ValueError(text)
    return parse_month(parts[0]), parse_month(parts[1])


def job_problems(jobs: Sequence[Job], born: date, today: date) -> list[tuple[int, str]]:
    """(line from 1, what is wrong) of jobs that cannot be."""
    now, found = Month(today.year, today.month), []
    for number, job in enumerate(jobs, 1):
        if job.until is not None and job.until < job.since:
            found.append((number, _("终止年月早于起始年月。")))
        elif job.since > now or (job.until is not None and job.until > now):
            found.append((number, _("年月还没有到，请填写已经工作的时间，仍在职的终止填“至今”。")))
        elif job.since.year - born.year < WORKING_AGE:
            found.append((number, _("开始时不满 %(age)s 周岁。", age=WORKING_AGE)))
        if not job.post.strip():
            found.append((number, _("请填写从事何种岗位工作。")))
        elif len(job.post) > LONGEST_JOB:
            found.append((number, _("岗位名称最多 %(most)s 个字。", most=LONGEST_JOB)))
    return found


def enter(ctx: Ctx, candidate: Candidate, person: Written, entered: Entered, by: FilledBy) -> Application:
    """Keep what was entered and judge it anew. Refused, all problems at once, for what cannot be."""
    check(candidate, person, entered, by, local_date(ctx.now))
    held = fill(ctx, application_of(ctx, candidate.id), candidate, entered, by)
    ctx.db.flush()
    held.outcome = case_of(ctx, candidate).verdict.outcome
    return held


def check(candidate: Candidate, person: Written, entered: Entered, by: FilledBy, today: date) -> None:
    """Refused, all problems at once, for what cannot be."""
    _check_state(candidate, by)
    problems = [Problem("job", _("第 %(number)s 段：%(what)s", number=number, what=what), f"span{number}")
                for number, what in job_problems(entered.jobs, person.born, today)]
    if len(entered.jobs) > MOST_JOBS:
        problems.append(Problem("jobs", _("最多填 %(most)s 段工作，较早的请合并。", most=MOST_JOBS), f"span{MOST_JOBS}"))
    if entered.graduated_on and not born_before(person.born, entered.graduated_on):
        problems.append(Problem("graduated_on", _("毕业时间与出生年月对不上，请核对。"), "graduated_on"))
    refuse_all(problems)


def fill(ctx: Ctx, held: Application | None, candidate: Candidate, entered: Entered, by: FilledBy) -> Application:
    """What was checked takes its place; judging it is the caller's."""
    if held is None:
        held = Application(candidate_id=candidate.id)
        ctx.db.add(held)
    held.speciality, held.graduated_on, held.years = entered.speciality, entered.graduated_on, entered.years
    held.jobs = [job.as_json() for job in entered.jobs]
    held.address, held.email = entered.address, entered.email
    held.filled_by, held.filled_at = by, ctx.now
    return held


def born_before(born: date, graduated_on: date) -> bool:
    """Nobody leaves a secondary school before 14, and nobody plans further ahead than 8 years."""
    return born.year + 14 <= graduated_on.year <= born.year + 80


def _check_state(candidate: Candidate, by: FilledBy) -> None:
    state = CandidateState(candidate.state)
    allowed = {CandidateState.SUBMITTED} if by is FilledBy.REVIEWER else EDITABLE
    if state in allowed:
        return
    if by is FilledBy.REVIEWER:
        raise Refused("not_waiting", _("这位学员现在不在待审核，不能录入。"), status=409)
    if state is CandidateState.SUBMITTED:
        raise Refused("submitted", _("已提交资格审核，不能再改。机构退回后可以修改。"), status=409)
    raise Refused("reviewed", _("资格审核已经办完，不能再改。"), status=409)
