"""Since when the ledger stands full (C-20): from what was learnt when, not from when it was given back."""
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from core.course.ledger import Kind, Part, full_since
from core.course.places import places_of

DUE = {Part.GENERAL: 10, Part.PROFESSIONAL: 20}
DAY = [datetime(2020, 12, day, tzinfo=UTC) for day in range(1, 11)]


@dataclass(frozen=True)
class Line:
    id: int
    kind: str
    part: str
    slots: int
    at: datetime
    answers_id: int | None = None

    @property
    def lesson_id(self) -> str:
        return self.part


def credit(number: int, part: Part, slots: int, day: int, answers: int | None = None) -> Line:
    return Line(number, Kind.CREDIT, part, slots, DAY[day], answers)


FULL = [credit(1, Part.GENERAL, 10, 1), credit(2, Part.PROFESSIONAL, 20, 3)]
CLEAR = Line(3, Kind.CLEAR, Part.PROFESSIONAL, 20, DAY[5], 2)


@pytest.mark.parametrize(("lines", "since"), [
    ([], None),
    (FULL, DAY[3]),
    (FULL[:1], None),
    # hours above the due of a part do not fill another, and do not move the moment (A.7)
    ([*FULL, credit(9, Part.GENERAL, 5, 6)], DAY[3]),
    ([credit(1, Part.GENERAL, 30, 1)], None),
    ([*FULL, CLEAR], None),
    # learnt again after a clearing: from the second time
    ([*FULL, CLEAR, credit(4, Part.PROFESSIONAL, 20, 7)], DAY[7]),
    # an upheld appeal: from the first time
    ([*FULL, CLEAR, Line(4, Kind.RESTORE, Part.PROFESSIONAL, 20, DAY[8], 3)], DAY[3]),
    # learned again before the appeal was upheld: from the first time, and counted once
    ([*FULL, CLEAR, credit(4, Part.PROFESSIONAL, 10, 7), Line(5, Kind.RESTORE, Part.PROFESSIONAL, 20, DAY[8], 3)],
     DAY[3]),
    # cleared once more after that
    ([*FULL, CLEAR, Line(4, Kind.RESTORE, Part.PROFESSIONAL, 20, DAY[8], 3),
      Line(5, Kind.CLEAR, Part.PROFESSIONAL, 20, DAY[9], 4)], None),
    # what waited for a proof counts from when it was learnt
    ([FULL[0], Line(2, Kind.PENDING, Part.PROFESSIONAL, 20, DAY[2])], None),
    ([FULL[0], Line(2, Kind.PENDING, Part.PROFESSIONAL, 20, DAY[2]), credit(3, Part.PROFESSIONAL, 20, 9, 2)], DAY[2]),
])
def test_full_since(lines: list[Line], since: datetime | None) -> None:
    places = {line: mine for part in Part
              for line, mine in places_of([one for one in lines if one.part == part]).items()}
    assert full_since(lines, DUE, places) == since
