"""注销: what a bar does to the certificates held, and how an overturned one gives them back (ZJ-14)."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.blacklist.models import BarEntry
from core.identity import Person
from core.registry import (
    Certificate,
    RegistryHolding,
    Status,
    cancel_certificate,
    certificates_of,
    reinstate,
    status_of,
)
from core.registry.states import may_become
from core.tenancy import Ctx

HELD, HOLDING = "certificate", "holding"


@dataclass(frozen=True)
class Cancelled:
    """A certificate, or what the ministry's registry holds, and its status before."""

    kind: str
    id: Id
    before: Status
    number: str

    def kept(self) -> list[str]:
        """As it lies in the database."""
        return [self.kind, str(self.id), self.before.value, self.number]


def cancel(ctx: Ctx, bar: BarEntry, person: Person | None) -> list[Cancelled]:
    """Cancel whatever is not ended already; also what the registry holds of somebody who has no account."""
    reason = _("列入黑名单，证书注销")
    gone = []
    for held in certificates_of(ctx, person, foreign=True) if person is not None else []:
        ctx.db.refresh(held, with_for_update={"of": Certificate})
        before = status_of(held)
        if may_become(before, Status.CANCELLED):
            cancel_certificate(ctx, held, reason)
            gone.append(Cancelled(HELD, held.id, before, held.number))
    for holding in _holdings(ctx, bar.id_number_mac):
        before = Status(holding.status)
        if may_become(before, Status.CANCELLED):
            holding.status, holding.remark, holding.updated_at = Status.CANCELLED, reason, ctx.now
            gone.append(Cancelled(HOLDING, holding.id, before, holding.number))
    ctx.db.flush()
    return gone


def _holdings(ctx: Ctx, mac: str) -> Sequence[RegistryHolding]:
    return ctx.db.scalars(select(RegistryHolding).where(RegistryHolding.id_number_mac == mac).with_for_update(
        of=RegistryHolding)).all()


def give_back(ctx: Ctx, confirmed: BarEntry, reason: str) -> None:
    """Each certificate that this bar cancelled has its status of before again, by an entry with the reason."""
    for kind, found, before, _number in confirmed.cancelled:
        if kind == HELD:
            reinstate(ctx, ctx.db.get_one(Certificate, Id(found)), Status(before), reason)
            continue
        holding = ctx.db.get_one(RegistryHolding, Id(found))
        if holding.status == Status.CANCELLED:
            holding.status, holding.remark, holding.updated_at = Status(before), reason[:200], ctx.now
    ctx.db.flush()
