"""Alembic over all tenants: the core's head first, then the head of each plugin that the tenant has on.

Never `heads`: that would give every tenant every plugin's tables.
"""
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy.engine import Connection

from core.base.db import writing
from core.tenancy import Tenant, bound

ROOT = Path(__file__).resolve().parents[1] / "migrations"


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Config whose `env.py` works on the given connection."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT))
    folders = sorted(path for path in (ROOT / "versions").iterdir() if path.is_dir() and path.name[0] != "_")
    config.set_main_option("version_locations", " ".join(map(str, folders)))
    config.set_main_option("path_separator", "space")
    config.attributes["connection"] = connection
    return config


def branches(tenant: Tenant) -> list[str]:
    """The branches a tenant's database follows, in order."""
    with_tables = {path.name for path in (ROOT / "versions").iterdir() if path.is_dir()}
    return ["core", *(name for name in tenant.file.plugins if name in with_tables)]


def upgrade_tenant(tenant: Tenant) -> None:
    """Bring one tenant's database to the newest schema, in one transaction per branch."""
    with bound(tenant):
        for branch in branches(tenant):
            with writing(tenant.engine).begin() as connection:
                command.upgrade(alembic_config(connection), f"{branch}@head")
