"""A real sandbox provider in a process of its own, and the app on a real port so that it can be told."""
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from core.base.config import Config
from core.web import JianxueFlask
from tests.conftest import NOON
from tests.payment.provider_process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """On this machine's clock."""
    process = SandboxProcess(tmp_path_factory.mktemp("pay"))
    yield process
    process.kill()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """On the tests' clock (`clock`), which stands still."""
    process = SandboxProcess(tmp_path_factory.mktemp("bank"), now=NOON)
    yield process
    process.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def config(config: Config, bank: SandboxProcess) -> Config:
    """The usual tenants, paying at the sandbox."""
    return replace(config, pay_url=bank.url, pay_key_file=bank.folder, port=free_port())


@pytest.fixture
def live(app: JianxueFlask, config: Config) -> Iterator[str]:
    """The app listening where the provider posts its notices; its address."""
    server = make_server("127.0.0.1", config.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{config.port}"
    server.shutdown()
    thread.join()
    server.server_close()
