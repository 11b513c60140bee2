"""The conformance kit for who writes a province: `Kit("hubei").run()`, or `core.testing.suite` in its tests.

Stands beside `core.app`; nothing that serves requests imports it.
"""
from core.testing.cast import Holding
from core.testing.contract import check_hooks, check_problem, check_state, implementations, is_sentence
from core.testing.findings import Finding, Report, Result
from core.testing.kit import CHECKS, Kit
from core.testing.moves import check_migrations
from core.testing.pages import check_pages, check_templates
from core.testing.scenarios import Seen, walk
from core.testing.scratch import Scratch, Source, scratch
from core.testing.texts import check_texts

__all__ = ["CHECKS", "Finding", "Holding", "Kit", "Report", "Result", "Scratch", "Seen", "Source", "check_hooks",
           "check_migrations", "check_pages", "check_problem", "check_state", "check_templates", "check_texts",
           "implementations", "is_sentence", "scratch", "walk"]
