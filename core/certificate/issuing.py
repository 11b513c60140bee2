"""Drawing and freezing: what a proof and a certificate say, taken from the record at the moment of issue."""
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.base.db import Id
from core.base.errors import Refused, Unavailable
from core.base.ids import group_id_number
from core.certificate.models import CertificateIssue, NumberSeries
from core.certificate.rules import YearLine, year_lines
from core.documents import Document, draw, freeze, new_token, qr_png, site_of
from core.identity import Person, person_of
from core.organization import class_of
from core.registry import Certificate, hours_on_record
from core.tenancy import Ctx

CERTIFICATE = "certificate"
PROOF = "proof"


@dataclass(frozen=True)
class Paper:
    """One document about to be issued: template, what it is of, how its file is called."""

    kind: str
    template: str
    title: str
    filename: str
    number: str


def next_serial(ctx: Ctx, series: str) -> int:
    """The next serial of a series, from 1; its row is locked until the transaction ends."""
    insert = postgresql.insert if ctx.db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(NumberSeries).values(series=series, last=1)
    statement = statement.on_conflict_do_update(index_elements=[NumberSeries.series],
                                                set_={"last": NumberSeries.last + 1})
    return ctx.db.execute(statement.returning(NumberSeries.last)).scalar_one()


def photo_of(ctx: Ctx, person: Person) -> bytes:
    """The photo on file; without one nothing is issued (GD-26). Unavailable when the store has lost it."""
    if person.photo_key is None:
        raise Refused("photo_missing", _("您还没有上传头像，不能出具证书和证明。请先到“基本信息”上传头像。"))
    try:
        return ctx.blobs.get(person.photo_key)
    except (OSError, ValueError) as error:
        raise Unavailable("photo_lost", _("头像暂时读不出来，没有出具。请稍后再试，仍不行请联系平台客服。")) from error


VERIFY = "verify/q/"
"""Where `certificate.verify_token` stands, for who issues behind a request."""


def issue(ctx: Ctx, person: Person, paper: Paper, subject_id: Id, *, site: str = "", **variables: object) -> Document:
    """Draw a document with photo and QR code, and freeze it; DrawingError when it cannot be drawn.

    `site`: the address of the portal as the request had it that asked for this one, `https://host/`; where it is
    drawn within a request that is known.
    """
    token = new_token()
    address = f"{site}{VERIFY}{token}" if site else url_for("certificate.verify_token", token=token, _external=True)
    pdf = draw(ctx, paper.template, title=paper.title,
               images={"photo": photo_of(ctx, person), "qr": qr_png(address)},
               number=paper.number, name=person.name, id_number=group_id_number(person.id_number),
               site=site_of(address), issuer=ctx.rules().certificate.issuer, issued_on=ctx.now, **variables)
    return freeze(ctx, pdf, kind=paper.kind, token=token, filename=paper.filename, subject_id=subject_id)


def lines_of(ctx: Ctx, held: Certificate, person: Person) -> tuple[YearLine, ...]:
    """The complete years on record for the certificate's post."""
    hours = ctx.rules().hours
    records = [(line.year, line.hours) for line in hours_on_record(ctx, person) if line.post.id == held.post_id]
    return year_lines(records, hours.general + hours.professional)


def current_issue(ctx: Ctx, held: Certificate) -> CertificateIssue | None:
    """The newest frozen version of an electronic certificate."""
    return ctx.db.scalar(select(CertificateIssue).where(CertificateIssue.certificate_id == held.id)
                         .order_by(CertificateIssue.version.desc()).limit(1))


def issues_of(ctx: Ctx, held: Certificate) -> list[CertificateIssue]:
    """All frozen versions, the newest first."""
    return list(ctx.db.scalars(select(CertificateIssue).where(CertificateIssue.certificate_id == held.id)
                               .order_by(CertificateIssue.version.desc())))


def title_of(ctx: Ctx, held: Certificate) -> str:
    """What an electronic certificate is called (GD-26), for its class of persons (X-24)."""
    return class_of(ctx, held.post).certificate_title or ctx.rules().certificate.title


def issue_version(ctx: Ctx, held: Certificate) -> CertificateIssue:
    """The next version with the years on record now (GD-26, N-57); earlier ones stay as they are."""
    person = person_of(ctx, held.person_id)
    lines = lines_of(ctx, held, person)
    rules = ctx.rules().certificate
    latest = ctx.db.scalar(select(func.max(CertificateIssue.version))
                           .where(CertificateIssue.certificate_id == held.id)) or 0
    of = class_of(ctx, held.post)
    paper = Paper(CERTIFICATE, "documents/certificate.html", title_of(ctx, held),
                  f"{held.post.name}_{held.number}.pdf", held.number)
    texts = [rules.year_line.format(year=line.year, hours=line.hours) for line in lines]
    document = issue(ctx, person, paper, held.id, post=held.post.name, lines=texts,
                     statement=of.certificate_statement or rules.statement, learns=of.continuing_education)
    version = CertificateIssue(certificate_id=held.id, version=latest + 1, document_id=document.id,
                               document=document, years=[[line.year, line.hours] for line in lines],
                               issued_at=ctx.now)
    ctx.db.add(version)
    ctx.db.flush()
    ctx.record("certificate.issue", held.id, version=version.version, sha256=document.sha256)
    return version


def newer_years(ctx: Ctx, held: Certificate, person: Person) -> bool:
    """Whether the record has a complete year that the newest version does not carry (N-57)."""
    issued = current_issue(ctx, held)
    shown = [[line.year, line.hours] for line in lines_of(ctx, held, person)]
    return issued is None or issued.years != shown
