"""Runs on the connection that `core.migrating` hands over, or on a URL given with `-x url=…` for autogenerate."""
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from core.app import load_flow_parts
from core.base.db import Base, make_engine, writing
from core.extension import tables_of

load_flow_parts()


def as_database_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """A migration names what the database stores and not our decorators, which may change later."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def mine(item: Any, _name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Autogenerate for a plugin sees that plugin's tables and no others, for the core none of a plugin."""
    if kind != "table":
        return True
    plugin = context.config.attributes.get("plugin")
    if plugin:
        return item.name in tables_of(plugin)
    return item.name in tables_of() or item.name not in Base.metadata.tables


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_item=as_database_type,
                      include_object=mine, transactional_ddl=True, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(make_engine(context.get_x_argument(as_dictionary=True)["url"])).begin() as opened:
        run(opened)
