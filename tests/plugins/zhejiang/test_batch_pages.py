"""【学员报名】 through HTTP: a batch is opened, its sheet checked, confirmed, mended; others' ids are 404 (ZJ-12 … ZJ-19,
ZJ-26, R3)."""
import io
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from core.api.organization import Mode
from core.api.sheets import Column, read_sheet, text
from core.api.store import Id
from core.base.db import new_id
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.enterprise.states import State
from tests.browse import Browser
from tests.data import data
from tests.people import signed_in, staff
from tests.plugins.zhejiang import scene, sheets
from tests.plugins.zhejiang.sheets import person, sheet_of

Browsers = Callable[[Tenant], Browser]


@pytest.fixture
def firm(zhejiang: Tenant) -> scene.Firm:
    return scene.firm(zhejiang)


@pytest.fixture
def school(zhejiang: Tenant) -> scene.School:
    return sheets.school(zhejiang)


@pytest.fixture
def clerk(zhejiang: Tenant, firm: scene.Firm, browser_of: Browsers) -> Browser:
    return signed_in(browser_of(zhejiang), firm.clerk)


def opened(clerk: Browser, tenant: Tenant, school: scene.School, mode: Mode = Mode.ONLINE) -> str:
    """The address of a new batch."""
    with unit_of_work(tenant, NOBODY) as ctx:
        post = scene.post_id(ctx)
    chosen = clerk.get(f"/zj/batch/new?post={post}&mode={mode.value}")
    assert "示例培训机构一" in chosen.text and ("600.00" if mode is Mode.ONLINE else "96.00") in chosen.text
    made = clerk.submit("/zj/batch/new", {"post": str(post), "mode": mode.value, "institution": str(school.id)})
    assert made.status_code == 303, made.text
    return str(made.location)


def upload(clerk: Browser, batch: str, content: bytes, name: str = "人员.xlsx") -> TestResponse:
    return clerk.submit(f"{batch}/sheet", {"sheet": (io.BytesIO(content), name)})


