"""`hook_call`: one call through the typed contract, core's own answer, in microseconds."""
import tempfile
import time
from pathlib import Path

from bench.world import open_world
from core.extension import hooks
from core.tenancy import unit_of_work

COUNT = 20_000


def run() -> dict[str, float]:
    """{"microseconds": per call of the cheapest of five rounds}."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder)) as world:
        with unit_of_work(world.tenant) as ctx:
            ctx.rules()
            best = min(_round(ctx) for _ in range(5))
    return {"microseconds": best * 1e6}


def _round(ctx: object) -> float:
    started = time.perf_counter()
    for _ in range(COUNT):
        hooks(ctx).resolve_invoice_policy()  # type: ignore[arg-type]
    return (time.perf_counter() - started) / COUNT
