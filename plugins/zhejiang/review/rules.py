"""Who is eligible: degree, speciality and years of work against the post (ZJ-20, ZJ-35). Pure.

Decided where the manual is silent:
- Months of the jobs count once however many jobs they lie in, both ends included, up to today; also those before
  graduation, since 年限证明 says 累计. Whole years count. Where the certificate claims fewer years than its jobs add up
  to, the claim counts; where it claims more, it contradicts itself and a person looks at it.
- Who a school enrolls and who graduates this year or later needs no years of work (ZJ-33 note 2), in an own or related
  speciality. Whoever graduated earlier is an enterprise's to enroll; who is still in school, a school's. This year's
  graduate whom an enterprise enrolls is looked at by a person.
- The rules pass or fail only what they know for certain; whatever is lacking or unclear is UNKNOWN and a person's.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from plugins.zhejiang.review.table import Fit, Level, Line, group_of, near, row_of

MOST_JOBS = 5
WORKING_AGE = 16
"""劳动法 第十五条: nobody works before."""


class Outcome(StrEnum):
    PASSES = "passes"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why the rules do not pass somebody; the sentences stand in `wording`."""

    NO_SPECIALITY = "no_speciality"
    NO_GRADUATION = "no_graduation"
    NO_YEARS = "no_years"
    NO_JOBS = "no_jobs"
    POST = "post"
    LEVEL = "level"
    SPECIALITY_UNKNOWN = "speciality_unknown"
    SPECIALITY_OTHER = "speciality_other"
    NO_RULE = "no_rule"
    TOO_FEW_YEARS = "too_few_years"
    CLAIM_TOO_HIGH = "claim_too_high"
    TOO_YOUNG = "too_young"
    STILL_IN_SCHOOL = "still_in_school"
    FRESH_GRADUATE = "fresh_graduate"
    LONG_GRADUATED = "long_graduated"


FAILING = frozenset({Why.SPECIALITY_OTHER, Why.NO_RULE, Why.TOO_FEW_YEARS, Why.LEVEL, Why.STILL_IN_SCHOOL,
                     Why.LONG_GRADUATED})
"""What is certain; all other grounds only mean that a person has to look."""


@dataclass(frozen=True, order=True)
class Month:
    """A month of a 起止年月."""

    year: int
    month: int

    @property
    def index(self) -> int:
        return self.year * 12 + self.month - 1

    @classmethod
    def of(cls, text: str) -> "Month":
        """From 2019-03. Raises ValueError."""
        year, month = text.split("-")
        date(int(year), int(month), 1)
        return cls(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True)
class Job:
    """One line of 年限证明; `until` None is 至今."""

    since: Month
    until: Month | None
    post: str

    def as_json(self) -> list[str]:
        return [str(self.since), str(self.until) if self.until else "", self.post]


def jobs_from(lines: Sequence[Sequence[str]]) -> tuple[Job, ...]:
    """The jobs as they are kept."""
    return tuple(Job(Month.of(since), Month.of(until) if until else None, post) for since, until, post in lines)


def worked_months(jobs: Sequence[Job], today: date) -> int:
    """Months in at least one of the jobs, none after this one."""
    now = Month(today.year, today.month)
    spans = sorted((job.since.index, min(job.until or now, now).index + 1) for job in jobs)
    months, reached = 0, 0
    for begin, end in spans:
        begin = max(begin, reached)
        if end > begin:
            months += end - begin
            reached = end
    return months


@dataclass(frozen=True)
class Years:
    """Years of work by level, for an own, a related and any other speciality (rule data). A level that is missing is
    not admitted."""

    own: Mapping[str, int] = field(default_factory=dict)
    related: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, int] = field(default_factory=dict)

    def asked(self, fit: Fit, level: Level) -> int | None:
        cells = {Fit.OWN: self.own, Fit.RELATED: self.related, Fit.OTHER: self.other}.get(fit, {})
        return cells.get(level)


