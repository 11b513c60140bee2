"""A directory in which jilin alone has the plugin `parcel`; whatever it put into the process is taken out again."""
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from types import ModuleType

import pytest

from core.app import load_flow_parts
from core.base import outbox
from core.base.db import Base
from core.base.outbox import job
from core.extension import build_manager, parts
from core.tenancy import Directory, Tenant

PACKAGE = "tests.extension.parcel"


@pytest.fixture
def parcel() -> Iterator[ModuleType]:
    """The plugin's hooks. Its table and jobs are known to the process during the test only."""
    models, jobs = (import_module(f"{PACKAGE}.{part}") for part in ("models", "jobs"))
    table = models.Parcel.__table__
    if table.name not in Base.metadata.tables:
        Base.metadata._add_table(table.name, None, table)
    job("parcel.send", every=timedelta(days=1))(jobs.send)
    yield import_module(f"{PACKAGE}.hooks")
    Base.metadata.remove(table)
    del outbox._kinds["parcel.send"], outbox._periodic["parcel.send"]
    parts._packages.pop(PACKAGE, None)


def give(tenant: Tenant, name: str, plugin: object) -> None:
    """Turn one plugin on at a tenant."""
    object.__setattr__(tenant.file, "plugins", (name,))
    available = {name: plugin}
    tenant.plugins = build_manager(tenant.slug, (name,), load_flow_parts(available, needed=available), available)


@pytest.fixture
def with_parcel(directory: Directory, jilin: Tenant, parcel: ModuleType) -> Directory:
    give(jilin, "parcel", parcel)
    return directory
