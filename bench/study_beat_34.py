"""`study_beat_34`: beats as in `study_beat`, spread evenly over 34 tenants with a database each."""
import tempfile
from pathlib import Path

from bench.study import measure_beats
from bench.world import copied_tenants, open_worlds
from tests import postgres

TENANTS = 34
TRAINEES = 20 * TENANTS
LEDGER_ROWS = 3_000 * TENANTS
CONNECTIONS = 300
"""Of PostgreSQL: more than two processes with two connections to each tenant need (docs/operator.md)."""


def run() -> dict[str, float]:
    """rate_ratio, cpu_ratio, cpu_ms, per_second, p95_ms."""
    postgres.allow_connections(CONNECTIONS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tenants, hosts = copied_tenants(folder, TENANTS)
        slugs = [host.removesuffix(".localhost") for host in hosts]
        with open_worlds(folder, slugs, on_postgres=True, tenants=tenants) as worlds:
            return measure_beats(worlds, TRAINEES, LEDGER_ROWS)
