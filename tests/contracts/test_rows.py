"""Each national row is cited by a test, or stands in docs/coverage.md with its reason."""
import re

import pytest

from core.base.config import ROOT

ROW = re.compile(r"\bN-(\d\d)\b")
SPAN = re.compile(r"\bN-(\d\d) ?… ?N-(\d\d)\b")


def cited_in_tests() -> set[int]:
    found: set[int] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path.name != "test_rows.py":
            found |= {int(number) for number in ROW.findall(path.read_text(encoding="utf-8"))}
    return found


def explained() -> set[int]:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    return {int(number) for line in page.splitlines() if re.match(r"\| N-\d\d \| .{10,}", line)
            for number in ROW.findall(line)[:1]}


@pytest.mark.parametrize("row", range(1, 58))
def test_a_row_is_cited_or_explained(row: int) -> None:
    assert row in cited_in_tests() | explained()
