"""What anybody may learn of a certificate or proof: masked, and as it stands today."""
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.ids import mask_id_number, mask_name
from core.certificate.issuing import CERTIFICATE, current_issue, title_of
from core.certificate.models import CertificateIssue, Proof
from core.certificate.states import Standing
from core.documents import Document
from core.identity import Person, person_of
from core.registry import Certificate, Kind, Status, by_number, certificate, status_of
from core.tenancy import Ctx

STANDINGS = {
    Status.NORMAL: Standing.VALID, Status.ABNORMAL: Standing.ABNORMAL, Status.SUSPENDED: Standing.SUSPENDED,
    Status.VOID: Standing.VOIDED, Status.CANCELLED: Standing.CANCELLED,
}


@dataclass(frozen=True)
class Verified:
    """One finding, safe to show to the public; `photo` only for who holds the document or its QR code."""

    title: str
    number: str
    name: str
    id_number: str
    post: str
    issuer: str
    issued_at: datetime
    years: tuple[str, ...]
    standing: Standing
    as_of: datetime
    token: str | None = None
    photo: bool = False


def verify_document(ctx: Ctx, document: Document) -> Verified | None:
    """The standing of one frozen document; None for a kind that is not public."""
    if document.kind == CERTIFICATE:
        issued = ctx.db.scalar(select(CertificateIssue).where(CertificateIssue.document_id == document.id))
        return _issue(ctx, issued, with_photo=True) if issued else None
    proof = ctx.db.scalar(select(Proof).where(Proof.document_id == document.id))
    return _proof(ctx, proof, with_photo=True) if proof else None


def verify_number(ctx: Ctx, number: str) -> list[Verified]:
    """All certificates and proofs with a number. Without photo: numbers can be counted up by anybody."""
    found = [_certificate(ctx, held) for held in by_number(ctx, number)]
    proofs = ctx.db.scalars(select(Proof).where(Proof.number == number))
    return found + [_proof(ctx, proof, with_photo=False) for proof in proofs]


def holder(ctx: Ctx, document: Document) -> Person | None:
    """Whose document it is."""
    if document.kind == CERTIFICATE:
        return person_of(ctx, certificate(ctx, document.subject_id).person_id)
    proof = ctx.db.scalar(select(Proof).where(Proof.document_id == document.id))
    return person_of(ctx, proof.person_id) if proof else None


def _certificate(ctx: Ctx, held: Certificate) -> Verified:
    issued = current_issue(ctx, held)
    if issued is not None:
        return _issue(ctx, issued, with_photo=False)
    person = person_of(ctx, held.person_id)
    return Verified(
        title=_("岗位证书") if held.kind == Kind.PAPER else title_of(ctx, held), number=held.number,
        name=mask_name(person.name), id_number=mask_id_number(person.id_number), post=held.post.name,
        issuer=held.issuer, issued_at=held.created_at, years=(), standing=STANDINGS[status_of(held)], as_of=ctx.now)


def _issue(ctx: Ctx, issued: CertificateIssue, *, with_photo: bool) -> Verified:
    held = certificate(ctx, issued.certificate_id)
    person, rules = person_of(ctx, held.person_id), ctx.rules().certificate
    newest = current_issue(ctx, held)
    standing = STANDINGS[status_of(held)]
    if standing is Standing.VALID and newest is not None and newest.version != issued.version:
        standing = Standing.SUPERSEDED
    return Verified(
        title=title_of(ctx, held), number=held.number, name=mask_name(person.name),
        id_number=mask_id_number(person.id_number), post=held.post.name, issuer=held.issuer,
        issued_at=issued.issued_at, standing=standing, as_of=ctx.now,
        years=tuple(rules.year_line.format(year=year, hours=hours) for year, hours in issued.years),
        token=issued.document.token if with_photo else None, photo=with_photo and person.photo_key is not None)


def _proof(ctx: Ctx, proof: Proof, *, with_photo: bool) -> Verified:
    person, rules = person_of(ctx, proof.person_id), ctx.rules().certificate
    return Verified(
        title=_("继续教育学时证明"), number=proof.number, name=mask_name(person.name),
        id_number=mask_id_number(person.id_number), post=proof.post.name, issuer=rules.issuer,
        issued_at=proof.issued_at, years=(rules.year_line.format(year=proof.year, hours=proof.hours),),
        standing=Standing.VALID if proof.withdrawn_at is None else Standing.WITHDRAWN, as_of=ctx.now,
        token=proof.document.token if with_photo else None, photo=with_photo and person.photo_key is not None)
