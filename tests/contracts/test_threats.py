"""Each threat to the hours is attacked by a test, and docs/threats.md names it with its defence."""
import re
from functools import cache

import pytest

from core.base.config import ROOT

THREATS = [f"L{number}" for number in range(1, 18)]
TEST = re.compile(r"^def (test_\w+)\(.*?^    \"\"\"(.*?)\"\"\"", re.MULTILINE | re.DOTALL)


@cache
def words_of(folder: str) -> dict[str, str]:
    """Test → its docstring."""
    return {name: words for path in (ROOT / "tests" / folder).rglob("test_*.py")
            for name, words in TEST.findall(path.read_text(encoding="utf-8"))}


@cache
def page() -> str:
    return (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_is_attacked_and_explained(threat: str) -> None:
    """A line of the page for each of L1 … L17; every test that it names exists and cites the threat, and one at least
    lies in the attack suite."""
    line, = (line for line in page().splitlines() if line.startswith(f"| {threat} |"))
    named = re.findall(r"`(test_\w+)`", line)
    for name in named:
        assert re.search(rf"\b{threat}\b", words_of(".")[name]), name
    assert set(named) & set(words_of("attacks"))


def test_the_page_names_every_attack() -> None:
    assert set(words_of("attacks")) <= set(re.findall(r"`(test_\w+)`", page()))