@dataclass(frozen=True)
class Facts:
    """All that the rules look at; `level` of the education, None where appendix 5 has no row for it."""

    level: Level | None
    family: str
    speciality: str = ""
    graduated_on: date | None = None
    claimed: int | None = None
    jobs: tuple[Job, ...] = ()
    born: date | None = None
    by_school: bool = False
    year: int = 0


@dataclass(frozen=True)
class Reason:
    """A ground with what its sentence names."""

    why: Why
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What the rules say, and by which row of the table."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    fit: Fit = Fit.UNKNOWN
    line: Line | None = None
    student: bool = False
    asked_years: int | None = None
    months: int = 0
    near: tuple[str, ...] = ()


def judge(facts: Facts, years: Years, today: date) -> Verdict:
    """Never raises, never guesses."""
    level, group = facts.level, group_of(facts.family)
    months = worked_months(facts.jobs, today)
    if group is None:
        return _verdict([Reason(Why.POST, {"post": facts.family})], months=months)
    if level is None:
        return _verdict([Reason(Why.LEVEL)], months=months)
    lacking = _lacking(facts)
    student, school = _school(facts, today)
    if not facts.speciality.strip():
        return _verdict([*lacking, *school], months=months)
    fit, line = row_of(facts.speciality, level, group)
    if fit is Fit.UNKNOWN:
        return _verdict([Reason(Why.SPECIALITY_UNKNOWN, {"speciality": facts.speciality}), *lacking, *school],
                        months=months, near=near(facts.speciality, level, group))
    asked = years.asked(fit, level)
    if student and asked is not None and fit is not Fit.OTHER:
        asked = 0
    else:
        student = False
    reasons = [*lacking, *school]
    if asked is None:
        why = Why.SPECIALITY_OTHER if fit is Fit.OTHER else Why.NO_RULE
        reasons.append(Reason(why, {"speciality": facts.speciality}))
    elif not lacking:
        reasons += _years(facts, asked, months)
    return _verdict(reasons, fit=fit, line=line, student=student, asked_years=asked, months=months)


def _verdict(reasons: Sequence[Reason], **found: Any) -> Verdict:
    if not reasons:
        return Verdict(Outcome.PASSES, **found)
    certain = any(reason.why in FAILING for reason in reasons)
    return Verdict(Outcome.FAILS if certain else Outcome.UNKNOWN, tuple(reasons), **found)


def _lacking(facts: Facts) -> list[Reason]:
    """ZJ-19: what the sheet does not carry and nobody has entered yet."""
    asked = [(Why.NO_SPECIALITY, bool(facts.speciality.strip())), (Why.NO_GRADUATION, bool(facts.graduated_on))]
    if not facts.by_school:
        asked += [(Why.NO_YEARS, facts.claimed is not None), (Why.NO_JOBS, bool(facts.jobs) or facts.claimed == 0)]
    return [Reason(why) for why, there in asked if not there]


def _school(facts: Facts, today: date) -> tuple[bool, list[Reason]]:
    """Whether no years are asked, and who should have enrolled instead (ZJ-33 note 2)."""
    left = facts.graduated_on
    if left is None:
        return False, []
    if facts.by_school:
        return (True, []) if left.year >= facts.year else (False, [Reason(Why.LONG_GRADUATED, {"year": left.year})])
    if left > today:
        return False, [Reason(Why.STILL_IN_SCHOOL, {"day": left.isoformat()})]
    return False, [Reason(Why.FRESH_GRADUATE, {"year": left.year})] if left.year >= facts.year else []


def _years(facts: Facts, asked: int, months: int) -> list[Reason]:
    claimed, reasons = facts.claimed or 0, []
    if claimed > months // 12:
        reasons.append(Reason(Why.CLAIM_TOO_HIGH, {"claimed": claimed, "years": months // 12, "months": months % 12}))
    if facts.born and any(job.since.year - facts.born.year < WORKING_AGE for job in facts.jobs):
        reasons.append(Reason(Why.TOO_YOUNG, {"age": WORKING_AGE}))
    if min(claimed, months // 12) < asked:
        reasons.append(Reason(Why.TOO_FEW_YEARS, {"asked": asked, "years": min(claimed, months // 12)}))
    return reasons
