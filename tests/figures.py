"""Figures that a test measures, kept for `var/prove.json`."""
from collections.abc import Callable

import pytest

Figure = Callable[..., None]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """`figure(seconds=1.25)`: shown by `make prove` and kept in `var/prove.json`."""

    def keep(**values: float | str) -> None:
        for name, value in values.items():
            request.node.user_properties.append((name, round(value, 4) if isinstance(value, float) else value))

    return keep
