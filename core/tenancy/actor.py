"""Who is acting: a frozen value that knows no account table."""
from dataclasses import dataclass, field
from enum import StrEnum

from core.base.db import Id


class Role(StrEnum):
    TRAINEE = "trainee"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    REGULATOR = "regulator"
    AUDITOR = "auditor"
    INVIGILATOR = "invigilator"
    WITNESS = "witness"
    HOTLINE = "hotline"
    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Actor:
    """`restricted` holds an account that may reach nothing but the page which changes its password."""

    account_id: Id | None = None
    person_id: Id | None = None
    name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    organization_id: Id | None = None
    city: str | None = None
    session_id: str | None = None
    address: str | None = None
    restricted: bool = False

    @property
    def signed_in(self) -> bool:
        return self.account_id is not None


NOBODY = Actor()
