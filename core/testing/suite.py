"""The kit as tests, for a province's own test file:

    from core.testing.suite import Conformance

    class TestHubei(Conformance):
        slug = "hubei"

Each check is one test; what is wrong and what would be right stands in its failure.
"""
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.testing.cast import Holding
from core.testing.findings import Report
from core.testing.kit import CHECKS, Kit
from core.testing.scratch import Source


class Conformance:
    """Subclass it with the tenant's slug.

    `files` are tenant files outside the core's folder, `modules` plugins that are not installed yet, `holding` the
    certificate that the scenarios use where not every certificate is taken in.
    """

    slug: ClassVar[str]
    files: ClassVar[tuple[Path, ...]] = ()
    modules: ClassVar[Mapping[str, Any]] = {}
    holding: ClassVar[Holding | None] = None

    @pytest.fixture(scope="class")
    @classmethod
    def report(cls, request: pytest.FixtureRequest) -> Report:
        """The checks that this run of pytest asks for, done once for the class."""
        wanted = [str(item.callspec.params["check"]) for item in request.session.items
                  if isinstance(item, pytest.Function) and item.cls is cls and "check" in item.callspec.params]
        return Kit(cls.slug, Source(extra=cls.files, modules=cls.modules), cls.holding).run(wanted)

    @pytest.mark.parametrize("check", CHECKS)
    def test_conformance(self, report: Report, check: str) -> None:
        """One check of the kit."""
        done = {result.key: result for result in report.results}
        assert check in done, f"没有做到这一步：{'；'.join(map(str, report.results[0].findings))}"
        assert done[check].passed, "\n".join(str(finding) for finding in done[check].findings)
