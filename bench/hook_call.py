"""`hook_call`: one call through the typed contract in microseconds of CPU, answered by the core and by a plugin,
and asked of all at the tenant with the longest plugin list."""
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from bench.world import most_plugins, open_worlds
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
    with tempfile.TemporaryDirectory() as folder, open_worlds(Path(folder), ("national", most_plugins())) as worlds:
        national, longest = (world.tenant for world in worlds)
        with unit_of_work(longest) as ctx:
            decided, joined = _best(ctx, _deciding), _best(ctx, _joining)
        with unit_of_work(national) as ctx:
            alone = _best(ctx, _deciding)
            plugin = SimpleNamespace(resolve_invoice_policy=resolve_invoice_policy)
            national.plugins = build_manager("bench", ["bench"], load_flow_parts(), {"bench": plugin})
            answered = _best(ctx, _deciding)
    return {"microseconds": alone, "microseconds_with_plugin": answered, "microseconds_longest_list": decided,
            "microseconds_longest_list_joined": joined}


def _deciding(ctx: Ctx) -> None:
    hooks(ctx).resolve_invoice_policy()


def _joining(ctx: Ctx) -> None:
    hooks(ctx).collect_person_classes()


def _best(ctx: Ctx, call: Callable[[Ctx], None]) -> float:
    ctx.rules()
    return min(_round(ctx, call) for _ in range(5)) * 1e6


def _round(ctx: Ctx, call: Callable[[Ctx], None]) -> float:
    started = time.thread_time()  # a neighbour on the same core is not our cost
    for _ in range(COUNT):
        call(ctx)
    return (time.thread_time() - started) / COUNT
