"""Menu entries that no flow owns (N-10, N-19): rows of one's own, or a sentence with the next step."""
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, policy
from core.console.board import board_of
from core.cycle import Enrollment, EnrollmentState, course_title, due_of, enrollments_of, period
from core.cycle.words import STATE_TONES, STATE_WORDS
from core.exam.models import Sitting
from core.exam.queries import sittings_of
from core.exam.states import SittingState
from core.identity import current_person
from core.web import current_ctx, page
from core.web.filters import daytime, isoday

bp = Blueprint("sections", __name__)


@dataclass(frozen=True, slots=True)
class Section:
    """What such a page shows: its rows, and what to say where there are none."""

    key: str
    title: str
    lead: str
    sentence: str
    next_sentence: str
    columns: tuple[tuple[str, ...], ...] = ()
    rows: tuple[dict[str, Any], ...] = ()


def show(section: Section) -> ResponseReturnValue:
    """The page, with the step to do now as its button."""
    ctx = current_ctx()
    now = board_of(ctx, current_person(ctx)).now
    return page("portal/section.html", section=section, now=now)


@bp.get("/pretraining")
@policy(Permission.STUDY)
def pretraining() -> ResponseReturnValue:
    """N-19: 考前培训 is for a first certificate; institutions hold it."""
    ctx = current_ctx()
    rows = tuple(_plan_row(row) for row in enrollments_of(ctx, current_person(ctx).id) if row.first_time)
    return show(Section("pretraining", _("考前培训"), _("考前培训面向首次取证的人员，由培训机构组织。"), _("您没有考前培训"),
                        _("培训机构为您报名后，会显示在这里。已经有岗位证书的，请办理继续教育。"), _plan_columns(), rows))


@bp.get("/plans")
@policy(Permission.STUDY)
def plans() -> ResponseReturnValue:
    """N-10: 培训管理, the trainings of this person, the first enrolled first (N-24)."""
    ctx = current_ctx()
    rows = tuple(_plan_row(row) for row in enrollments_of(ctx, current_person(ctx).id))
    return show(Section("plans", _("培训管理"), _("您报名的每一次培训都列在这里。"), _("您还没有培训"),
                        _("选好证书和培训周期并缴费后，培训会显示在这里。"), _plan_columns(), rows))


def _plan_columns() -> tuple[tuple[str, ...], ...]:
    return (("title", _("培训名称")), ("period", _("培训周期"), "date"), ("hours", _("应学学时"), "num"),
            ("enrolled", _("报名时间"), "date"), ("state", _("状态")))


def _plan_row(row: Enrollment) -> dict[str, Any]:
    return {"title": course_title(row), "href": "", "period": period(row.year), "hours": due_of(row).total or "—",
            "enrolled": isoday(row.enrolled_at), "state": STATE_WORDS[EnrollmentState(row.state)],
            "tone": STATE_TONES[EnrollmentState(row.state)]}


@bp.get("/tests")
@policy(Permission.STUDY)
def tests() -> ResponseReturnValue:
    """N-10: 测试管理, each test of this person with its score (N-40, N-41)."""
    ctx = current_ctx()
    rows = tuple(_test_row(row, sitting) for row in enrollments_of(ctx, current_person(ctx).id)
                 for sitting in sittings_of(ctx, row.id))
    columns = (("title", _("培训名称")), ("at", _("时间"), "date"), ("score", _("成绩"), "num"), ("state", _("结果")))
    return show(Section("tests", _("测试管理"), _("每一次考核测试的成绩都列在这里。"), _("您还没有考核测试"),
                        _("全部学时学完后开放考核测试，成绩会显示在这里。"), columns, rows))


def _test_row(enrollment: Enrollment, sitting: Sitting) -> dict[str, Any]:
    running = sitting.state == SittingState.RUNNING
    passed = sitting.score is not None and sitting.score >= sitting.pass_score
    word, tone = ((_("进行中"), "active") if running else (_("合格"), "done") if passed else (_("未合格"), "stop"))
    return {"title": course_title(enrollment), "at": daytime(sitting.started_at), "state": word, "tone": tone,
            "score": "" if running else _("%(score)s 分", score=sitting.score),
            "href": url_for("exam.paper" if running else "exam.result", sitting_id=sitting.id)}
