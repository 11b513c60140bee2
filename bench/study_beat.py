"""`study_beat`: one durable beat of one of 2,000 trainees on PostgreSQL, all checks on, 1,000,000 ledger rows."""
import tempfile
from pathlib import Path

from bench.study import measure_beats
from bench.world import open_world

TRAINEES = 2_000
LEDGER_ROWS = 1_000_000


def run() -> dict[str, float]:
    """rate_ratio, cpu_ratio, cpu_ms, per_second, p95_ms."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder), on_postgres=True) as world:
        return measure_beats([world], TRAINEES, LEDGER_ROWS)
