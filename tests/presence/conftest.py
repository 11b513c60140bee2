"""A real face process for the tests of this folder, started once."""
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.app import create_app, open_tenants
from core.base.clock import SystemClock
from core.base.config import Config
from tests.browser.live import serving
from tests.data import ROOT
from tests.presence.seat import Site

AT_ONCE = 60


@pytest.fixture(scope="session")
def face_socket() -> Iterator[Path]:
    """The socket of a running face process; it is ended after the last test."""
    with tempfile.TemporaryDirectory(prefix="jxf") as folder:
        path = Path(folder) / "face.sock"
        # Tests leave sittings open and rest nowhere between frames.
        command = [sys.executable, "-m", "core.presence.process", "--socket", str(path), "--at-once", str(AT_ONCE)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
        try:
            assert process.stdout is not None and "ready" in process.stdout.readline()
            yield path
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def config(config: Config, face_socket: Path) -> Config:
    """The usual configuration with this folder's face process."""
    return replace(config, face_socket=face_socket)


@pytest.fixture
def site(config: Config) -> Iterator[Site]:
    """The app on a port of its own, by the real clock."""
    directory = open_tenants(config, clock=SystemClock())
    app = create_app(config, directory)
    with serving(app) as port:
        yield Site(app, directory.by_slug("national"), port)
    for tenant in directory:
        tenant.close()
