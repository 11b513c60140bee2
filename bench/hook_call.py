"""`hook_call`: one call through the typed contract in microseconds, answered by the core and by a plugin."""
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from bench.world import open_world
from core.api import Ctx, InvoicePolicy, hookimpl
from core.app import load_flow_parts
from core.extension import build_manager, hooks
from core.tenancy import unit_of_work

COUNT = 20_000


@hookimpl
def resolve_invoice_policy(ctx: Ctx) -> InvoicePolicy:
    return InvoicePolicy("none")


def run() -> dict[str, float]:
    """Per call of the cheapest of five rounds."""
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder)) as world:
        with unit_of_work(world.tenant) as ctx:
            ctx.rules()
            alone = min(_round(ctx) for _ in range(5))
            plugin = SimpleNamespace(resolve_invoice_policy=resolve_invoice_policy)
            world.tenant.plugins = build_manager("bench", ["bench"], load_flow_parts(), {"bench": plugin})
            answered = min(_round(ctx) for _ in range(5))
    return {"microseconds": alone * 1e6, "microseconds_with_plugin": answered * 1e6}


def _round(ctx: Ctx) -> float:
    started = time.perf_counter()
    for _ in range(COUNT):
        hooks(ctx).resolve_invoice_policy()
    return (time.perf_counter() - started) / COUNT
