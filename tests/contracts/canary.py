"""Fills every table of a tenant with rows that carry a canary in each text column, under ids that are the same
in every tenant, so that whatever crosses from one tenant to another can be seen."""
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary, String, Table, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.base.crypto import current_keys
from core.base.db import Base, Sealed, SealedBytes, UtcDateTime
from core.course.rules import open_state, pace_of
from core.course.tokens import pack
from core.tenancy import Tenant, unit_of_work

WHEN = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
ROWS = 2
MARK = "CANARY"
"""Stands in `CLOSED` for the mark of the tenant."""
FIXED: dict[str, Any] = {
    # Words that the code reads as one of a closed list; the canary stands in all other text.
    "kind": None, "state": None, "status": None, "queue": "fast", "channel": None, "sex": "男",
}


CLOSED: dict[str, Any] = {
    # Columns that hold one of a closed list, or a list of a known shape, and have no default.
    "certificate.kind": "paper", "certificate_status_entry.status": "normal", "registry_holding.kind": "paper",
    "registry_holding.status": "normal", "certificate_issue.years": [[2026, 32]], "audit_case.state": "waiting",
    "audit_decision.state": "cleared", "audit_decision.ground": "a",
    "audit_risk.hints": [{"sign": "virtual_camera", "facts": {"labels": MARK, "times": 2}}],
    "orders.payer_organization_id": None,
    "enrollment.state": "open", "enrollment.exemption": None, "package.part": "general", "hour_entry.part": "general",
    "hour_entry.kind": "credit", "hour_note.kind": "clear", "deadline_outlook.outlook": "in_time",
    "people_sheet.state": "checked", "id_scan.side": "portrait", "plugin_check.state": "failed",
    "desk_entry.deed": "open", "desk_question.kind": "post",
    "study_lease.state": pack(open_state(0, 60_000, 0, 0, 2, 0, pace_of(2700, 30, 30))),
}


def canary(tenant: str) -> str:
    """The mark in every text of a tenant's rows."""
    return f"CANARY{tenant.upper()}"


def identity(table: str, number: int) -> uuid.UUID:
    """The id of a table's row, the same in each tenant."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"jianxue:{table}:{number}")


def tables() -> Iterator[Table]:
    yield from Base.metadata.sorted_tables


def closed_words(column: Column[Any]) -> Any:
    """A legal word for a column that holds a state: its default, else the first of the words its check names."""
    default = column.default
    if default is not None and getattr(default, "is_scalar", False):
        return default.arg  # type: ignore[attr-defined]
    return None


def value_for(table: Table, column: Column[Any], number: int, mark: str, words: dict[str, Any]) -> Any:
    """What stands in one column of one row."""
    named = f"{table.name}.{column.name}"
    for known in (words, CLOSED):
        if named in known:
            found = known[named]
            return json.loads(json.dumps(found).replace(MARK, mark)) if isinstance(found, list) else found
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        if target.table is table:
            return None
        return value_for(target.table, target, number, mark, words)
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, Uuid):
        return identity(table.name, number)
    legal = closed_words(column)
    if legal is not None:
        return legal
    if isinstance(kind, Sealed):
        return f"{mark}-{table.name}-{column.name}-{number}"
    if isinstance(kind, SealedBytes):
        return f"{mark}-{number}".encode()
    if isinstance(kind, UtcDateTime):
        return WHEN
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return plain_value(table, column, kind, number, mark)


def plain_value(table: Table, column: Column[Any], kind: TypeEngine[Any], number: int, mark: str) -> Any:
    if isinstance(kind, String | Text):
        if column.name.endswith("_mac"):
            return current_keys().mac(f"{table.name}{column.name}{number}")
        text = f"{mark}-{column.name}-{table.name}-{number}"
        return text[:kind.length] if kind.length else text
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 2026 if re.search("year", column.name) else number + 1
    if isinstance(kind, Float):
        return 0.1
    if isinstance(kind, Date):
        return date(2026, 11, 1)
    if isinstance(kind, JSON):
        return {"canary": mark}
    if isinstance(kind, LargeBinary):
        return mark.encode()
    raise TypeError(f"no canary for {table.name}.{column.name}: {kind!r}")


def fill(tenant: Tenant, *, first: int = 0, rows: int = ROWS, words: dict[str, Any] | None = None,
         mark: str = "") -> None:
    """Rows `first` … `first + rows - 1` of every table; `mark` begins each text instead of the tenant's canary."""
    with unit_of_work(tenant) as ctx:
        for table in tables():
            for number in range(first, first + rows):
                ctx.db.execute(table.insert().values({
                    column.name: value_for(table, column, number, mark or canary(tenant.slug), words or {})
                    for column in table.columns if column is not table.autoincrement_column}))
