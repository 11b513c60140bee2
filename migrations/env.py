"""Runs on the connection that `core.migrating` hands over, or on a URL given with `-x url=…` for autogenerate."""
from alembic import context
from sqlalchemy.engine import Connection

from core.app import load_flow_parts
from core.base.db import Base, make_engine, writing

load_flow_parts()


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False,
                      transactional_ddl=True, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(make_engine(context.get_x_argument(as_dictionary=True)["url"])).begin() as opened:
        run(opened)
