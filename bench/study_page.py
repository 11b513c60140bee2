"""`study_page`: 我的培训 of a signed-in trainee with an enrollment, on PostgreSQL."""
import tempfile
from pathlib import Path

from bench.harness import against_hello, served
from bench.study import open_studies
from bench.world import open_world

TRAINEES = 200


def run() -> dict[str, float]:
    """rate_ratio, cpu_ratio and the figures behind them."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder), on_postgres=True) as world:
        world.add_trainees(TRAINEES)
        open_studies(world, ledger_rows=TRAINEES * 100)
        with served("core.app:create_app()", world.host, world.env, world.pids) as server:
            return against_hello(server, world.visitors("/training", TRAINEES))
