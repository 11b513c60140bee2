"""Each row of the manuals is cited by a test, or stands in docs/coverage.md with its reason."""
import re

import pytest

from core.base.config import ROOT

LAST = {"N": 57, "JL": 18, "GD": 27, "BJ": 16, "ZJ": 37, "X": 29}
"""How many rows each manual has; X: where the manuals contradict each other (A.6)."""
ROW = re.compile(rf"\b({'|'.join(LAST)})-(\d\d)\b")
EXPLAINED = re.compile(rf"\| ({'|'.join(LAST)})-(\d\d) \| .{{10,}}")
ROWS = [f"{manual}-{number:02}" for manual, last in LAST.items() for number in range(1, last + 1)]


@pytest.fixture(scope="module")
def cited() -> set[str]:
    return {"-".join(row) for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_rows.py"
            for row in ROW.findall(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def explained() -> set[str]:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    return {"-".join(found.groups()) for line in page.splitlines() if (found := EXPLAINED.match(line))}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_cited_or_explained(row: str, cited: set[str], explained: set[str]) -> None:
    assert row in cited | explained
