"""The lease token: the state that the next beat is judged by, signed, so that a beat needs no look-up to
be judged.

The token is the one-time nonce as well: it carries the number that the next beat must have, and the
lease's row moves that number on in the same statement that accepts a beat. Who replays a token is told the
present state instead.
"""
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, fields
from operator import attrgetter

from core.course.rules import BeatState
from core.tenancy import Ctx

_STATE_FIELDS = [field.name for field in fields(BeatState)]
_state_values = attrgetter(*_STATE_FIELDS)


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose study a token speaks for; ids as text. `epoch` grows with each takeover of the person's lease.

    `base`: slots credited in the enrollment's other lessons; `opened`: in all of them at the first lease after the
    last face check; `watched`: in all of them when the pictures that were due were last looked for.
    """

    lease_id: str
    person_id: str
    enrollment_id: str
    lesson_id: str
    epoch: int
    round: int = 0
    base: int = 0
    opened: int = 0
    watched: int = 0


_LEASE_FIELDS = len(fields(Lease))
_lease_values = attrgetter(*(field.name for field in fields(Lease)))


def beat_key(ctx: Ctx) -> bytes:
    """The tenant's key for lease tokens."""
    return ctx.tenant.keys.derive("study-lease")


def seal(key: bytes, lease: Lease, state: BeatState) -> str:
    """The token of this state, under the tenant's key."""
    body = json.dumps([*_lease_values(lease), *_numbers(state)], separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(key, body))}"


def unseal(key: bytes, token: str) -> tuple[Lease, BeatState] | None:
    """What a token says, or None when this tenant's server did not write it, or an older one did."""
    body_text, _, mac_text = token.partition(".")
    try:
        body, mac = _bytes(body_text), _bytes(mac_text)
    except ValueError:
        return None
    if not hmac.compare_digest(_mac(key, body), mac):
        return None
    values = json.loads(body)
    if len(values) != _LEASE_FIELDS + len(_STATE_FIELDS):
        return None     # from before an upgrade
    return Lease(*values[:_LEASE_FIELDS]), _state(values[_LEASE_FIELDS:])


def pack(state: BeatState) -> str:
    """The state as the lease's row keeps it."""
    return json.dumps(_numbers(state), separators=(",", ":"))


def unpack(text: str) -> BeatState:
    """The state that `pack` wrote."""
    return _state(json.loads(text))


def _numbers(state: BeatState) -> list[int]:
    return [int(value) for value in _state_values(state)]


def _state(numbers: list[int]) -> BeatState:
    named = dict(zip(_STATE_FIELDS, numbers, strict=True))
    playing, closed = bool(named.pop("playing")), bool(named.pop("closed"))
    return BeatState(**named, playing=playing, closed=closed)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"study-lease\0" + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
