"""`study_beat_1000`: the same as `study_beat` with 2,000 rows in the ledger: it must cost as much."""
import tempfile
from pathlib import Path

from bench.study import measure_beats
from bench.study_beat import TRAINEES
from bench.world import open_world


def run() -> dict[str, float]:
    """rate_ratio, cpu_ratio, cpu_ms, per_second, p95_ms."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder), on_postgres=True) as world:
        return measure_beats([world], TRAINEES, TRAINEES)
