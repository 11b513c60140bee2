"""A real face process for the tests of this folder, started once."""
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.base.config import Config
from tests.data import ROOT


@pytest.fixture(scope="session")
def face_socket() -> Iterator[Path]:
    """The socket of a running face process; it is ended after the last test."""
    with tempfile.TemporaryDirectory(prefix="jxf") as folder:
        path = Path(folder) / "face.sock"
        command = [sys.executable, "-m", "core.presence.process", "--socket", str(path)]
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
