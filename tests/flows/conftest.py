"""All shipped tenants at the demo's pace (A.7), with the people of their demonstrations."""
from dataclasses import replace

import pytest

from core.base.config import Config


@pytest.fixture
def config(config: Config) -> Config:
    """The same databases, with the demo's pace laid over the rules."""
    return replace(config, demo=True)
