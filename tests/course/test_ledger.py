"""The ledger's arithmetic and the lease token (N-25, N-30, N-45; A1 L4, L16)."""
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.course.ledger import (
    ANSWERS, Due, Held, Kind, Part, clearable, outcomes, progress_of, restorable, standing, voided, waiting)
from core.course.rules import BeatState
from core.course.tokens import Lease, pack, seal, unpack, unseal


@dataclass(frozen=True)
class Row:
    id: str
    kind: Kind
    part: Part
    slots: int
    answers_id: str | None = None


@pytest.mark.parametrize("due, general, professional, hours, done", [
    (Due(10, 22), 0, 0, 0, False),
    (Due(10, 22), 60, 0, 10, False),
    (Due(10, 22), 60, 131, 31, False),
    (Due(10, 22), 60, 132, 32, True),
    (Due(10, 22), 90, 132, 32, True),
    (Due(10, 22), 59, 500, 31, False),
    (Due(0, 22, 10), 0, 0, 10, False),
    (Due(0, 22, 10), 0, 132, 32, True),
    (Due(10, 22), -6, 5, 0, False),
])
def test_progress(due: Due, general: int, professional: int, hours: int, done: bool) -> None:
    """N-30, N-25: 32 = 10 general + 22 professional; exempted hours count as learned; never above the due.
    """
    progress = progress_of(Held(general), Held(professional), due, 6)
    assert (progress.credited_hours, progress.total_hours, progress.done) == (hours, 32, done)


@pytest.mark.parametrize("held, credited, waits, owed", [
    (Held(0, 9), 0, 9, 3), (Held(5, 9), 5, 7, 0), (Held(12, 3), 12, 0, 0), (Held(-1, 2), 0, 2, 10),
])
def test_what_waits_is_learned_and_does_not_count(held: Held, credited: int, waits: int, owed: int) -> None:
    """C-02: what waits for a face completes nothing, and is not to be learned again."""
    progress = progress_of(held, Held(), Due(2, 0), 6)
    assert (progress.credited_slots, progress.waiting_slots, progress.owed_of(Part.GENERAL)) == (credited, waits, owed)
    assert progress.learned_slots == credited + waits and progress.done is (credited == 12)


MOVE = st.tuples(st.sampled_from(list(Kind)), st.booleans(), st.integers(1, 9), st.integers(0, 50))


@given(st.lists(MOVE, max_size=60))
def test_the_standing_is_what_was_not_taken_back(moves: list[tuple[Kind, bool, int, int]]) -> None:
    """N-45, N-47, C-02: a clear takes one credit back once, a restore gives it back once; what waits counts nothing
    until a credit answers it, also when a clearing ended the waiting in between; nothing goes below zero.
    """
    rows: list[Row] = []
    stands: dict[str, tuple[Kind, int]] = {}
    for number, (kind, alone, slots, pick) in enumerate(moves):
        alone = alone and None in ANSWERS[kind]
        answerable = [row for row in rows if row.id in stands and row.kind in ANSWERS[kind]]
        if alone:
            rows.append(Row(str(number), kind, Part.GENERAL, slots))
        elif answerable:
            target = answerable[pick % len(answerable)]
            rows.append(Row(str(number), kind, Part.GENERAL, target.slots, target.id))
            del stands[target.id]
        else:
            continue
        stands[str(number)] = (kind, rows[-1].slots)
    counting = {key: slots for key, (kind, slots) in stands.items() if kind in (Kind.CREDIT, Kind.RESTORE)}
    assert standing(rows) == standing(rows, Part.GENERAL) == sum(counting.values()) >= 0
    assert {row.id for row in clearable(rows)} == set(counting)
    assert [{row.id for row in found(rows)} for found in (restorable, waiting, voided)] == [
        {key for key, (of, _slots) in stands.items() if of is kind}
        for kind in (Kind.CLEAR, Kind.PENDING, Kind.VOID)]
    assert all(outcomes(rows)[key] is kind for key, (kind, _slots) in stands.items())


KEY = b"k" * 32
LEASE = Lease("lease", "person", "enrollment", "lesson", 3)
STATE = BeatState(5, 10**12, 2000, 12_300, 4000, 4, 12, 10**9, True, 17, 10**12, 2000, 8, 2)


def test_a_token_says_what_was_sealed() -> None:
    """L4: state, lease and epoch come back as they were, with their types."""
    found = unseal(KEY, seal(KEY, LEASE, STATE))
    assert found == (LEASE, STATE)
    assert unpack(pack(replace(STATE, closed=True))) == replace(STATE, closed=True)


@given(st.data())
def test_a_touched_token_is_nobodys(data: st.DataObject) -> None:
    """L4, L5: one changed character anywhere and the token is refused; no other tenant's key opens it."""
    token = seal(KEY, LEASE, STATE)
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("ABCabc019-_.").filter(lambda c: c != token[place]))
    changed = token[:place] + other + token[place + 1:]
    found = unseal(KEY, changed)
    assert found is None or (place == token.index(".") - 1 and found == (LEASE, STATE))
    assert unseal(b"x" * 32, token) is None


@given(st.text(max_size=80))
def test_nonsense_is_no_token(text: str) -> None:
    """L5: whatever is sent as a token, the answer is a plain no."""
    assert unseal(KEY, text) is None
