"""One sandbox provider for the tests of this folder."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.payment.provider_process import SandboxProcess


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("pay"))
    yield process
    process.kill()
