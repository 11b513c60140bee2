"""`study_beat_sqlite`: the same as `study_beat` on the embedded default, SQLite with synchronous=FULL.

One web process, as `jianxue run` starts it there: two would fight for the file's lock. Hello-world keeps its two.
"""
import tempfile
from pathlib import Path

from bench.study import measure_beats
from bench.study_beat import LEDGER_ROWS, TRAINEES
from bench.world import open_world


def run() -> dict[str, float]:
    """rate_ratio, cpu_ratio, cpu_ms, per_second, p95_ms."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder)) as world:
        return measure_beats([world], TRAINEES, LEDGER_ROWS, processes=1)
