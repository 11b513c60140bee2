"""Single hours are cleared where the tenant says so (C-06, A.7); each decision keeps its evidence (C-05)."""
import hashlib
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.access import NOBODY, Role
from core.audit.examining import Mark, examine, picked_by
from core.audit.models import AuditDecision, AuditEvidence
from core.base.clock import shanghai
from core.base.db import Id, new_id
from core.base.trail import TrailRow
from core.course import Stretch, progress_of_enrollment
from core.course.models import HourEntry
from core.exam import exam_passed
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.audit.cases import Audited, case_of, restudied, waiting
from tests.audit.test_audit import BrowserOf, cases, decide, sent
from tests.browse import Browser
from tests.people import signed_in, staff

Turn = Callable[[Tenant], None]
REASON = "2026年11月20日的学时没有本人照片"


@pytest.fixture
def auditor(tenant: Tenant, browser_of: BrowserOf, by_hours: Turn) -> Browser:
    by_hours(tenant)
    return signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))


def credit(tenant: Tenant, one: Audited, part: str) -> Id:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.scalars(select(HourEntry.id).where(
            HourEntry.enrollment_id == one.enrollment, HourEntry.kind == "credit", HourEntry.part == part)).one()


@pytest.mark.parametrize(("ground", "words"), [
    ("a", "存在作弊行为，按照有关要求，您的资料员岗位2026年度部分学时将被清除，请重新学习。(教育培训网)"),
    ("c", "您的资料员岗位2026年度部分学时因缺少学习过程照片未能通过审核，请补学。"),
])
def test_only_the_picked_hours_go(tenant: Tenant, auditor: Browser, browser_of: BrowserOf, ground: str,
                                  words: str) -> None:
    """C-06, N-45, N-47, A.7: the picked hours are owed again, the others and the exam stay, the SMS says 部分学时;
    what was learned again comes back as a second case."""
    one = waiting(tenant)
    assert "要清除的学时" in auditor.get(f"/audit/{case_of(tenant, one).id}/clear").text
    general = credit(tenant, one, "general")
    assert decide(auditor, tenant, one, "clear", ground=ground, reason=REASON, stretch=[str(general)]) == 303
    [message] = sent(tenant)
    assert message.endswith(words)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert progress_of_enrollment(ctx, one.enrollment).credited_hours == 22
        assert exam_passed(ctx, one.enrollment)
        decision = ctx.db.scalars(select(AuditDecision)).one()
        assert decision.partial and decision.cleared_slots == 900
    page = signed_in(browser_of(tenant), one.who).get(f"/study/{one.enrollment}/audit").text
    assert "部分学时已清除" in page and REASON in page
    assert "清除部分学时 7小时30分0秒" in auditor.get(f"/audit/{case_of(tenant, one).id}").text
    restudied(tenant, one)
    assert [(case.round, case.state) for case in cases(tenant)] == [(1, "cleared"), (2, "waiting")]


def test_nothing_picked_clears_nothing(tenant: Tenant, auditor: Browser) -> None:
    """C-06: a clearing without hours, or of words that are no hours, is refused and says what to do."""
    one = waiting(tenant)
    case = case_of(tenant, one)
    asked = {"version": case.version, "ground": "a", "reason": REASON}
    for stretch in ([], ["nonsense", "1' OR '1'='1"]):
        answer = auditor.submit(f"/audit/{case.id}/clear", {**asked, "stretch": stretch})
        assert answer.status_code == 422 and "请勾选要清除的学时" in answer.text
    strange = auditor.submit(f"/audit/{case.id}/clear", {**asked, "stretch": [str(new_id())]})
    assert strange.status_code == 409
    assert case_of(tenant, one).state == "waiting" and sent(tenant) == []


def test_all_picked_is_the_whole_year(tenant: Tenant, auditor: Browser) -> None:
    """N-46: who picks everything clears the year, and the SMS is the manual's."""
    one = waiting(tenant)
    both = [str(credit(tenant, one, part)) for part in ("general", "professional")]
    page = auditor.get(f"/audit/{case_of(tenant, one).id}/clear?pick=all").text
    assert page.count(" checked") == 2
    decide(auditor, tenant, one, "clear", ground="b", reason=REASON, stretch=both)
    assert [text for text in sent(tenant) if "2026年度学时将被清除" in text]
    with unit_of_work(tenant, NOBODY) as ctx:
        assert progress_of_enrollment(ctx, one.enrollment).credited_hours == 0
        assert not ctx.db.scalars(select(AuditDecision)).one().partial


