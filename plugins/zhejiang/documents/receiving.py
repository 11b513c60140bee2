"""A zip arrives in pieces, each kept sealed as it comes, and goes on where it stopped (ZJ-18)."""
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch
from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.documents.models import Upload, UploadPiece
from plugins.zhejiang.documents.states import UploadState
from plugins.zhejiang.settings import rules_of

PIECE = 4 * 2**20
MATCH = "zhejiang.documents.match"
FORGET = "zhejiang.documents.forget"
KIND = "zjpiece"
_MARK = 16


def begin(ctx: Ctx, batch: Batch, filename: str, size: int, fingerprint: str) -> Upload:
    """A new upload, or the one of the same file that has not arrived whole. Raises Refused with the limit named."""
    _check(ctx, batch, filename, size)
    fingerprint = f"{filename[-120:]}|{size}|{fingerprint[:40]}"
    known = ctx.db.scalar(select(Upload).where(
        Upload.batch_id == batch.id, Upload.state == UploadState.ARRIVING, Upload.fingerprint == fingerprint))
    if known is not None:
        return known
    upload = Upload(batch_id=batch.id, filename=filename[-200:], fingerprint=fingerprint, size=size,
                    created_by=ctx.actor.account_id, created_at=ctx.now, moved_at=ctx.now)
    ctx.db.add(upload)
    ctx.db.flush()
    return upload


def _check(ctx: Ctx, batch: Batch, filename: str, size: int) -> None:
    rules = rules_of(ctx)
    if batch.mode == Mode.CONTINUING:
        raise Refused("no_documents", _("继续教育批次不需要上传资料。"), field="zip")
    if batch.closed_at is not None:
        raise Conflict("batch_closed", _("这个批次已经结束，不能再上传资料。"), field="zip")
    if not size:
        raise Refused("zip_nothing", _("这是一个空文件，请重新选择。"), field="zip")
    if size > rules.zip_mb * 2**20:
        raise Refused("zip_size", _("压缩包有 %(mb)s MB，最大 %(most)s MB。请分成几个 zip 上传，同一批次可以上传多次。",
                                    mb=-(-size // 2**20), most=rules.zip_mb), field="zip")
    if not filename.lower().endswith(".zip"):
        raise Refused("zip_name", _("只能上传 zip 压缩包。rar、7z 或单张图片请先压缩成 zip。"), field="zip")


def add_piece(ctx: Ctx, upload: Upload, start: int, data: bytes) -> None:
    """The bytes from `start` on. Conflict, with how far it is, for any other place: the sender goes on from there.
    With the last one the zip is looked through, behind the request."""
    if upload.state != UploadState.ARRIVING:
        raise Conflict("upload_over", _("这次上传已经结束，请刷新页面查看结果。"))
    if start != upload.received:
        raise Conflict("elsewhere", _("上传会从断开的地方继续。"), facts={"received": upload.received})
    if len(data) != min(PIECE, upload.size - start):
        raise Refused("piece", _("这一段数据不完整，请重新选择文件继续上传。"))
    # A mark of its own: the same bytes in another upload are another blob, so each may be deleted by itself.
    ctx.db.add(UploadPiece(upload_id=upload.id, start=start, size=len(data),
                           blob_key=ctx.blobs.put(upload.id.bytes + data, KIND)))
    upload.received, upload.moved_at = start + len(data), ctx.now
    if upload.received == upload.size:
        upload.state = UploadState.RUNNING
        ctx.enqueue(MATCH, {"upload": str(upload.id)}, key=f"{MATCH}:{upload.id}")
        ctx.record("zhejiang.zip", upload.id, size=upload.size)
    ctx.db.flush()


def cancel(ctx: Ctx, upload: Upload) -> None:
    """The clerk gives up; what of a running zip was taken over already stays with its people."""
    if upload.state not in (UploadState.ARRIVING, UploadState.RUNNING):
        raise Conflict("upload_over", _("这次上传已经结束，请刷新页面查看结果。"))
    end(ctx, upload, UploadState.CANCELLED)


def end(ctx: Ctx, upload: Upload, state: UploadState, reason: str = "") -> None:
    """No more comes of this upload; its bytes are deleted after the commit."""
    upload.state, upload.reason, upload.finished_at, upload.moved_at = state, reason, ctx.now, ctx.now
    keys = list(ctx.db.scalars(select(UploadPiece.blob_key).where(UploadPiece.upload_id == upload.id)))
    keys += [upload.plan_key] if upload.plan_key else []
    upload.plan_key = None
    ctx.db.execute(delete(UploadPiece).where(UploadPiece.upload_id == upload.id))
    if keys:
        ctx.enqueue(FORGET, {"keys": keys})
    ctx.db.flush()
    ctx.record("zhejiang.zip_ended", upload.id, state=state.value)


def upload_of(ctx: Ctx, upload_id: Id, *, lock: bool = False) -> Upload:
    """Raises NotFound; whose it is, is asked of its batch."""
    upload = ctx.db.get(Upload, upload_id, with_for_update=lock or None)
    if upload is None:
        raise NotFound("upload", _("没有找到这次上传。"))
    return upload


class Pieces:
    """The bytes of an upload at any place; the last pieces read are kept, since a zip is read from front to end."""

    def __init__(self, ctx: Ctx, upload: Upload) -> None:
        self._ctx = ctx
        self.size = upload.size
        self._rows: Sequence[UploadPiece] = ctx.db.scalars(
            select(UploadPiece).where(UploadPiece.upload_id == upload.id).order_by(UploadPiece.start)).all()
        self._held: dict[str, bytes] = {}

    def read_at(self, start: int, count: int) -> bytes:
        """So many bytes, or fewer at the end."""
        end = min(start + count, self.size)
        touched = self._rows[start // PIECE:-(-end // PIECE)]      # all but the last are of one length
        parts = [self._bytes(row)[_MARK + max(0, start - row.start):_MARK + end - row.start] for row in touched]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _bytes(self, row: UploadPiece) -> bytes:
        if row.blob_key not in self._held:
            while len(self._held) > 2:
                self._held.pop(next(iter(self._held)))
            self._held[row.blob_key] = self._ctx.blobs.get(row.blob_key)
        return self._held[row.blob_key]
