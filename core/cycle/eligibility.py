"""Pure rules of X-18: which old certificates a tenant takes, by issuer, year of issue and post."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Accepted:
    """What a tenant takes; what is empty or 0 restricts nothing (GD-02, GD-03)."""

    issuers: Sequence[str] = ()
    issued_from: int = 0
    issued_to: int = 0
    posts: Sequence[str] = ()


class NotAccepted(StrEnum):
    """Why a certificate is not taken."""

    ISSUER = "issuer"
    ISSUED_ON = "issued_on"
    POST = "post"


def not_accepted(accepted: Accepted, *, issuer: str, issued_on: date, post: str,
                 electronic: bool) -> tuple[NotAccepted, ...]:
    """Every reason at once. The electronic certificate is what the old one was replaced by, so it is never refused:
    its holder goes on learning each year (N-57)."""
    if electronic:
        return ()
    found = []
    if accepted.issuers and issuer not in accepted.issuers:
        found.append(NotAccepted.ISSUER)
    if (accepted.issued_from and issued_on.year < accepted.issued_from) or (
            accepted.issued_to and issued_on.year > accepted.issued_to):
        found.append(NotAccepted.ISSUED_ON)
    if accepted.posts and post not in accepted.posts:
        found.append(NotAccepted.POST)
    return tuple(found)
