"""For a plugin that has to do with certificates: what a person holds, moving a status by an entry with its reason."""
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Unavailable
from core.blacklist import Bar, bar_sentence, barred, barred_people
from core.blacklist import check_not_barred as _check_not_barred
from core.blacklist.service import Wanted
from core.blacklist.service import propose as _propose
from core.certificate.service import issue_first as issue
from core.contract.values import CertificateFacts
from core.identity import person_of
from core.organization import Post
from core.registry import STATUS_TEXTS, Status, certificate, certificate_facts, certificates_of, pull_certificates
from core.registry import lift_abnormal as _lift
from core.registry import set_abnormal as _set
from core.registry.gateway import GatewayDown
from core.registry.queries import holders_of
from core.tenancy import Ctx

NORMAL, ABNORMAL = str(STATUS_TEXTS[Status.NORMAL]), str(STATUS_TEXTS[Status.ABNORMAL])
"""What `CertificateFacts.status` says."""


def held_by(ctx: Ctx, person_id: Id) -> tuple[CertificateFacts, ...]:
    """The certificates of a person, the oldest first."""
    person = person_of(ctx, person_id)
    return tuple(certificate_facts(ctx, held, person) for held in certificates_of(ctx, person))


def holders(ctx: Ctx, person_ids: Sequence[Id], post_id: Id) -> set[Id]:
    """Those of many people who have a certificate of a post on file here; the ministry is not asked (`pull`)."""
    return holders_of(ctx, person_ids, post_id)


def set_abnormal(ctx: Ctx, certificate_id: Id, reason: str) -> None:
    """非正常; the holder reads the reason as 备注. Conflict when the status does not allow it."""
    _set(ctx, certificate(ctx, certificate_id), reason)


def lift_abnormal(ctx: Ctx, certificate_id: Id, reason: str) -> None:
    """非正常 becomes 正常 by an entry with its reason. Conflict for any other status."""
    _lift(ctx, certificate(ctx, certificate_id), reason)


def check_not_barred(ctx: Ctx, person_id: Id) -> None:
    """Refused while the person is on the blacklist: before an enrollment, a test, a certificate (ZJ-14). Several at
    once: `barred` by ID number, `barred_people`; with `bar_sentence`."""
    _check_not_barred(ctx, person_of(ctx, person_id))


def propose_bar(ctx: Ctx, person_id: Id, institution_id: Id, months: int, reason: str) -> None:
    """Propose somebody for the blacklist from today on (ZJ-14); it holds once another has confirmed it. Conflict while
    a bar of the same person waits or holds."""
    person, today = person_of(ctx, person_id), local_date(ctx.now)
    _propose(ctx, Wanted(person.id_number, person.name, today, _months_after(today, months), reason,
                         institution_id=institution_id))


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def pull(ctx: Ctx, person_id: Id) -> None:
    """Bring what is held here up to what the ministry holds, now (N-18). Refused for another name there, Unavailable
    while it does not answer."""
    try:
        pull_certificates(ctx, person_of(ctx, person_id))
    except GatewayDown as error:
        raise Unavailable("registry_down", _("证书登记系统暂时没有回应，请稍后再试。")) from error


def issue_first(ctx: Ctx, person_id: Id, post_id: Id, province: str) -> CertificateFacts:
    """首次取证: the certificate of who has passed the test (ZJ-30); Conflict for who holds one of the post."""
    person = person_of(ctx, person_id)
    return certificate_facts(ctx, issue(ctx, person, ctx.db.get_one(Post, post_id), province), person)


__all__ = ["ABNORMAL", "NORMAL", "Bar", "bar_sentence", "barred", "barred_people", "check_not_barred", "held_by",
           "holders", "issue_first", "lift_abnormal", "propose_bar", "pull", "set_abnormal"]
