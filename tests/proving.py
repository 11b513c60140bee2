"""`make prove`: every test marked `prove`, its figures and seconds, in `var/prove.json`.

usage: python -m tests.proving [pytest arguments]
"""
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    figures: dict[str, object]
    seconds: float


class Keeper:
    """A pytest plugin: one line per test as it ends, all of them in a file at the end."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._broken: set[str] = set()
        self.results: dict[str, Result] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._broken.add(report.nodeid)
        if report.when != "teardown":
            return
        result = Result(report.nodeid, report.nodeid not in self._broken, dict(report.user_properties),
                        round(sum(self._spent.pop(report.nodeid, [])), 2))
        self.results[report.nodeid] = result
        shown = ", ".join(f"{name} {value}" for name, value in result.figures.items())
        word = 'passed' if result.passed else 'FAILED'
        print(f"\n{word} {result.seconds:8.1f} s  {result.name}  {shown}", flush=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
        self._spent.setdefault(item.nodeid, []).append(call.duration)

    def pytest_sessionstart(self) -> None:
        self._spent: dict[str, list[float]] = {}

    def pytest_sessionfinish(self) -> None:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._target.write_text(json.dumps({
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "passed": all(result.passed for result in self.results.values()) and bool(self.results),
            "tests": [asdict(result) for result in self.results.values()],
        }, ensure_ascii=False, indent=1))


def main(arguments: Sequence[str]) -> int:
    """Runs them; the exit status is pytest's."""
    target = ROOT / "var" / "prove.json"
    status = int(pytest.main(["-m", "prove", "-p", "no:cacheprovider", *arguments], plugins=[Keeper(target)]))
    print(f"written: {target.relative_to(ROOT)}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
