"""`make bench`: every key, a table for people, `var/bench.json` for comparison.

usage: python -m bench [key …]
"""
import importlib
import json
import os
import pkgutil
import platform
import statistics
import sys
import time
import traceback
from importlib.metadata import version
from pathlib import Path

import bench
from bench.harness import ROOT, WEB_PROCESSES, WEB_THREADS, hello_rounds

HELPERS = {"__main__", "client", "entrants", "harness", "hello", "sitters", "study", "world"}
TARGET = ROOT / "var" / "bench.json"


def all_keys() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in HELPERS)


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    processor = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    return {"processor": processor, "cores": os.cpu_count(), "python": platform.python_version(),
            "load_before": os.getloadavg()[0], "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "server": f"gunicorn {version('gunicorn')} gthread {WEB_PROCESSES}x{WEB_THREADS}"}


def shown(figures: dict[str, float]) -> str:
    hidden = ("_low", "_high")
    parts = []
    for name, value in figures.items():
        if name.endswith(hidden):
            continue
        spread = f" [{figures[f'{name}_low']:.2f}–{figures[f'{name}_high']:.2f}]" if f"{name}_low" in figures else ""
        parts.append(f"{name} {value:,.3g}{spread}" if abs(value) < 1000 else f"{name} {value:,.0f}{spread}")
    return "  ".join(parts)


def main(wanted: list[str]) -> int:
    """The exit status is 1 when a key could not be measured; the others are kept all the same."""
    result: dict[str, object] = {"machine": machine()}
    known, failed = all_keys(), []
    for number, key in enumerate(wanted or known, 1):
        if key not in known:
            print(f"{key}: no such key, there are: {', '.join(known)}", file=sys.stderr)
            return 2
        started = time.monotonic()
        print(f"[{number}/{len(wanted or known)}] {key} …", end="\r", flush=True)
        try:
            figures: dict[str, float] = importlib.import_module(f"bench.{key}").run()
        except Exception:
            traceback.print_exc()
            failed.append(key)
            continue
        result[key] = {name: round(value, 5) for name, value in figures.items()}
        print(f"{key:<18} {time.monotonic() - started:6.1f} s  {shown(figures)}", flush=True)
    if hello_rounds.rounds:
        result["baseline"] = {
            "hello_per_second": round(statistics.median(one.per_second for one in hello_rounds.rounds), 1),
            "hello_cpu_ms": round(statistics.median(one.cpu_ms for one in hello_rounds.rounds), 4)}
        print(f"{'hello-world':<18}           {shown(result['baseline'])}")  # type: ignore[arg-type]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(result, ensure_ascii=False, indent=1))
    print(f"written: {TARGET.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
