"""For a plugin that hands out what was issued: proofs of hours and electronic certificates."""
from core.audit.queries import passed_case
from core.base.db import Id
from core.certificate.issuing import current_issue
from core.certificate.proofs import issue_proof
from core.cycle import enrollment
from core.documents import frozen_bytes
from core.identity import person_of
from core.registry import Status, certificates_of, status_of
from core.tenancy import Ctx

__all__ = ["certificate_pdfs", "proof_pdf"]


def proof_pdf(ctx: Ctx, enrollment_id: Id, site: str) -> bytes | None:
    """学时证明 of an enrollment, issued now if nobody has asked for it before; None while the hours have not passed.

    `site`: the portal's address in the request behind which this is done (`request.host_url`)."""
    if passed_case(ctx, enrollment(ctx, enrollment_id).id) is None:
        return None
    return frozen_bytes(ctx, issue_proof(ctx, enrollment_id, site=site).document)


def certificate_pdfs(ctx: Ctx, person_id: Id, post: str) -> list[tuple[str, bytes]]:
    """(number, newest version) of each electronic certificate of a post that is 正常."""
    found = []
    for held in certificates_of(ctx, person_of(ctx, person_id)):
        issue = current_issue(ctx, held)
        if held.post.name == post and issue is not None and status_of(held) is Status.NORMAL:
            found.append((held.number, frozen_bytes(ctx, issue.document)))
    return found