def test_from_an_empty_list_to_people_in_a_batch(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    """ZJ-15 … ZJ-17: choose, upload, look, confirm; the bad row comes back as a sheet."""
    assert "还没有批次" in clerk.get("/zj/batch/").text
    batch = opened(clerk, zhejiang, school)
    assert "上传报名汇总表" in clerk.get(batch).text
    sheet = str(upload(clerk, batch, sheet_of([person(1), person(2, education="大学"), person(3)])).location)
    said = clerk.get(sheet).text
    assert "确认导入 2 人" in said and "E3" in said and "是不是“本科”" in said
    assert "不在列表中" in clerk.get(sheet + "?kind=choice").text
    assert clerk.submit(sheet + "/confirm").status_code == 303
    assert "正在导入" in clerk.get(sheet).text
    run_waiting(zhejiang)
    assert "新导入 2 人，原已在批次 0 人，要改正 1 行，共 3 行" in clerk.get(sheet).text
    back = clerk.submit(sheet + "/mend")
    assert back.content_type.startswith("application/vnd.openxmlformats")
    shown = clerk.get(batch).text
    assert "王二" in shown and "330106********" in shown and person(1)[2] not in shown
    assert "王四" in clerk.submit(batch + "/find", {"q": person(3)[2][-4:]}).text
    assert "没有找到" in clerk.submit(batch + "/find", {"q": "没有这个人"}).text
    assert "学员" in clerk.get("/zj/batch/").text


def test_people_are_withdrawn_after_a_question(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    batch = opened(clerk, zhejiang, school)
    sheet = str(upload(clerk, batch, sheet_of([person(serial) for serial in range(1, 5)])).location)
    clerk.submit(sheet + "/confirm")
    run_waiting(zhejiang)
    one = re.findall(r'href="(/zj/batch/candidates/[^"]+/withdraw)"', clerk.get(batch).text)[0]
    assert "撤下王二？" in clerk.get(one).text
    assert clerk.submit(one).status_code == 303
    assert "撤下 3 人？" in clerk.get(batch + "/withdraw").text
    clerk.submit(batch + "/withdraw")
    assert "批次里没有学员" in clerk.get(batch).text and "王三" in clerk.get(batch + "?state=cancelled").text


def test_an_empty_batch_is_discarded_and_restored(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    """A wrong post is chosen easily."""
    batch = opened(clerk, zhejiang, school)
    assert "作废批次" in clerk.get(batch + "/discard").text
    assert clerk.submit(batch + "/discard").status_code == 303
    number = batch.rpartition("/")[2]
    assert number not in clerk.get("/zj/batch/").text and number in clerk.get("/zj/batch/?closed=1").text
    assert "恢复批次" in clerk.get(batch).text
    clerk.submit(batch + "/restore")
    assert number in clerk.get("/zj/batch/").text


def test_continuing_education_has_its_own_list_and_no_mode(zhejiang: Tenant, clerk: Browser,
                                                           school: scene.School) -> None:
    """ZJ-26: 继续教育报名管理 → 学员报名."""
    assert 'name="mode" value="continuing"' in clerk.get("/zj/batch/new?mode=continuing").text
    batch = opened(clerk, zhejiang, school, Mode.CONTINUING)
    number = batch.rpartition("/")[2]
    assert number in clerk.get("/zj/batch/continuing/").text and number not in clerk.get("/zj/batch/").text


def test_no_institution_that_does_not_offer_the_post(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    """ZJ-13: also for who sends the form by hand."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        post = scene.post_id(ctx)
    assert "没有机构开" in clerk.get(f"/zj/batch/new?post={post}&mode=offline").text
    for institution in (school.id, new_id()):
        sent = clerk.submit("/zj/batch/new", {"post": str(post), "mode": "offline", "institution": str(institution)})
        assert sent.status_code in (404, 409, 422), institution
    assert clerk.submit("/zj/batch/new", {"post": "x", "mode": "x", "institution": ""}).status_code == 422


def test_nobody_elses_ids(zhejiang: Tenant, clerk: Browser, firm: scene.Firm, school: scene.School,
                          browser_of: Browsers) -> None:
    """R3: each address with another enterprise's id is 404, for an institution's clerk 403."""
    batch = opened(clerk, zhejiang, school)
    sheet = str(upload(clerk, batch, sheet_of([person(1)])).location)
    clerk.submit(sheet + "/confirm")
    run_waiting(zhejiang)
    one = re.findall(r'href="(/zj/batch/candidates/[^"]+/withdraw)"', clerk.get(batch).text)[0]
    rival = signed_in(browser_of(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司").clerk)
    other = signed_in(browser_of(zhejiang), school.clerk)
    for path in (batch, sheet, one, batch + "/withdraw", batch + "/discard", sheet + "/cancel"):
        assert (rival.get(path).status_code, other.get(path).status_code) == (404, 403), path
    for path in (one, *(batch + end for end in ("/withdraw", "/discard", "/restore", "/export", "/find", "/sheet")),
                 sheet + "/confirm", sheet + "/cancel", sheet + "/mend"):
        assert (rival.submit(path).status_code, other.submit(path).status_code) == (404, 403), path


def test_no_batch_before_the_approval(zhejiang: Tenant, browser_of: Browsers) -> None:
    """ZJ-06."""
    waiting = scene.firm(zhejiang, state=State.SUBMITTED)
    assert signed_in(browser_of(zhejiang), waiting.clerk).get("/zj/batch/").status_code == 403
    nowhere = staff(zhejiang, Role.ENTERPRISE, username="nirgends")
    assert signed_in(browser_of(zhejiang), nowhere).get("/zj/batch/").status_code == 403


def test_the_export_holds_no_formula(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    """R34: a name that passed as text stays text."""
    batch = opened(clerk, zhejiang, school)
    sheet = str(upload(clerk, batch, sheet_of([person(1, employer="示例=1+1公司")])).location)
    clerk.submit(sheet + "/confirm")
    run_waiting(zhejiang)
    exported = clerk.submit(batch + "/export")
    columns = [Column("name", "姓名", text()), Column("id", "身份证号", text()), Column("employer", "工作单位", text())]
    [row] = read_sheet(exported.data, "a.xlsx", columns).rows
    assert (row.text("id"), row.text("employer")) == (person(1)[2], "示例=1+1公司") and not row.formulas


def malformed() -> list[str]:
    folder = data("malformed", "xlsx")
    return sorted(path.name for path in folder.glob("made_*")) if folder else []


@pytest.mark.parametrize("name", ["empty.xlsx", "words.xlsx", "notes.txt", *malformed()])
def test_what_is_no_such_sheet_is_refused_with_a_sentence(zhejiang: Tenant, clerk: Browser, school: scene.School,
                                                          name: str) -> None:
    """R32: a sentence under the field, 422, and the batch's page around it."""
    batch = opened(clerk, zhejiang, school)
    folder = data("malformed", "xlsx")
    content = (folder / name).read_bytes() if folder and (folder / name).exists() else {
        "empty.xlsx": b"", "words.xlsx": b"hello", "notes.txt": b"hello"}[name]
    answer = upload(clerk, batch, content, name)
    assert answer.status_code == 422
    assert 'class="jx-error"' in answer.text and "上传并检查" in answer.text


def test_a_template_to_fill_in(clerk: Browser) -> None:
    """附件4."""
    assert clerk.get("/zj/batch/template.xlsx").data[:2] == b"PK"


def test_the_batch_is_found_by_number_and_post(zhejiang: Tenant, clerk: Browser, school: scene.School) -> None:
    batch = opened(clerk, zhejiang, school).rpartition("/")[2]
    assert batch in clerk.get("/zj/batch/?number=0001&mode=online&year=2026").text
    for nothing in ("number=9999", "mode=offline", "year=2020", "post=x", f"post={Id(int=0)}"):
        answer = clerk.get(f"/zj/batch/?{nothing}")
        assert answer.status_code == 200 and "没有符合条件的批次" in answer.text, nothing
