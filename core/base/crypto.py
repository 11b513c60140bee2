"""Keys of one tenant, and what is done with them.

Every key is derived from the deployment's master key and the tenant's slug, so that no ciphertext, index
or cookie of one tenant means anything at another.
"""
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class KeyRing:
    """Derives, seals, opens and indexes for one tenant."""

    def __init__(self, master: bytes, tenant: str) -> None:
        if len(master) < 32:
            raise ValueError("主密钥至少需要 32 字节")
        self._master = master
        self._tenant = tenant
        self._derived: dict[str, bytes] = {}
        self._aead = AESGCM(self.derive("seal"))
        self._index = self.derive("index")

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose of this tenant."""
        if purpose not in self._derived:
            info = f"jianxue:{self._tenant}:{purpose}".encode()
            self._derived[purpose] = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._master)
        return self._derived[purpose]

    def seal(self, plain: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-GCM, random nonce in front)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes; raises `cryptography.exceptions.InvalidTag` for another tenant's or altered bytes."""
        return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)

    def mac(self, value: str) -> str:
        """The index by which a sealed value is found again: 64 hex digits, useless without the key."""
        return hmac.new(self._index, value.encode(), hashlib.sha256).hexdigest()


_current: ContextVar[KeyRing | None] = ContextVar("jianxue_keys", default=None)


@contextmanager
def keys_in_use(keys: KeyRing) -> Iterator[None]:
    """Sealed columns read and write with these keys inside the block."""
    token = _current.set(keys)
    try:
        yield
    finally:
        _current.reset(token)


def set_keys(keys: KeyRing | None) -> None:
    """Like `keys_in_use` for callers whose block ends elsewhere (a WSGI response)."""
    _current.set(keys)


def current_keys() -> KeyRing:
    """The bound tenant's keys; raises LookupError when no tenant is bound, so nothing leaks by default."""
    keys = _current.get()
    if keys is None:
        raise LookupError("no tenant is bound: sealed columns cannot be read or written")
    return keys
