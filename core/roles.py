"""The role that the app signs in with on PostgreSQL: it works in tables that another role owns and migrates, and has
no right to change or delete what is append-only (L16). The triggers refuse the same; an owner could take them away,
this role cannot."""
from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

from core.base.db import Base, writing
from core.base.trail import TrailRow, TrailSeal
from core.tenancy import Tenant

UNTOUCHABLE = ("alembic_version",)
"""Only the owner, who migrates, writes here."""


class RoleTooStrong(Exception):
    """The role could still change what is append-only; nothing was granted."""


def give_role(tenant: Tenant, role: str, execute: bool) -> list[str]:
    """What to tell: the statements for this tenant's database, or that they were run."""
    if tenant.engine.dialect.name != "postgresql":
        return [f"-- {tenant.slug}：不是 PostgreSQL，改和删已由触发器拒绝"]
    with writing(tenant.engine).begin() as connection:
        statements = list(role_statements(connection, role))
        if not execute:
            return [f"-- {tenant.slug}", *(f"{statement};" for statement in statements)]
        for statement in statements:
            connection.exec_driver_sql(statement)
        if still := may_change_kept(connection, role):
            raise RoleTooStrong(f"{tenant.slug}：{role} 仍能改动 {'、'.join(still)}：它是所有者、超级用户，"
                                "或属于有此权限的角色；请另建一个普通角色")
    return [f"{tenant.slug}：已授权 {role}，学时账目只能读和增加"]


def kept_tables() -> tuple[str, ...]:
    """The tables that only grow: those that a trigger guards, and the trail."""
    guarded = {table.name for table in Base.metadata.tables.values() if table.info.get("append_only")}
    return tuple(sorted(guarded | {TrailRow.__tablename__, TrailSeal.__tablename__}))


def role_statements(connection: Connection, role: str) -> Iterator[str]:
    """What the owner has to run, after each `db upgrade` again: a new table is nobody's but its owner's."""
    quote = connection.dialect.identifier_preparer.quote
    there = set(inspect(connection).get_table_names())
    name = quote(role)
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"
    for table in kept_tables():
        if table in there:
            yield f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {quote(table)} FROM {name}"
    for table in UNTOUCHABLE:
        if table in there:
            yield f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER ON {quote(table)} FROM {name}"


def may_change_kept(connection: Connection, role: str) -> list[str]:
    """The append-only tables that this role could still change, by a right of its own, by membership or as owner."""
    there = set(inspect(connection).get_table_names())
    return [table for table in kept_tables() if table in there and connection.execute(
        text("SELECT has_table_privilege(:role, :table, 'UPDATE, DELETE, TRUNCATE')"),
        {"role": role, "table": table}).scalar()]
