"""The context of a request."""
import pytest

from core.tenancy import Ctx, Tenant


@pytest.mark.parametrize(("write", "looks"), [(False, 1), (True, 3)])
def test_a_reading_request_looks_once_and_a_writing_one_each_time(national: Tenant, write: bool, looks: int) -> None:
    ctx, looked = Ctx(national, write=write), 0

    def look() -> str:
        nonlocal looked
        looked += 1
        return "found"

    assert [ctx.look_up("key", look) for _ in range(3)] == ["found"] * 3
    assert looked == looks