def test_a_decision_keeps_what_it_was_taken_on(tenant: Tenant, auditor: Browser) -> None:
    """C-05: distances, thresholds, versions, ground and hours as JSON; its digest is on the trail; one a decision."""
    one = waiting(tenant)
    general = credit(tenant, one, "general")
    decide(auditor, tenant, one, "clear", ground="c", reason=REASON, stretch=[str(general)])
    with unit_of_work(tenant, NOBODY) as ctx:
        kept = ctx.db.scalars(select(AuditEvidence)).one()
        assert kept.digest == hashlib.sha256(kept.body.encode()).hexdigest()
        body = json.loads(kept.body)
        assert body["decision"]["ground"] == "c" and body["decision"]["reason"] == REASON
        assert {one["euclid"] for one in body["pictures"]} == {0.31, 0.72}
        assert body["thresholds"]["consent_version"] and body["code"] and body["rules"] == 0
        assert {stretch["credit"]: stretch["chosen"] for stretch in body["stretches"]}[str(general)] is True
        trail = ctx.db.scalars(select(TrailRow).where(TrailRow.action == "audit.evidence")).one()
        assert trail.detail["digest"] == kept.digest


def test_the_evidence_is_one_pdf(national: Tenant, browser_of: BrowserOf, by_hours: Turn) -> None:
    """C-05: drawn from what was frozen, for this case only; what was touched since is not given out."""
    by_hours(national)
    auditor = signed_in(browser_of(national), staff(national, Role.AUDITOR))
    one, other = waiting(national, 1), waiting(national, 2)
    run_waiting(national)
    decide(auditor, national, one, "clear", ground="a", reason=REASON, stretch=[str(credit(national, one, "general"))])
    with unit_of_work(national, NOBODY) as ctx:
        kept = ctx.db.scalars(select(AuditEvidence)).one()
    page = auditor.get(f"/audit/{case_of(national, one).id}").text
    address = f"/audit/{case_of(national, one).id}/evidence/{kept.decision_id}.pdf"
    assert address in page
    answer = auditor.get(address)
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")
    said = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages)
    for words in ("王小明", "非本人学习的", REASON, "0.720", kept.digest[:20]):
        assert words in said, words
    assert auditor.get(address.replace(str(kept.case_id), str(case_of(national, other).id))).status_code == 404
    with unit_of_work(national, NOBODY) as ctx:
        ctx.db.get_one(AuditEvidence, kept.decision_id).body = kept.body.replace("0.72", "0.12")
    assert auditor.get(address).status_code == 503


class Taken:
    """A picture as the marks see it."""

    def __init__(self, at: datetime, word: str = "same") -> None:
        self.at, self.person_seen, self.stranger = at, word != "no_face", word == "other"


START = shanghai(2026, 11, 20, 8)


def studied_in_quarters(count: int, fetched: float | None = 1.0) -> list[Stretch]:
    """Credits of 15 minutes, one after the other; three make a class hour of 45 minutes."""
    return [Stretch(new_id(), new_id(), "第一讲", START + timedelta(minutes=15 * number),
                    START + timedelta(minutes=15 * number + 15), 900, fetched) for number in range(count)]


@pytest.mark.parametrize(("pictures", "marked"), [
    ([], {0: Mark.NO_PICTURE, 1: Mark.NO_PICTURE, 2: Mark.NO_PICTURE}),
    ([Taken(START + timedelta(minutes=20))], {}),
    ([Taken(START + timedelta(minutes=20), "no_face")], {0: Mark.NO_PICTURE, 1: Mark.NO_PICTURE, 2: Mark.NO_PICTURE}),
    ([Taken(START + timedelta(minutes=20), "other")], {0: Mark.STRANGER, 1: Mark.STRANGER, 2: Mark.STRANGER}),
])
def test_marks_of_hours(pictures: list[Taken], marked: dict[int, Mark]) -> None:
    """N-45 c, N-45 a: by class hour; the fourth quarter begins an hour that is not whole and lacks nothing yet."""
    rows = examine(studied_in_quarters(4), pictures, 2700)
    assert [row.hour for row in rows] == [1, 1, 1, 2]
    assert {number: next(iter(row.marks)) for number, row in enumerate(rows) if row.marks} == marked
    for mark in Mark:
        assert picked_by(rows, mark) == {rows[place].stretch.credit_id for place, one in marked.items() if one is mark}
    assert len(picked_by(rows, "2026-11-20")) == 4 and not picked_by(rows, "2026-11-21")


@pytest.mark.parametrize(("fetched", "marked"), [(0.0, True), (0.49, True), (0.5, False), (1.0, False), (None, False)])
def test_hours_without_video_are_marked(fetched: float | None, marked: bool) -> None:
    """L5, R20: what a page credited without fetching can be picked with one click."""
    [row] = examine(studied_in_quarters(1, fetched), [Taken(START)], 2700)
    assert (Mark.UNFETCHED in row.marks) is marked
