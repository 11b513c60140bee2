"""Keys and signatures of the sandbox provider."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class Keys:
    """The provider's signing key and the secret of each merchant (name → secret)."""

    private: Ed25519PrivateKey
    merchants: dict[str, str]

    @property
    def public(self) -> str:
        """The raw public key, base64."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(self, timestamp: str, nonce: str, body: bytes) -> str:
        """The provider's signature of a notice or an answer, base64."""
        text = f"{timestamp}\n{nonce}\n".encode() + body
        return base64.b64encode(self.private.sign(text)).decode()

    def request_is_from(self, merchant: str, signature: str, parts: Iterable[str], body: bytes) -> bool:
        """Whether `merchant` made this request; `parts` are method, path, timestamp and nonce."""
        secret = self.merchants.get(merchant)
        if secret is None:
            return False
        text = "".join(f"{part}\n" for part in parts).encode() + body
        right = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right.encode(), signature.encode())


def open_keys(folder: Path, merchants: Iterable[str]) -> Keys:
    """Read the keys kept in `folder`, make what is missing, and leave one file per merchant to hand over.

    `provider.json` stays with the provider; `merchant-<name>.json` (merchant, secret, provider_public) is
    all that a merchant gets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = folder / "provider.json"
    if own.exists():
        held = json.loads(own.read_text())
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(held["private"]))
        secrets_of: dict[str, str] = held["merchants"]
    else:
        private, secrets_of = Ed25519PrivateKey.generate(), {}
    for name in merchants:
        secrets_of.setdefault(name, secrets.token_urlsafe(32))
    keys = Keys(private, secrets_of)
    raw = base64.b64encode(private.private_bytes_raw()).decode()
    _write(own, {"private": raw, "merchants": secrets_of})
    for name, secret in secrets_of.items():
        _write(folder / f"merchant-{name}.json",
               {"merchant": name, "secret": secret, "provider_public": keys.public})
    return keys


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, indent=1)
    if path.exists() and path.read_text() == text:
        return
    fresh = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    os.replace(fresh, path)
