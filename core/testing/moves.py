"""The tenant's branches of migrations on an empty SQLite database: up, down to nothing, and up again."""
from alembic import command
from sqlalchemy import Engine, inspect

from core.base.db import make_engine, writing
from core.migrating import CORE, alembic_config, branches, plugins_of
from core.tenancy import Tenant, bound
from core.testing.findings import Looking, Result
from core.testing.scratch import Scratch


def check_migrations(scratch: Scratch, tenant: Tenant) -> Result:
    """Each branch leaves nothing behind on its way down, and leads to the same tables again."""
    looking = Looking("migrations", "数据库迁移")
    engine = make_engine(f"sqlite:///{scratch.folder / f'moves-{tenant.slug}.sqlite'}")
    branch = CORE
    try:
        with bound(tenant):
            for branch in branches(tenant):
                looking.at()
                before = _tables(engine)
                _move(engine, tenant, branch, up=True)
                after = _tables(engine)
                if branch != CORE:
                    _check_return(looking, engine, tenant, branch, before, after)
            for branch in reversed(branches(tenant)):
                _move(engine, tenant, branch, up=False)
            left = _tables(engine) - {"alembic_version"}
            if left:
                looking.wrong(CORE, f"降级后还留着表 {'、'.join(sorted(left))}", "降级删除它建的一切")
    except Exception as error:  # whatever a migration raises is what its author must read
        looking.wrong(branch, f"迁移出错：{str(error).splitlines()[0]}", "在空库上能升级、降级、再升级")
    finally:
        engine.dispose()
    return looking.result()


def _check_return(looking: Looking, engine: Engine, tenant: Tenant, branch: str, before: set[str],
                  after: set[str]) -> None:
    _move(engine, tenant, branch, up=False)
    left = _tables(engine) - before
    if left:
        looking.wrong(branch, f"降级后还留着表 {'、'.join(sorted(left))}", "降级删除它建的一切")
    _move(engine, tenant, branch, up=True)
    if _tables(engine) != after:
        looking.wrong(branch, "降级再升级后，表与第一次不同", "升级总是得到同样的表")


def _move(engine: Engine, tenant: Tenant, branch: str, *, up: bool) -> None:
    with writing(engine).begin() as connection:
        move = command.upgrade if up else command.downgrade
        move(alembic_config(connection, plugins_of(tenant)), f"{branch}@{'head' if up else 'base'}")


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())
