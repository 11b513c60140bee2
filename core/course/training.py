"""我的培训 as the trainee sees it: one row for each enrollment, filters, the buttons of N-32."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from core.base.db import Id
from core.contract.values import Action, EnrollmentFacts
from core.course.facts import enrollment_facts
from core.course.ledger import Progress
from core.course.queries import pace, progress
from core.course.relearning import Hole, hole_of
from core.course.subjects import subject, subjects_of
from core.course.wording import waiting_text
from core.extension import hooks
from core.presence import SupervisedRequest, booking_url, open_request
from core.tenancy import Ctx

CATEGORY = "继续教育"
PROJECT = "施工现场管理人员继续教育培训"
FIRST_CATEGORY = "职业培训"
FIRST_PROJECT = "施工现场专业人员职业培训"
STUDIES = ("study", "replay", "record")     # what a phone is for where it is for study only (BJ-04)
LEARNED, UNLEARNED = "已学完", "未学完"


@dataclass(frozen=True)
class Row:
    """培训名称, 总课时, 已学课时, 学习情况, 操作 (N-31)."""

    id: Id
    title: str
    post: str
    year: int
    total: int
    done: int
    learned: Progress
    facts: EnrollmentFacts
    waits: str

    @property
    def category(self) -> str:
        return FIRST_CATEGORY if self.facts.first_time else CATEGORY

    @property
    def project(self) -> str:
        return FIRST_PROJECT if self.facts.first_time else PROJECT

    @property
    def state(self) -> str:
        return LEARNED if self.learned.done else UNLEARNED


@dataclass(frozen=True)
class Care:
    """Something that the trainee should know of a training today, and where to see to it."""

    row: Row
    hole: Hole | None = None
    booked: SupervisedRequest | None = None
    url: str = ""


@dataclass(frozen=True)
class Filter:
    """The four filters of N-31; an empty one lets everything through."""

    category: str = ""
    project: str = ""
    post: str = ""
    state: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filter":
        return cls(*(args.get(name, "")[:60] for name in ("category", "project", "post", "state")))

    def fits(self, row: Row) -> bool:
        return all(not wanted or wanted == found for wanted, found in (
            (self.category, row.category), (self.project, row.project), (self.post, row.post),
            (self.state, row.state)))


def rows(ctx: Ctx) -> list[Row]:
    """The acting person's trainings, first enrolled first (N-24)."""
    if ctx.actor.person_id is None:
        return []
    found, slot_s = [], pace(ctx).slot_ms // 1000
    for asked in subjects_of(ctx, ctx.actor.person_id):
        if not asked.learnable:
            continue
        learned = progress(ctx, asked)
        found.append(Row(asked.id, asked.title, asked.post, asked.year, learned.total_hours,
                         learned.credited_hours, learned, enrollment_facts(ctx, asked),
                         waiting_text(learned.waiting_slots * slot_s)))
    return found


def actions(ctx: Ctx, shown: Sequence[Row]) -> dict[Id, Sequence[Action]]:
    """操作 of the rows that a page shows (N-32)."""
    return {row.id: hooks(ctx).collect_enrollment_actions(row.facts) for row in shown}


def cares(ctx: Ctx, shown: Sequence[Row]) -> list[Care]:
    """What of the rows on the page is to be looked after today: hours without a picture (C-03), a supervised session
    that is booked (C-25)."""
    found = []
    for row in shown:
        if row.learned.credited_slots:
            found.append(Care(row, hole=hole_of(ctx, subject(ctx, row.id))))
        booked = open_request(ctx, row.id)
        if booked is not None:
            found.append(Care(row, booked=booked, url=booking_url(ctx, row.id, url_for("course.training"))))
    return [care for care in found if care.hole or care.booked]


def choices(found: Sequence[Row]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers."""
    posts = sorted({row.post for row in found})
    categories, projects = ({row.category for row in found} | {CATEGORY}, {row.project for row in found} | {PROJECT})
    return {"category": [(one, one) for one in sorted(categories, reverse=True)],
            "project": [(one, one) for one in sorted(projects, reverse=True)],
            "post": [(post, post) for post in posts],
            "state": [(UNLEARNED, UNLEARNED), (LEARNED, LEARNED)]}
