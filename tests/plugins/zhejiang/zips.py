"""Zips for tests: pictures of people, under names of every kind."""
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

from PIL import Image

from core.api.store import Id
from core.base.outbox import due
from core.tenancy import NOBODY, Tenant, unit_of_work
from core.work import perform
from plugins.zhejiang.batch.models import Batch
from plugins.zhejiang.documents import receiving
from plugins.zhejiang.documents.models import Upload

SUFFIXES = ("头像", "身份证正面", "身份证反面", "学历证书", "报名表", "工作年限证明")


def picture(width: int = 640, height: int = 404, shade: int = 200, kind: str = "JPEG") -> bytes:
    """A plain picture; another one for each shade."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 255 - shade, 90)).save(out, kind, quality=60)
    return out.getvalue()


def zipped(files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip with UTF-8 names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in files:
            packed.writestr(name, data)
    return out.getvalue()


def zipped_raw(files: Iterable[tuple[bytes, bytes]], flags: int = 0) -> bytes:
    """A zip whose names are just these bytes, as Windows writes GBK ones."""
    body, index, count = b"", b"", 0
    for name, data in files:
        common = struct.pack("<4H3L2H", flags, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), 0)
        index += b"PK\1\2" + struct.pack("<2H", 20, 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + struct.pack("<H", 20) + common + name + data
        count += 1
    return body + index + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, len(index), len(body), 0)


def send(tenant: Tenant, batch_id: Id, data: bytes, name: str = "资料.zip") -> Id:
    """The zip has arrived whole; nothing has been looked at yet."""
    with unit_of_work(tenant, NOBODY) as ctx:
        held = ctx.db.get_one(Batch, batch_id)
        upload = Upload(batch_id=batch_id, filename=name, size=len(data), created_by=held.created_by,
                        created_at=ctx.now, moved_at=ctx.now)
        ctx.db.add(upload)
        ctx.db.flush()
        for start in range(0, len(data), receiving.PIECE):
            receiving.add_piece(ctx, upload, start, data[start:start + receiving.PIECE])
        return upload.id


def run_queue(tenant: Tenant, queue: str) -> int:
    """Do what waits in one queue alone; how many rows."""
    done = 0
    while True:
        with unit_of_work(tenant, NOBODY) as ctx:
            rows = [row.id for row in due(ctx.db, ctx.now, limit=100) if row.queue == queue]
        if not rows:
            return done
        for row_id in rows:
            perform(tenant, row_id)
        done += len(rows)


def taken_over(tenant: Tenant, batch_id: Id, data: bytes) -> Upload:
    """The zip as it stands when the workers have done with it."""
    upload_id = send(tenant, batch_id, data)
    run_queue(tenant, "import")
    with unit_of_work(tenant, NOBODY) as ctx:
        upload = ctx.db.get_one(Upload, upload_id)
        ctx.db.expunge(upload)
        return upload
