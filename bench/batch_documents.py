"""`batch_documents`: a zip of 6,000 pictures, six each of 1,000 people, from the last piece to the last picture in its
place: names matched, sizes, types and dimensions checked, bytes kept sealed. Faces follow behind, at the engine's pace.
"""
import io
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import func, select

from bench.world import open_worlds
from core.base.db import new_id
from core.identity import Person
from core.tenancy import NOBODY, unit_of_work
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.documents.models import Document, Upload
from plugins.zhejiang.documents.states import UploadState
from tests.people import id_number
from tests.plugins.zhejiang import scene, zips

PEOPLE = 1_000


def picture(noise: np.random.Generator, width: int, height: int) -> bytes:
    """About 20 kB, as a portrait has."""
    coarse = Image.fromarray(noise.integers(0, 255, (height // 12, width // 12, 3), dtype=np.uint8))
    out = io.BytesIO()
    coarse.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=50)
    return out.getvalue()


def run() -> dict[str, float]:
    """seconds, pictures_per_second, megabytes, kept."""
    noise = np.random.default_rng(20261120)
    photos = [picture(noise, 295, 413) for _n in range(50)]
    papers = [picture(noise, 640, 404) for _n in range(50)]
    numbers = [id_number(n % 999 + 1, f"199{n // 999}0307") for n in range(PEOPLE)]
    files = []
    for at, number in enumerate(numbers):
        for kind, suffix in enumerate(zips.SUFFIXES):
            base = (papers if kind else photos)[(at + kind) % 50]
            files.append((f"{number}${suffix}.jpg", base + at.to_bytes(4) + bytes([kind])))
    data = zips.zipped(files, zipfile.ZIP_DEFLATED)
    with tempfile.TemporaryDirectory() as folder, open_worlds(Path(folder), ("zhejiang",), on_postgres=True) as [world]:
        tenant = world.tenant
        batch_id = scene.batch(tenant, scene.firm(tenant), scene.school(tenant))
        with unit_of_work(tenant, NOBODY) as ctx:
            batch = ctx.db.get_one(Batch, batch_id)
            for at, number in enumerate(numbers):
                person = Person(id=new_id(), name=f"学员{at}", sex="男", id_number=number,
                                id_number_mac=ctx.mac(number), phone=f"138{at:08d}", phone_mac=ctx.mac(f"138{at:08d}"),
                                created_at=ctx.now)
                ctx.db.add(person)
                ctx.db.add(Candidate(
                    batch_id=batch_id, enterprise_id=batch.enterprise_id, institution_id=batch.institution_id,
                    person_id=person.id, post_id=batch.post_id, year=batch.year, mode=batch.mode, education="本科",
                    employer="示例建筑有限公司", row=at + 3, entered_at=ctx.now, moved_at=ctx.now))
        upload_id = zips.send(tenant, batch_id, data)
        began = time.monotonic()
        zips.run_queue(tenant, "import")      # faces have a worker of their own
        seconds = time.monotonic() - began
        with unit_of_work(tenant, NOBODY) as ctx:
            assert ctx.db.get_one(Upload, upload_id).state == UploadState.DONE
            kept = ctx.db.scalar(select(func.count()).select_from(Document)) or 0
    return {"seconds": seconds, "pictures_per_second": kept / seconds, "megabytes": len(data) / 1e6, "kept": kept}
