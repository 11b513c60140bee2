"""`tenant_page`: 我的培训 of the tenant with the longest plugin list against national's, in one run and one server."""
import statistics
import tempfile
from pathlib import Path

from bench.harness import ROUNDS, SECONDS, served
from bench.study import open_studies
from bench.world import most_plugins, open_worlds

TRAINEES = 100


def run() -> dict[str, float]:
    """A B A B: the same page at both hosts in turns; medians, and the spread of the ratios."""
    slugs = ("national", most_plugins())
    with tempfile.TemporaryDirectory() as folder, open_worlds(Path(folder), slugs, on_postgres=True) as worlds:
        for world in worlds:
            world.add_trainees(TRAINEES)
            open_studies(world, ledger_rows=TRAINEES * 100)
        first = worlds[0]
        with served("core.app:create_app()", first.host, first.env, first.pids) as server:
            visits = [(server.of(world.host), world.visitors("/training", TRAINEES)) for world in worlds]
            for at, users in visits:
                at.load(users, seconds=2)
            pairs = [tuple(at.load(users, seconds=SECONDS)[0] for at, users in visits) for _ in range(ROUNDS)]
    rates = [other.per_second / standard.per_second for standard, other in pairs]
    cpus = [other.cpu_ms / standard.cpu_ms for standard, other in pairs]
    return {"rate_ratio": statistics.median(rates), "rate_ratio_low": min(rates), "rate_ratio_high": max(rates),
            "cpu_ratio": statistics.median(cpus), "cpu_ratio_low": min(cpus), "cpu_ratio_high": max(cpus),
            "per_second": statistics.median(other.per_second for _, other in pairs),
            "standard_per_second": statistics.median(standard.per_second for standard, _ in pairs)}
