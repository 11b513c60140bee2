"""How the work of this room moves: a second sheet, a bulk verdict, a print of a batch."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l


class FilledBy(StrEnum):
    """Who entered 报名表 and 年限证明 (ZJ-19)."""

    ENTERPRISE = "enterprise"
    SHEET = "sheet"
    REVIEWER = "reviewer"


FILLED_WORDS: Final[Mapping[FilledBy, Any]] = {
    FilledBy.ENTERPRISE: _l("单位填写"), FilledBy.SHEET: _l("表格导入"), FilledBy.REVIEWER: _l("审核人员录入")}


class SheetState(StrEnum):
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"


class BulkState(StrEnum):
    """DRAWN waits until the sample has been opened; VOID: somebody of the sample was returned."""

    DRAWN = "drawn"
    RUNNING = "running"
    DONE = "done"
    VOID = "void"


OPEN = frozenset({BulkState.DRAWN, BulkState.RUNNING})


class PrintState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
