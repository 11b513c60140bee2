"""`jianxue tenant check`: whether one tenant could serve now. Settings and plugins were read to get here."""
import os

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from core.base.config import ConfigError, Mode
from core.base.refusals import database_problems, date_problems, setting_problems
from core.demo.cast import cast_of
from core.migrating import alembic_config, branches, known_plugins
from core.tenancy import Tenant


def check_tenant(tenant: Tenant) -> list[str]:
    """Reasons why it could not, each with what would be right; empty when all is well."""
    found: list[str] = []
    production = tenant.config.mode is Mode.PRODUCTION
    try:
        cast_of(tenant)
    except ConfigError as error:
        found.append(f"演示数据：{error}")
    if production:
        found += setting_problems(tenant.config, os.environ)
        found += date_problems(tenant.config, tenant.slug, tenant.file.business_date)
    try:
        found += _schema_problems(tenant)
        if production:
            found += database_problems(tenant.slug, tenant.engine)
    except SQLAlchemyError as error:
        found.append(f"{tenant.slug}：数据库连不上：{str(error).splitlines()[0]}")
    try:
        key = tenant.blobs.put(b"jianxue", "check")
        if tenant.blobs.get(key) != b"jianxue":
            found.append(f"{tenant.slug}：存储读回的内容不一样")
        tenant.blobs.delete(key)
    except Exception as error:  # whatever a store raises is what the operator must read
        found.append(f"{tenant.slug}：存储不能写：{error}")
    return found


def _schema_problems(tenant: Tenant) -> list[str]:
    """By heads of the tenant's branches: an equality of versions misleads where branches depend on each other."""
    script = ScriptDirectory.from_config(alembic_config(None, known_plugins(tenant)))
    wanted = {script.get_revision(f"{branch}@head").revision for branch in branches(tenant)}
    with tenant.engine.connect() as connection:
        there = set(MigrationContext.configure(connection).get_current_heads())
    applied = {revision.revision for head in there for revision in script.iterate_revisions(head, "base")}
    if wanted <= applied:
        return []
    return [f"{tenant.slug}：数据库不是最新，请运行 jianxue db upgrade --tenant {tenant.slug}"]
