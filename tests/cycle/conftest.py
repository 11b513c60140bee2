"""The sandbox provider and a listening app, as in the tests of payment."""
from tests.payment.conftest import bank, config, live

__all__ = ["bank", "config", "live"]
