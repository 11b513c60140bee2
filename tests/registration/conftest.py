"""Registration asks the face process: a real one, started once."""
from dataclasses import replace
from pathlib import Path

import pytest

from core.base.config import Config
from tests.presence.conftest import face_socket

__all__ = ["face_socket"]


@pytest.fixture
def with_faces(config: Config, face_socket: Path) -> Config:
    """The configuration of tests that upload photos; ask for it before `tenant`."""
    object.__setattr__(config, "face_socket", face_socket)
    return replace(config)
