"""资料: zips in pieces, names, pictures, the grid, one picture replaced (ZJ-09 … ZJ-11, ZJ-18, B-53, P-24)."""
import json

from sqlalchemy import select

from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import UploadState
from tests.people import id_number
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
