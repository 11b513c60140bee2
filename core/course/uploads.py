"""Videos that an administrator uploads: checked, made playable where they are not, then added as a lesson.

Making takes minutes, so it runs in a job that holds no transaction meanwhile; the row says how far it is.
"""
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import DomainError, NotFound, Refused
from core.base.outbox import job
from core.course.catalogue import MEDIA, add_lesson
from core.course.media import MediaError, duration_of, length_of
from core.course.models import LessonUpload, Package
from core.tenancy import Ctx

JOB = "course.prepare_lesson"
MOST_SECONDS = 6 * 3600


class UploadState(StrEnum):
    """Waiting for a worker, being made, done, or refused with a sentence."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


def upload_lesson(ctx: Ctx, package: Package, title: str, class_hours: int, filename: str,
                  video: bytes) -> LessonUpload:
    """Take a video in and hand it to the workers. Raises Refused for an empty file."""
    if not video:
        raise Refused("upload.empty", _("没有收到视频文件，请重新选择。"), field="video")
    row = LessonUpload(package_id=package.id, title=title, class_hours=class_hours, filename=filename[-200:],
                       source_key=ctx.blobs.put(video, MEDIA, sealed=False), state=UploadState.WAITING, percent=0,
                       problem="", created_at=ctx.now, done_at=None)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.enqueue(JOB, {"upload": str(row.id)}, key=f"{JOB}:{row.id}")
    return row


def uploads_of(ctx: Ctx, package_id: Id) -> list[LessonUpload]:
    """The uploads of a package, the newest first."""
    return list(ctx.db.scalars(select(LessonUpload).where(LessonUpload.package_id == package_id)
                               .order_by(LessonUpload.created_at.desc()).limit(20)))


def upload_by_id(ctx: Ctx, upload_id: Id) -> LessonUpload:
    found = ctx.db.get(LessonUpload, upload_id)
    if found is None:
        raise NotFound("upload", _("没有找到这次上传。"))
    return found


@job(JOB, queue="import")
def prepare_lesson(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Read the length, make the playable form where needed, add the lesson. Done twice it adds one lesson."""
    row = upload_by_id(ctx, Id(payload["upload"]))
    if row.state in (UploadState.DONE, UploadState.REFUSED):
        return
    row.state = UploadState.RUNNING
    source = ctx.blobs.get(row.source_key, sealed=False)
    ctx.commit()  # nobody waits for a video behind this transaction
    with tempfile.TemporaryDirectory(prefix="jianxue-lesson-") as folder:
        given = Path(folder) / "given"
        given.write_bytes(source)
        try:
            playable = _playable(given, Path(folder) / "lesson.mp4", lambda percent: _note(ctx, row, percent))
            _finish(ctx, row, playable)
        except (MediaError, DomainError) as error:
            ctx.rollback()
            row.state, row.done_at = UploadState.REFUSED, ctx.now
            row.problem = (error.sentence if isinstance(error, DomainError) else str(error))[:300]


def _finish(ctx: Ctx, row: LessonUpload, video: Path) -> None:
    locked = ctx.db.scalars(select(LessonUpload).where(LessonUpload.id == row.id).with_for_update()
                            .execution_options(populate_existing=True)).one()
    if locked.state == UploadState.DONE:
        return
    lesson = add_lesson(ctx, ctx.db.get_one(Package, row.package_id), row.title, row.class_hours, video)
    locked.state, locked.percent, locked.done_at, locked.lesson_id = UploadState.DONE, 100, ctx.now, lesson.id
    ctx.record("course.lesson_prepared", lesson.id, upload=str(row.id), milliseconds=lesson.duration_ms)


def _note(ctx: Ctx, row: LessonUpload, percent: int) -> None:
    row.percent = percent
    ctx.commit()


def _playable(given: Path, made: Path, told: Callable[[int], None]) -> Path:
    """The file itself where browsers play it while it arrives, else one made by ffmpeg."""
    try:
        duration_of(given)
        return given
    except MediaError:
        pass
    seconds = length_of(given)
    if not 0 < seconds <= MOST_SECONDS:
        raise MediaError(_("视频最长 6 小时，请分成几段上传。"))
    _encode(given, made, seconds, told)
    return made


def _encode(given: Path, made: Path, seconds: float, told: Callable[[int], None]) -> None:
    """H.264 and AAC with the index in front, at most 1280 wide. `told(percent)` at each tenth."""
    command = ["nice", "ffmpeg", "-v", "error", "-nostdin", "-y", "-protocol_whitelist", "file", "-i", str(given),
               "-map", "0:v:0", "-map", "0:a:0?", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26",
               "-pix_fmt", "yuv420p", "-vf", "scale='min(1280,iw)':-2", "-c:a", "aac", "-b:a", "64k",
               "-movflags", "+faststart", "-progress", "pipe:1", str(made)]
    last = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            name, _eq, value = line.strip().partition("=")
            if name == "out_time_us" and value.isdigit():
                percent = min(99, int(int(value) / (seconds * 10_000)))
                if percent >= last + 10:
                    last = percent
                    told(percent)
    if child.returncode:
        raise MediaError(_("这个文件不能转成可播放的视频，请换一个文件。"))
