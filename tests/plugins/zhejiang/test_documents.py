"""资料: zips in pieces, names, pictures, the grid, one picture replaced (ZJ-09 … ZJ-11, ZJ-18, B-53, P-24)."""
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from core.tenancy import NOBODY, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.documents import receiving
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import UploadState
from tests.browse import Browser
from tests.people import id_number, signed_in
from tests.plugins.zhejiang import scene, zips


def test_six_pictures_of_each_person_are_matched_by_their_names(zhejiang: Tenant) -> None:
    """ZJ-11, ZJ-18: each file goes to its person and kind; what does not fit is named."""
    batch = scene.batch(zhejiang, scene.firm(zhejiang), scene.school(zhejiang))
    people = [scene.candidate(zhejiang, batch, serial) for serial in (1, 2)]
    files = [(f"{id_number(serial)}${suffix}.jpg", zips.picture(295, 413) if suffix == "头像" else zips.picture(shade=at))
             for serial in (1, 2) for at, suffix in enumerate(zips.SUFFIXES)]
    upload = zips.taken_over(zhejiang, batch, zips.zipped([*files, ("合影.jpg", zips.picture())]))
    assert (upload.state, upload.entries, upload.taken, upload.known) == (UploadState.DONE, 12, 12, 0)
    assert [line[0] for line in json.loads(upload.report)["lines"]] == ["合影.jpg"]
    with unit_of_work(zhejiang, NOBODY) as ctx:
        rows = ctx.db.scalars(select(Document)).all()
        assert {(row.candidate_id, row.kind) for row in rows} == {
            (person, kind) for person in people
            for kind in ("photo", "id_front", "id_back", "education", "form", "experience")}


@pytest.fixture
def desk(zhejiang: Tenant, browser_of: Callable[[Tenant], Browser]) -> Any:
    """A batch with two people, and the browser of its enterprise's clerk."""
    firm = scene.firm(zhejiang)
    school = scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    people = [scene.candidate(zhejiang, batch, 1), scene.candidate(zhejiang, batch, 2, name="李大力")]
    return SimpleNamespace(firm=firm, school=school, batch=batch, people=people,
                           browser=signed_in(browser_of(zhejiang), firm.clerk), grid=f"/zj/documents/batches/{batch}")


def pieces(desk: Any, data: bytes, name: str = "资料.zip") -> Any:
    """As the script sends them; the last answer."""
    desk.browser.get(desk.grid)
    begun = desk.browser.send(f"{desk.grid}/uploads", {"name": name, "size": len(data), "mark": "1"})
    if begun.status_code != 200:
        return begun
    at = begun.json["received"]
    while at < len(data):
        answer = desk.browser.post(f"{begun.json['pieces']}?at={at}", data=data[at:at + receiving.PIECE], headers={
            "X-CSRFToken": desk.browser.token, "Content-Type": "application/octet-stream"})
        assert answer.status_code == 200, answer.text
        at = answer.json["received"]
    return begun


def test_the_pages_of_a_batch(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-18: upload, grid, report, one picture replaced and removed, through HTTP."""
    assert "还没有齐全" in desk.browser.get("/zj/documents/").text
    good = [(f"{id_number(1)}${one}.jpg", zips.picture(shade=at)) for at, one in enumerate(zips.SUFFIXES[1:])]
    assert pieces(desk, zips.zipped([*good, (f"{id_number(2)}$毕业证.jpg", zips.picture())])).status_code == 200
    assert "正在核对" in desk.browser.get(desk.grid).text
    run_waiting(zhejiang)
    page = desk.browser.get(desk.grid).text
    assert "名称不完全对的图片" in page and "毕业证.jpg" in page
