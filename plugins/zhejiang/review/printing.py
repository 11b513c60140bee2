"""附件2 报名表 and 附件3 工作年限证明 filled from data, for one person or a whole batch as one PDF (ZJ-33, ZJ-34)."""
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from PIL import Image
from sqlalchemy import select

from core.api import Ctx, DomainError, NotFound, local_date
from core.api.documents import draw_pdf, join
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.documents.states import DocumentKind, DocumentState
from plugins.zhejiang.review.models import FormPrint
from plugins.zhejiang.review.queries import Case, case_of, cases_of, in_parts
from plugins.zhejiang.review.rules import MOST_JOBS, Month, jobs_from
from plugins.zhejiang.review.states import PrintState

JOB = "zhejiang.print_forms"
KIND = "zjforms"
CHUNK = 5
BOXES: Final[Mapping[DocumentKind, tuple[float, float]]] = {
    DocumentKind.PHOTO: (28, 39), DocumentKind.ID_FRONT: (74, 46.7), DocumentKind.ID_BACK: (74, 46.7)}
"""The places of the pictures, in millimetres."""
BLANK = "\N{NO-BREAK SPACE}" * 4
BLANK_SPAN = "　　　年　　月--　　　年　　月".replace("　", "\N{NO-BREAK SPACE}" * 2)
"""Ideographic blanks side by side would be drawn as one."""


@dataclass(frozen=True)
class Line:
    """One row of the table of 附件3."""

    span: str
    post: str


@dataclass(frozen=True)
class Picture:
    """A picture by the name that the drawing knows it under, in millimetres."""

    name: str
    width: float
    height: float


@dataclass(frozen=True)
class Paper:
    """What both forms say of a person; pictures by the names that the drawing knows them under."""

    name: str = field(repr=False)
    sex: str
    born: date
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    speciality: str
    education: str
    graduated: str
    post: str
    years: str
    total: str
    employer: str
    address: str = field(repr=False)
    email: str = field(repr=False)
    filled_on: date
    by_school: bool
    lines: tuple[Line, ...]
    photo: Picture | None = None
    id_front: Picture | None = None
    id_back: Picture | None = None


def one(ctx: Ctx, candidate: Candidate) -> bytes:
    """Both forms of one person."""
    return _drawn(ctx, case_of(ctx, candidate))


def _drawn(ctx: Ctx, case: Case) -> bytes:
    paper, images = _paper(ctx, case)
    parts = [draw_pdf(ctx, "zhejiang/review/paper_form.html", title="报名表", images=images, papers=[paper])]
    if not case.by_school:
        parts.append(draw_pdf(ctx, "zhejiang/review/paper_years.html", title="工作年限证明", papers=[paper]))
    return join(parts)


def _paper(ctx: Ctx, case: Case) -> tuple[Paper, dict[str, bytes]]:
    held, person, images = case.application, case.person, dict[str, bytes]()
    pictures: dict[str, Picture] = {}
    for kind in (DocumentKind.PHOTO, DocumentKind.ID_FRONT, DocumentKind.ID_BACK):
        row = case.documents.get(kind)
        if row is not None and row.blob_key and row.state in (DocumentState.FIT, DocumentState.WAITING):
            images[kind.value] = ctx.blobs.get(row.blob_key)
            pictures[kind.value] = _fitted(kind, images[kind.value])
    years = "" if held is None or held.years is None else str(held.years)
    left = held.graduated_on if held else None
    return Paper(
        person.name, person.sex, person.born, person.id_number, person.phone, held.speciality if held else "",
        case.candidate.education, f"{left.year}年{left.month}月" if left else "", case.post.name,
        f"{years} 年" if years else "", years or BLANK, case.candidate.employer, held.address if held else "",
        held.email if held else "", local_date(held.filled_at if held else ctx.now), case.by_school, _lines(case),
        **pictures), images


def _fitted(kind: DocumentKind, data: bytes) -> Picture:
    """As large as its place on the paper allows, undistorted."""
    wide, high = BOXES[kind]
    with Image.open(io.BytesIO(data)) as picture:
        scale = min(wide / picture.width, high / picture.height)
        return Picture(kind.value, round(picture.width * scale, 1), round(picture.height * scale, 1))


def _lines(case: Case) -> tuple[Line, ...]:
    jobs = jobs_from(case.application.jobs) if case.application else ()
    found = [Line(f"{_month(job.since)}--{_month(job.until) if job.until else '至今'}", job.post) for job in jobs]
    return tuple([*found, *[Line(BLANK_SPAN, "")] * (MOST_JOBS - len(found))])


def _month(month: Month) -> str:
    return f"{month.year}年{month.month}月"


# a whole batch

def start(ctx: Ctx, batch: Batch) -> FormPrint:
    """Draw the forms of everybody of a batch behind the request; the one that is under way is taken up again."""
    held = ctx.db.scalar(select(FormPrint).where(FormPrint.batch_id == batch.id,
                                                 FormPrint.state == PrintState.RUNNING))
    if held is not None:
        return held
    ids = list(ctx.db.scalars(select(Candidate.id).where(
        Candidate.batch_id == batch.id, Candidate.state != CandidateState.CANCELLED).order_by(Candidate.row)))
    if not ids:
        raise NotFound("nobody", _("这个批次里还没有学员。请先导入报名汇总表。"))
    row = FormPrint(batch_id=batch.id, candidates=[str(one) for one in ids], created_by=ctx.actor.account_id,
                    created_at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.enqueue(JOB, {"print": str(row.id), "from": 0}, key=f"{JOB}:{row.id}:0")
    ctx.record("zhejiang.forms.print", batch.id, people=len(ids))
    return row


def print_of(ctx: Ctx, batch: Batch, print_id: Id) -> FormPrint:
    """A print of this batch; NotFound otherwise."""
    found = ctx.db.get(FormPrint, print_id)
    if found is None or found.batch_id != batch.id:
        raise NotFound("no_print", _("没有找到这份打印文件，请重新生成。"))
    return found


def pdf_of(ctx: Ctx, row: FormPrint) -> bytes:
    """The finished PDF."""
    if row.state != PrintState.DONE or not row.pdf_key:
        raise NotFound("no_print", _("这份打印文件还没有做好，或已按规定清除。请重新生成。"))
    return ctx.blobs.get(row.pdf_key)


def draw_chunk(ctx: Ctx, print_id: Id, begin: int) -> None:
    """Draw the next people; the last chunk joins all parts into one PDF."""
    row = ctx.db.get_one(FormPrint, print_id)
    if row.state != PrintState.RUNNING or row.drawn != begin:
        return
    ids = [UUID(one) for one in row.candidates[begin:begin + CHUNK]]
    people: Sequence[Candidate] = in_parts(ctx, select(Candidate).order_by(Candidate.row), Candidate.id, ids)
    try:
        part = join([_drawn(ctx, case) for case in cases_of(ctx, people)])
    except DomainError as error:
        row.state, row.problem = PrintState.FAILED, error.sentence
        return
    row.parts, row.drawn = [*row.parts, ctx.blobs.put(part, KIND)], begin + len(ids)
    if row.drawn < len(row.candidates):
        ctx.enqueue(JOB, {"print": str(row.id), "from": row.drawn}, key=f"{JOB}:{row.id}:{row.drawn}")
        return
    row.pdf_key = ctx.blobs.put(join(ctx.blobs.get(key) for key in row.parts), KIND)
    row.parts, row.state = [], PrintState.DONE
