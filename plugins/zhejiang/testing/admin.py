"""Test plans and the invigilator's board in the back office's menu, and all results with filters and export."""
from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from core.api import Ctx
from core.api.console import Col, Console, Group, Pick, TableView, Tone, daytime, status
from core.api.organization import institutions_in, post_names
from core.api.people import PersonCard, cards_of, find
from core.api.store import Id
from core.api.web import Permission, current_ctx

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.parties import approved, city_of, institution_id_of, own_enterprise
from plugins.zhejiang.testing.models import TestPlan, TestSeat
from plugins.zhejiang.testing.states import PlanState

_OUTCOMES: Mapping[str, Any] = {"passed": _l("合格"), "failed": _l("不合格"), "absent": _l("没有参加"),
                                "waiting": _l("待测试")}
_TONES: Mapping[str, Tone] = {"passed": Tone.DONE, "failed": Tone.STOP, "absent": Tone.QUIET, "waiting": Tone.ACTIVE}


def _outcome(row: TestSeat) -> str:
    if row.over_at is None:
        return "waiting"
    return "absent" if row.passed is None else "passed" if row.passed else "failed"


def _narrow(rows: Select[Any], value: str) -> Select[Any]:
    over = TestSeat.over_at.is_not(None)
    return rows.where({"waiting": ~over, "absent": over & TestSeat.passed.is_(None),
                       "passed": TestSeat.passed.is_(True), "failed": TestSeat.passed.is_(False)}[value])


def _card(row: TestSeat) -> PersonCard:
    """Those of all rows of the page are asked for together, at the first of them."""
    assert row.candidate is not None
    known: dict[Id, PersonCard] = g.setdefault("zj_tested", {})
    if row.candidate.person_id not in known:
        ctx = current_ctx()
        known |= cards_of(ctx, {one.person_id for one in ctx.db.identity_map.values() if isinstance(one, Candidate)})
    return known[row.candidate.person_id]


def _post(row: TestSeat) -> str:
    assert row.candidate is not None
    if "zj_posts" not in g:
        g.zj_posts = post_names(current_ctx())
    return str(g.zj_posts[row.candidate.post_id])


def _told() -> Select[Any]:
    """Seats in plans that were told and not called off, the latest test first."""
    return select(TestSeat).join(TestPlan, TestPlan.id == TestSeat.plan_id).join(
        Candidate, Candidate.id == TestSeat.candidate_id).where(
        TestPlan.state.not_in((PlanState.DRAFT, PlanState.CANCELLED))).order_by(
        TestPlan.starts_at.desc(), TestPlan.id, TestSeat.number)


class Results(TableView[TestSeat]):
    """测试成绩: who is to be tested, and with which result."""

    model, title, group, icon = TestSeat, _l("测试成绩"), Group.EXAM, "clipboard-data"
    summary = _l("每位学员的测试时间、地点和成绩，可以导出。")
    search_hint = _l("姓名或身份证号")
    empty = _l("培训机构发布测试计划后，会出现在这里。")
    details = False
    columns = (
        Col[TestSeat]("name", _l("姓名"), lambda row: _card(row).name, kind="short"),
        Col[TestSeat]("id", _l("身份证号"), lambda row: _card(row).id_shown, kind="short"),
        Col[TestSeat]("post", _l("岗位"), _post, kind="short"),
        Col[TestSeat]("plan", _l("测试计划"), lambda row: row.plan.number, kind="short"),
        Col[TestSeat]("at", _l("开考时间"), lambda row: daytime(row.plan.starts_at), kind="short"),
        Col[TestSeat]("place", _l("地点"), lambda row: f"{row.plan.place} {row.plan.room}"),
        Col[TestSeat]("number", _l("座位"), lambda row: row.number, kind="num"),
        Col[TestSeat]("score", _l("分数"), lambda row: "" if row.score is None else row.score, sort=TestSeat.score,
                      kind="num"),
        Col[TestSeat]("outcome", _l("结果"), lambda row: status(_OUTCOMES[_outcome(row)], _TONES[_outcome(row)]),
                      kind="short"),
    )
    picks = (Pick("outcome", _l("结果"), lambda _ctx: [(key, str(words)) for key, words in _OUTCOMES.items()], _narrow),)

    def search(self, ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        return rows.where(Candidate.person_id.in_([card.id for card in find(ctx, term)]))


class InstitutionResults(Results):
    """Of the institution's own tests."""

    key, permission = "zj_results", Permission.REVIEW_INSTITUTION

    def select(self, ctx: Ctx) -> Select[Any]:
        return _told().where(TestPlan.institution_id == institution_id_of(ctx))


class EnterpriseResults(Results):
    """Of the enterprise's own people, wherever they are tested."""

    key, permission = "zj_staff_results", Permission.ENROLL_STAFF

    def offered_at(self, ctx: Ctx) -> bool:
        return approved(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return _told().where(Candidate.enterprise_id == own_enterprise(ctx).id)


class CityResults(Results):
    """Of the tests that the institutions of the regulator's city hold."""

    key, permission = "zj_city_results", Permission.REGULATE

    def select(self, ctx: Ctx) -> Select[Any]:
        return _told().where(TestPlan.institution_id.in_([one.id for one in institutions_in(ctx, city_of(ctx))]))


def install(console: Console) -> None:
    console.link(Group.EXAM, _l("测试计划"), "zj_testing.plans", Permission.REVIEW_INSTITUTION, icon="calendar3",
                 summary=_l("为已申请考试的学员安排考场、座位和时间。"))
    console.link(Group.EXAM, _l("监考"), "zj_room.rooms", Permission.INVIGILATE, icon="eye",
                 summary=_l("核验入场，开考，看每个座位的情况。"))
    console.add(InstitutionResults(), EnterpriseResults(), CityResults())
