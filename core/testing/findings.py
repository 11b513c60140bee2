"""What the kit says: a finding names what is wrong and what would be right, a result belongs to one check."""
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where it stands, what is wrong with it, what would be right."""

    where: str
    wrong: str
    right: str

    def __str__(self) -> str:
        return f"{self.where}：{self.wrong}。应为：{self.right}"


@dataclass(frozen=True)
class Result:
    """One check: how many things it looked at, and what it found."""

    key: str
    title: str
    looked_at: int
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Report:
    """All checks of one tenant."""

    tenant: str
    results: tuple[Result, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)

    def as_document(self) -> dict[str, object]:
        """For `--json` and for keeping."""
        return {"tenant": self.tenant, "passed": self.passed,
                "checks": [{**asdict(result), "passed": result.passed} for result in self.results]}


class Looking:
    """Gathers the findings of one check while it looks."""

    def __init__(self, key: str, title: str) -> None:
        self._key, self._title = key, title
        self._findings: list[Finding] = []
        self._looked_at = 0

    def at(self, number: int = 1) -> None:
        """So many more things were looked at."""
        self._looked_at += number

    def wrong(self, where: str, wrong: str, right: str) -> None:
        finding = Finding(where, wrong.rstrip("。"), right.rstrip("。"))
        if finding not in self._findings:
            self._findings.append(finding)

    def result(self) -> Result:
        return Result(self._key, self._title, self._looked_at, tuple(self._findings))


def failed(key: str, title: str, findings: Sequence[Finding]) -> Result:
    """A check that could not even begin."""
    return Result(key, title, len(findings), tuple(findings))


def table(report: Report) -> str:
    """The report for a terminal: each check with its result, below it what is wrong and what would be right."""
    wide = max((_width(result.title) for result in report.results), default=0)
    lines = []
    for result in report.results:
        said = "通过" if result.passed else f"{len(result.findings)} 处不符"
        lines.append(f"{result.title}{' ' * (wide - _width(result.title))}  查了 {result.looked_at:>4} 项  {said}")
        for finding in result.findings:
            lines += [f"    ✗ {finding.where}：{finding.wrong}", f"      应为：{finding.right}"]
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns in a terminal: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2e7f else 1 for char in text)
