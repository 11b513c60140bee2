"""The port to the ministry's registry (M), and the embedded registry that stands in for it.

The ministry's own interface is not public; an adapter to it adds itself to `GATEWAYS`.
"""
from typing import Protocol

from sqlalchemy import select

from core.registry.models import RegistryHolding
from core.registry.sheet import Holding
from core.registry.states import Kind, Status
from core.tenancy import Ctx


class GatewayDown(Exception):
    """The registry did not answer; the job tries again, and the page says so."""


class MinistryGateway(Protocol):
    """What the platform asks of the ministry."""

    def holdings(self, ctx: Ctx, id_number: str) -> list[Holding]:
        """All certificates of the person with this ID number; raises GatewayDown."""


class EmbeddedRegistry:
    """Answers from the table that an administrator fills by a sheet."""

    def holdings(self, ctx: Ctx, id_number: str) -> list[Holding]:
        rows = ctx.db.scalars(select(RegistryHolding).where(RegistryHolding.id_number_mac == ctx.mac(id_number))
                              .order_by(RegistryHolding.issued_on, RegistryHolding.id))
        return [Holding(row.name, row.id_number, row.post.name, row.number, row.issuer, row.province, row.issued_on,
                        Status(row.status), row.remark, Kind(row.kind)) for row in rows]


GATEWAYS: dict[str, MinistryGateway] = {"embedded": EmbeddedRegistry()}


def gateway(ctx: Ctx) -> MinistryGateway:
    """The registry that this tenant asks."""
    return GATEWAYS["embedded"]
