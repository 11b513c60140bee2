"""For a plugin that has to do with certificates: what a person holds, moving a status by an entry with its reason."""
from core.base.db import Id
from core.blacklist import Bar, bar_sentence, barred
from core.blacklist import check_not_barred as _check_not_barred
from core.contract.values import CertificateFacts
from core.identity import person_of
from core.registry import STATUS_TEXTS, Status, certificate, certificate_facts, certificates_of
from core.registry import lift_abnormal as _lift
from core.registry import set_abnormal as _set
from core.tenancy import Ctx

NORMAL, ABNORMAL = str(STATUS_TEXTS[Status.NORMAL]), str(STATUS_TEXTS[Status.ABNORMAL])
"""What `CertificateFacts.status` says."""


def held_by(ctx: Ctx, person_id: Id) -> tuple[CertificateFacts, ...]:
    """The certificates of a person, the oldest first."""
    person = person_of(ctx, person_id)
    return tuple(certificate_facts(ctx, held, person) for held in certificates_of(ctx, person))


def set_abnormal(ctx: Ctx, certificate_id: Id, reason: str) -> None:
    """非正常; the holder reads the reason as 备注. Conflict when the status does not allow it."""
    _set(ctx, certificate(ctx, certificate_id), reason)


def lift_abnormal(ctx: Ctx, certificate_id: Id, reason: str) -> None:
    """非正常 becomes 正常 by an entry with its reason. Conflict for any other status."""
    _lift(ctx, certificate(ctx, certificate_id), reason)


def check_not_barred(ctx: Ctx, person_id: Id) -> None:
    """Refused while the person is on the blacklist: before an enrollment, a test, a certificate (ZJ-14). Several at
    once: `barred`, with `Bar.until` and `bar_sentence`."""
    _check_not_barred(ctx, person_of(ctx, person_id))


__all__ = ["ABNORMAL", "NORMAL", "Bar", "bar_sentence", "barred", "check_not_barred", "held_by", "lift_abnormal",
           "set_abnormal"]
