"""What is drawn by lot: the actions of a face check, and when snapshots are due. Pure but for `by_secrets`."""
import hmac
from collections.abc import Collection, Sequence
from functools import lru_cache
from secrets import SystemRandom

from core.base.db import Id
from core.presence.liveness import TURNS, Action

_system = SystemRandom()


def by_secrets(allowed: Sequence[Action], count: int) -> list[Action]:
    """Different actions from the operating system's randomness, in drawn order; nothing can seed it. At least one is a
    turn where the tenant allows any: turns prove depth, nod and open mouth add surprise only (faces §3). Drawn anew
    until it is so, which leaves every such order equally likely: 1 in 10 for two of four."""
    while True:
        drawn = _system.sample(list(allowed), max(1, min(count, len(allowed))))
        if TURNS.intersection(drawn) or not TURNS.intersection(allowed):
            return drawn


def instead_of(drawn: Sequence[str], step: int, unfit: Collection[str], allowed: Sequence[Action]) -> list[str]:
    """The drawn actions; an unfit one at `step` gives way to an allowed one that was not drawn."""
    others = [action.value for action in allowed if action not in drawn and action not in unfit]
    if drawn[step] not in unfit or not others:
        return list(drawn)
    return [*drawn[:step], _system.choice(others), *drawn[step + 1:]]


@lru_cache(maxsize=16_384)
def due_slots(key: bytes, enrollment_id: Id, hour: int, slots: int, least: int, most: int,
              round_: int = 0) -> tuple[int, ...]:
    """The credited slots of one class hour at which a picture is due: `least` to `most` of its `slots`, at least
    one. They follow from the tenant's secret key, so nobody outside can foresee them, and nothing is stored; each
    beat of an hour asks for the same again."""
    def lot(what: str) -> bytes:
        return hmac.digest(key, f"{enrollment_id}:{round_}:{hour}:{what}".encode(), "sha256")

    span = max(most, least) - least + 1
    count = max(1, min(slots, least + int.from_bytes(lot("count")[:4], "big") % span))
    ranked = sorted(range(slots), key=lambda slot: lot(f"slot {slot}"))
    return tuple(sorted(hour * slots + slot for slot in ranked[:count]))


def due_between(key: bytes, enrollment_id: Id, before: int, after: int, slots: int, least: int, most: int,
                round_: int = 0) -> tuple[int, ...]:
    """The due slots among those credited since: `before` and `after` count credited slots of the enrollment."""
    if after <= before:
        return ()
    hours = range(before // slots, (after - 1) // slots + 1)
    return tuple(slot for hour in hours for slot in due_slots(key, enrollment_id, hour, slots, least, most, round_)
                 if before <= slot < after)
