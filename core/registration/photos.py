"""The photo on file: judged, confirmed once, immutable; the ticket for what went wrong (N-12, N-16, A.7)."""
import calendar
import io

from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _
from PIL import ExifTags, Image, ImageOps
from sqlalchemy import ColumnElement, select, update

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused, refuse_all
from core.identity import Person
from core.notification import tell
from core.presence import FaceServiceDown, judge_photo
from core.registration.models import PhotoDraft, PhotoTicket
from core.registration.states import MOVES, TicketState
from core.tenancy import Ctx

KIND = "photo"
MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000


class Change(StrEnum):
    """When a photo on file may still be changed by its owner (X-04)."""

    NEVER = "never"
    FIRST_LOGIN = "first_login"


def changes_until_study(ctx: Ctx) -> bool:
    """Whether the tenant lets a photo be changed until study begins (X-04)."""
    return ctx.rules().photo.change == Change.FIRST_LOGIN


def may_replace(ctx: Ctx, person: Person) -> bool:
    """Whether the owner may put a photo on file now: there is none, or the tenant's rule lets it be changed."""
    return person.photo_key is None or (changes_until_study(ctx) and person.study_begun_at is None)


def check_recent(ctx: Ctx, data: bytes, *, declared: bool) -> None:
    """近3个月电子照片 (BJ-06, X-03): the owner declares it, and a date that the camera wrote must not contradict."""
    months = ctx.rules().photo.recent_months
    if not months:
        return
    if not declared:
        raise Refused("photo_recent", _("请确认照片是近%(months)s个月内拍的，并在前面打勾。", months=months), field="recent")
    taken = taken_on(data)
    if taken is not None and taken < months_before(local_date(ctx.now), months):
        raise Refused("photo_old", _("照片里记录的拍摄日期是%(day)s，超过%(months)s个月，请上传近%(months)s个月的照片。",
                                     day=taken.isoformat(), months=months), field="photo")


