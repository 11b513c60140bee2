"""What belongs to one tenant means nothing at another: keys, sealed columns, blobs, context."""
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from core.base.crypto import current_keys
from core.tenancy import Ctx, Tenant, current_tenant


def test_sealed_bytes_do_not_open_elsewhere(national: Tenant, jilin: Tenant) -> None:
    sealed = national.keys.seal(b"110101199001011234")
    assert national.keys.open(sealed) == b"110101199001011234"
    with pytest.raises(InvalidTag):
        jilin.keys.open(sealed)
    assert national.keys.mac("x") != jilin.keys.mac("x")
    assert national.keys.derive("cookie") != jilin.keys.derive("cookie")


def test_a_blob_key_leads_to_nothing_elsewhere(national: Tenant, jilin: Tenant) -> None:
    key = national.blobs.put(b"a photo", "photo")
    assert national.blobs.get(key) == b"a photo"
    with pytest.raises(FileNotFoundError):
        jilin.blobs.get(key)
    assert jilin.blobs.put(b"a photo", "photo") != key


@pytest.mark.parametrize("key", ["../national/secret", "photo/aa/../../x", "/etc/passwd", "photo/aa/" + "g" * 64])
def test_a_blob_key_of_another_form_is_refused(national: Tenant, key: str) -> None:
    with pytest.raises(ValueError, match="not a blob key"):
        national.blobs.get(key)


def test_without_a_bound_tenant_nothing_is_served() -> None:
    """R5."""
    with pytest.raises(LookupError):
        current_tenant()
    with pytest.raises(LookupError):
        current_keys()


def test_a_session_reaches_its_own_database_only(
        national: Tenant, jilin: Tenant, work: Callable[[Tenant], AbstractContextManager[Ctx]]) -> None:
    with work(national) as ctx:
        ctx.record("canary", "national")
    with work(jilin) as ctx:
        assert ctx.db.scalar(text("select count(*) from trail")) == 0
    with work(national) as ctx:
        assert ctx.db.scalar(text("select count(*) from trail")) == 1
