"""``python -m core.sandbox``: run the provider until it is told to stop."""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path
from types import FrameType

import click
from werkzeug.serving import make_server

from core.sandbox.app import create_sandbox
from core.sandbox.keys import open_keys
from core.sandbox.notices import Notices
from core.sandbox.store import Store


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8090, show_default=True)
@click.option("--dir", "folder", type=click.Path(path_type=Path), required=True, help="For keys and store.")
@click.option("--merchant", "merchants", multiple=True, required=True, help="A merchant; may be repeated.")
@click.option("--public-url", default="", help="How a payer's phone reaches this process.")
@click.option("--retry-scale", type=float, default=0.1, show_default=True, help="Factor on 15/15/30/180 s.")
@click.option("--frozen-at", type=float, help="Epoch seconds at which its clock stands still (for tests).")
def main(host: str, port: int, folder: Path, merchants: tuple[str, ...], public_url: str, retry_scale: float,
         frozen_at: float | None) -> None:
    """Run the sandbox payment provider."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s pay %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    keys, store = open_keys(folder, merchants), Store(folder / "sandbox.sqlite")

    def clock() -> float:
        return time.time() if frozen_at is None else frozen_at

    notices = Notices(store, keys, clock, retry_scale)
    server = make_server(host, port, create_sandbox(store, keys, notices, clock, public_url), threaded=True)
    notices.start()

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    click.echo(f"sandbox payment provider on http://{host}:{server.server_port}")
    try:
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        notices.stop()


if __name__ == "__main__":
    main()
