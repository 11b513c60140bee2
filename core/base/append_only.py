"""Triggers that let the database itself refuse a changed or deleted row, for `create_all` and migrations alike."""
from collections.abc import Mapping, Sequence

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement


def append_only(table: str, message: str) -> dict[str, list[str]]:
    """The statements by dialect."""
    return {
        "sqlite": [f"CREATE TRIGGER {table}_no_{move.lower()} BEFORE {move} ON {table} "
                   f"BEGIN SELECT RAISE(ABORT, '{message}'); END" for move in ("UPDATE", "DELETE")],
        "postgresql": [
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
        ],
    }


def guard(table: Table, statements: Mapping[str, Sequence[str]]) -> None:
    """Let `create_all` install the triggers as well; the migration runs the same statements.

    The app's own role gets no right to change such a table (`core.roles`).
    """
    table.info["append_only"] = True
    for dialect, found in statements.items():
        for statement in found:
            ddl: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