def taken_on(data: bytes) -> date | None:
    """The day that the camera wrote into the picture; None where it wrote none that makes sense."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            written = opened.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return datetime.strptime(str(written)[:10], "%Y:%m:%d").date()
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, Image.DecompressionBombError):
        return None


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def judge(ctx: Ctx, data: bytes) -> bytes:
    """The clean JPEG of a good photo; Refused with a sentence for each thing that is wrong, else FaceServiceDown.

    Called before `ctx.db` is touched: looking at a picture takes longer than a transaction should stand open.
    """
    if not data:
        raise Refused("photo_empty", _("这个文件是空的，请重新选择照片。"), field="photo")
    verdict = judge_photo(ctx, data)
    refuse_all(list(verdict.problems))
    return verdict.clean


def opinion(ctx: Ctx, data: bytes) -> str:
    """What the judge says of a picture, its hints too, in one line for a clerk; it refuses nothing."""
    try:
        verdict = judge_photo(ctx, data)
        return "".join(problem.sentence for problem in (*verdict.problems, *verdict.warnings))
    except FaceServiceDown as error:
        return error.sentence


def adopt(ctx: Ctx, person: Person, clean: bytes) -> None:
    """A photo that an institution has judged with the enrollment becomes the one on file, without a draft, where the
    owner might still put one there; afterwards it stays as it is (ZJ-10, N-12)."""
    if not may_replace(ctx, person):
        return
    person.photo_key, person.photo_at = ctx.blobs.put(clean, KIND), ctx.now
    draft = draft_of(ctx, person)
    if draft is not None:
        ctx.db.delete(draft)
    ctx.db.flush()
    ctx.record("registration.adopt_photo", person.id)


def keep_draft(ctx: Ctx, person: Person, clean: bytes) -> PhotoDraft:
    """Put a good photo aside until its owner confirms it; an earlier draft gives way."""
    if not may_replace(ctx, person):
        raise _immutable()
    draft = draft_of(ctx, person)
    key = ctx.blobs.put(clean, KIND)
    if draft is None:
        draft = PhotoDraft(person_id=person.id, photo_key=key, created_at=ctx.now)
        ctx.db.add(draft)
    else:
        draft.photo_key, draft.created_at = key, ctx.now
    ctx.db.flush()
    return draft


def draft_of(ctx: Ctx, person: Person) -> PhotoDraft | None:
    """The photo that waits for confirmation."""
    return ctx.db.get(PhotoDraft, person.id)


def confirm_photo(ctx: Ctx, person: Person) -> None:
    """“请确保本人照片无误, 一经上传不可修改”: the draft becomes the photo on file, once (N-12)."""
    draft = draft_of(ctx, person)
    if draft is None:
        raise NotFound("photo_draft", _("没有等待确认的照片，请重新选择照片。"))
    taken = ctx.db.execute(
        update(Person).where(Person.id == person.id, _still_open(ctx))
        .values(photo_key=draft.photo_key, photo_at=ctx.now).returning(Person.id)).scalar_one_or_none()
    if taken is None:
        raise _immutable()
    ctx.db.delete(draft)
    ctx.db.flush()
    ctx.db.refresh(person)
    ctx.record("registration.photo", person.id)


def _still_open(ctx: Ctx) -> ColumnElement[bool]:
    first = Person.photo_key.is_(None)
    return first | Person.study_begun_at.is_(None) if changes_until_study(ctx) else first


def drop_draft(ctx: Ctx, person: Person) -> None:
    """The owner wants another picture."""
    draft = draft_of(ctx, person)
    if draft is not None:
        ctx.db.delete(draft)
        ctx.db.flush()


def picture_of(ctx: Ctx, key: str | None) -> bytes | None:
    """The JPEG behind a key; None when there is none, or when it was purged (A.7)."""
    try:
        return ctx.blobs.get(key) if key else None
    except (FileNotFoundError, ValueError):
        return None


def pixels_of(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header says; None for what is no JPEG or PNG. Nothing is unpacked."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            return opened.size
    except (OSError, ValueError, SyntaxError, IndexError, TypeError, OverflowError, MemoryError,
            Image.DecompressionBombError):
        return None


def plain_jpeg(data: bytes, *, field: str = "photo", most: int = MOST_BYTES, size: tuple[int, int] = (1200, 1600),
               least: int = 0) -> bytes:
    """A picture that a person will look at as a JPEG of our own making, without metadata; Refused when it is
    none, or its longer side has fewer than `least` pixels (F5)."""
    if len(data) > most:
        raise Refused("photo_size", _("照片有 %(mb)s MB，最大 %(most)s MB，请压缩后再传。",
                                      mb=round(len(data) / 1_000_000, 1), most=most // 1_000_000), field=field)
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("photo_pixels", _("照片的像素太多，请缩小后再传。"), field=field)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("photo_unreadable", _("打不开这张照片，请上传 jpg 或 png 格式的照片。"), field=field) from error
    if max(picture.size) < least:
        raise Refused("photo_small", _("照片太小，看不清字。请用手机重新拍一张，四个角都拍进去。"), field=field)
    picture.thumbnail(size)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def open_ticket(ctx: Ctx, person: Person, data: bytes, reason: str, found: str) -> PhotoTicket:
    """Ask a clerk to replace a wrongly accepted photo, or to accept a wrongly refused one (A.7).

    `found` is what the judge says of the new picture, for the clerk to read.
    """
    if open_ticket_of(ctx, person) is not None:
        raise Conflict("ticket_open", _("您已提交过一次更换申请，正在等待处理，请不要重复提交。"))
    ticket = PhotoTicket(person_id=person.id, reason=reason, new_key=ctx.blobs.put(plain_jpeg(data), KIND),
                         old_key=person.photo_key, found=found[:400], state=TicketState.OPEN, created_at=ctx.now)
    ctx.db.add(ticket)
    ctx.db.flush()
    ctx.record("registration.open_ticket", ticket.id)
    return ticket


def open_ticket_of(ctx: Ctx, person: Person) -> PhotoTicket | None:
    """The person's ticket that waits for a clerk."""
    return ctx.db.scalar(select(PhotoTicket).where(PhotoTicket.person_id == person.id,
                                                   PhotoTicket.state == TicketState.OPEN))


def tickets_of(ctx: Ctx, person: Person) -> list[PhotoTicket]:
    """All tickets of a person, the newest first."""
    return list(ctx.db.scalars(select(PhotoTicket).where(PhotoTicket.person_id == person.id)
                               .order_by(PhotoTicket.created_at.desc())))


def settle_ticket(ctx: Ctx, ticket_id: Id, *, accept: bool, answer: str) -> PhotoTicket:
    """A clerk's decision with its reason; on acceptance the old photo stays on file in the ticket (A.7)."""
    ticket = ctx.db.get(PhotoTicket, ticket_id, with_for_update={"of": PhotoTicket})
    if ticket is None:
        raise NotFound("ticket", _("没有找到这份申请。"))
    state = TicketState.ACCEPTED if accept else TicketState.REFUSED
    if state not in MOVES[TicketState(ticket.state)]:
        raise Conflict("ticket_settled", _("这份申请已经处理过了。"))
    if not answer.strip():
        raise Refused("answer", _("请写明处理理由，学员会看到。"), field="answer")
    ticket.state, ticket.answer, ticket.settled_at = state, answer.strip(), ctx.now
    ticket.settled_by = ctx.actor.name
    if accept:
        ticket.person.photo_key, ticket.person.photo_at = ticket.new_key, ctx.now
    tell(ctx, ticket.person, _("您的照片更换申请%(result)s：%(answer)s",
                               result=_("已同意") if accept else _("未同意"), answer=ticket.answer))
    ctx.db.flush()
    ctx.record("registration.settle_ticket", ticket.id, state=state.value)
    return ticket


def _immutable() -> Conflict:
    return Conflict("photo_immutable", _("照片一经上传不可修改。上传有误时，请在“我的档案”提交更换申请。"), field="photo")
