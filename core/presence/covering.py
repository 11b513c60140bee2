"""How well credited hours are covered by pictures, hour by hour (C-03, N-45 c)."""
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from core.base.db import Id
from core.presence.drawing import due_slots
from core.presence.models import Snapshot
from core.presence.queries import snapshot_key
from core.presence.states import ABSENT, DOUBTFUL, MATCHED
from core.tenancy import Ctx


@dataclass(frozen=True)
class HourCoverage:
    """One class hour, counted from 1: pictures due so far, those with a person on them, those that show the right
    one. `whole`: all of its slots are credited."""

    number: int
    due: int
    taken: int
    matched: int
    whole: bool

    @property
    def bare(self) -> bool:
        """Ground (c): the hour is over and nobody is to be seen."""
        return self.whole and not self.taken


@dataclass(frozen=True)
class Coverage:
    """The hours of a round; `doubtful` pictures are for the auditor to look at."""

    hours: tuple[HourCoverage, ...]
    doubtful: int

    @property
    def due(self) -> int:
        return sum(hour.due for hour in self.hours)

    @property
    def taken(self) -> int:
        return sum(hour.taken for hour in self.hours)

    @property
    def matched(self) -> int:
        return sum(hour.matched for hour in self.hours)

    @property
    def bare(self) -> tuple[HourCoverage, ...]:
        return tuple(hour for hour in self.hours if hour.bare)

    @property
    def short(self) -> tuple[HourCoverage, ...]:
        """Hours with some of their pictures missing, but not all: still valid, worth a look at the camera."""
        return tuple(hour for hour in self.hours if 0 < hour.taken < hour.due)


_VERDICTS = select(Snapshot.slot, Snapshot.verdict).where(
    Snapshot.enrollment_id == bindparam("enrollment_id"), Snapshot.round == bindparam("round"))


def coverage(ctx: Ctx, enrollment_id: Id, credited_slots: int, round_: int = 0, since: int = 0) -> Coverage:
    """The coverage of the slots from `since`, where the round began, up to `credited_slots`."""
    rules, key = ctx.rules(), snapshot_key(ctx)
    slots = rules.hours.hour_seconds // rules.hours.slot_seconds
    verdicts: dict[int, str] = {slot: verdict for slot, verdict in ctx.db.execute(
        _VERDICTS, {"enrollment_id": enrollment_id, "round": round_})}
    hours = []
    for hour in range(since // slots, (credited_slots + slots - 1) // slots):
        due = [slot for slot in due_slots(key, enrollment_id, hour, slots, rules.presence.snapshots_min_per_hour,
                                          rules.presence.snapshots_max_per_hour, round_)
               if since <= slot < credited_slots]
        seen = [verdicts[slot] for slot in due if slot in verdicts and verdicts[slot] not in ABSENT]
        hours.append(HourCoverage(hour + 1, len(due), len(seen), sum(one in MATCHED for one in seen),
                                  since <= hour * slots and (hour + 1) * slots <= credited_slots))
    return Coverage(tuple(hours), sum(verdict in DOUBTFUL for verdict in verdicts.values()))
