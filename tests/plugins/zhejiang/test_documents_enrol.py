"""The enterprise's own zips: blue ground refused photo by photo, white ground taken, GBK names mended (C-17, P-24)."""
import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from core.base.config import Config
from core.base.ids import parse_id_number
from core.identity import open_person
from core.tenancy import NOBODY, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.documents import queries
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import DocumentKind, DocumentState, UploadState
from tests.data import data
from tests.figures import Figure
from tests.people import phone
from tests.plugins.zhejiang import scene, zips
from tests.presence.conftest import face_socket

__all__ = ["face_socket"]

ENROL = data("enrol")
needs_data = pytest.mark.skipif(ENROL is None, reason="the optional data are not here")


@pytest.fixture
def with_faces(config: Config, face_socket: Path) -> Config:
    """A real face process; ask for it before the tenant."""
    object.__setattr__(config, "face_socket", face_socket)
    return replace(config)


def people() -> list[tuple[str, str]]:
    assert ENROL is not None
    rows = csv.DictReader((ENROL / "portraits_50.csv").read_text(encoding="utf-8-sig").splitlines())
    return [(row["身份证号"], row["姓名"]) for row in rows]


def enrolled(tenant: Tenant, count: int) -> tuple[Batch, list[str]]:
    """A batch with the first of the fifty people."""
    batch_id = scene.batch(tenant, scene.firm(tenant), scene.school(tenant))
    chosen = people()[:count]
    with unit_of_work(tenant, NOBODY) as ctx:
        batch = ctx.db.get_one(Batch, batch_id)
        for at, (number, name) in enumerate(chosen):
            person = open_person(ctx, name=name, id_number=number, phone=phone(at + 1), sex=parse_id_number(number).sex)
            ctx.db.flush()
            ctx.db.add(Candidate(batch_id=batch_id, enterprise_id=batch.enterprise_id, education="本科", row=at + 3,
                                 institution_id=batch.institution_id, person_id=person.id, post_id=batch.post_id,
                                 year=batch.year, mode=batch.mode, employer="示例建筑有限公司", entered_at=ctx.now,
                                 moved_at=ctx.now))
        ctx.db.flush()
        ctx.db.expunge(batch)
    return batch, [number for number, _name in chosen]


def part_of(name: str, numbers: list[str]) -> bytes:
    """Of a zip of the fifty only these people's files, or all of it."""
    assert ENROL is not None
    raw = (ENROL / name).read_bytes()
    if len(numbers) == 50:
        return raw
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return zips.zipped([(one.filename, packed.read(one)) for one in packed.infolist()
                            if one.filename.split("$")[0] in numbers])


def photos(tenant: Tenant) -> list[tuple[str, str]]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return [(row.state, "".join(row.reasons)) for row in ctx.db.scalars(
            select(Document).where(Document.kind == DocumentKind.PHOTO).order_by(Document.uploaded_at))]


@needs_data
@pytest.mark.parametrize("count", [2, pytest.param(50, marks=pytest.mark.prove)])
def test_the_blue_zip_is_refused_photo_by_photo_and_the_white_one_goes_in(
        with_faces: Config, zhejiang: Tenant, count: int, figure: Figure) -> None:
    """ZJ-10, ZJ-11: none of the fifty blue photos is taken, and 42 of the white ones are.

    The data's own note says 43 on white and seven as they were. Eight stand before a library, a flag or a park in both
    zips: of 441623199407255533 only a spot was recoloured.
    """
    grounds, changed, fit_of = (42, 43, 42) if count == 50 else (count, count, count)
    batch, numbers = enrolled(zhejiang, count)
    first = zips.taken_over(zhejiang, batch.id, part_of("报名资料_50人_utf8.zip", numbers))
    assert (first.state, first.taken) == (UploadState.DONE, 6 * count)
    run_waiting(zhejiang)
    blue = photos(zhejiang)
    assert all(state == DocumentState.UNFIT and why for state, why in blue)
    assert sum("背景是蓝色" in why for _state, why in blue) == grounds
    second = zips.taken_over(zhejiang, batch.id, part_of("报名资料_50人_白底_utf8.zip", numbers))
    assert (second.taken, second.known) == (changed, 6 * count - changed)
    run_waiting(zhejiang)
    fit = [state for state, _why in photos(zhejiang)].count(DocumentState.FIT)
    assert fit == fit_of
    named = [why for state, why in photos(zhejiang) if state == DocumentState.UNFIT]
    assert len(named) == count - fit_of and all("背景" in why for why in named)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert len(ctx.db.scalars(queries.people_in(batch.id, queries.Standing.COMPLETE)).all()) == fit
    figure(photos_taken=fit, photos_named=count - fit)


@needs_data
def test_names_in_gbk_are_read(zhejiang: Tenant) -> None:
    """P-24: a zip of Windows with fifty photos; nobody's name is lost."""
    batch, _numbers = enrolled(zhejiang, 50)
    upload = zips.taken_over(zhejiang, batch.id, part_of("报名资料_50人_gbk文件名_仅头像.zip", ["*"] * 50))
    assert (upload.state, upload.entries, upload.taken) == (UploadState.DONE, 50, 50)
    assert not queries.report_of(upload).total
