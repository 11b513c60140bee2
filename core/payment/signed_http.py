"""The provider that speaks signed JSON over HTTP: the sandbox, and gateways that imitate its protocol.

Requests carry an HMAC of ours, answers and notices an Ed25519 signature of theirs. Three seconds for an
answer; after three failures in a row the provider is left alone for a while, so that a dead provider costs
one slow page and not each of them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, Mapping

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.payment.provider import (Notice, NoticeRefused, PaymentSeen, PaymentWanted, ProviderDown,
                                   ProviderRefused)
from core.payment.states import Fact

TIMEOUT_SECONDS = 3
FRESH_SECONDS = 300
FAILURES_TO_OPEN = 3
OPEN_SECONDS = 10.0

_FACTS = {"SUCCESS": Fact.PAID, "CLOSED": Fact.CLOSED, "REFUND": Fact.REFUNDED, "NOTPAY": None}


@dataclass
class Breaker:
    """Counts failures in a row; open means: do not even ask."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    open_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise ProviderDown while open."""
        with self.lock:
            if self.clock() < self.open_until:
                raise ProviderDown("breaker open")

    def note(self, answered: bool) -> None:
        """Count an answer or a failure."""
        with self.lock:
            self.failures = 0 if answered else self.failures + 1
            if self.failures >= FAILURES_TO_OPEN:
                self.open_until, self.failures = self.clock() + OPEN_SECONDS, 0


@dataclass(frozen=True)
class MerchantKeys:
    """What the provider hands to a merchant: `secret` signs our requests, `provider_public` proves theirs."""

    merchant: str
    secret: str
    provider_public: str

    @classmethod
    def read(cls, text: str) -> MerchantKeys:
        """From the provider's JSON (merchant, secret, provider_public); ValueError when it is none."""
        try:
            held = json.loads(text)
            keys = cls(str(held["merchant"]), str(held["secret"]), str(held["provider_public"]))
            keys.public()
        except (KeyError, TypeError, binascii.Error) as error:
            raise ValueError("not a merchant's key file") from error
        return keys

    def public(self) -> Ed25519PublicKey:
        """The provider's key."""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.provider_public))

    def proves(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider signed this body."""
        text = f"{headers.get('Pay-Timestamp', '')}\n{headers.get('Pay-Nonce', '')}\n".encode() + body
        try:
            self.public().verify(base64.b64decode(headers.get("Pay-Signature", ""), validate=True), text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def headers(self, method: str, path: str, body: bytes, now: float) -> dict[str, str]:
        """The headers that sign a request of ours."""
        stamp, nonce = str(int(now)), secrets.token_hex(16)
        text = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body
        return {"Content-Type": "application/json", "Pay-Merchant": self.merchant, "Pay-Timestamp": stamp,
                "Pay-Nonce": nonce,
                "Pay-Signature": hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()}


class SignedHttpProvider:
    """Provider over signed HTTP; `wall` gives epoch seconds for the signatures."""

    name = "sandbox"

    def __init__(self, url: str, keys: MerchantKeys, wall: Callable[[], float] = time.time,
                 breaker: Breaker | None = None) -> None:
        self._url, self._keys, self._wall = url.rstrip("/"), keys, wall
        self._breaker = breaker or Breaker()

    @property
    def merchant(self) -> str:
        """Who we are there."""
        return self._keys.merchant

    def create(self, wanted: PaymentWanted) -> PaymentSeen:
        """See Provider."""
        return self._seen(self._call("POST", "/v1/payments", {
            "out_trade_no": wanted.number, "amount_fen": wanted.amount_fen, "title": wanted.title,
            "channel": wanted.channel.value, "notify_url": wanted.notify_url,
            "return_url": wanted.return_url, "expires_in": wanted.seconds}))

    def query(self, number: str) -> PaymentSeen | None:
        """See Provider."""
        try:
            return self._seen(self._call("GET", f"/v1/payments/{number}"))
        except ProviderRefused as error:
            if error.code == "NOT_FOUND":
                return None
            raise

    def close(self, number: str) -> bool:
        """See Provider."""
        try:
            self._call("POST", f"/v1/payments/{number}/close", {})
        except ProviderRefused as error:
            if error.code == "NOT_FOUND":
                return True
            if error.code == "ORDER_PAID":
                return False
            raise
        return True

    def refund(self, number: str, refund_number: str, amount_fen: int, reason: str) -> None:
        """See Provider."""
        self._call("POST", f"/v1/payments/{number}/refunds",
                   {"out_refund_no": refund_number, "amount_fen": amount_fen, "reason": reason})

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See Provider."""
        if not self._keys.proves(headers, body):
            raise NoticeRefused("signature")
        stamp = headers.get("Pay-Timestamp", "")
        if not stamp.isdecimal() or abs(int(stamp) - now.timestamp()) > FRESH_SECONDS:
            raise NoticeRefused("stale")
        try:
            said = json.loads(body)
            notice = Notice(str(said["notice_id"]), Fact(said["kind"]), str(said["merchant"]),
                            str(said["out_trade_no"]), int(said["amount_fen"]))
        except (ValueError, KeyError, TypeError) as error:
            raise NoticeRefused("malformed") from error
        if not 0 < len(notice.id) <= 64:
            raise NoticeRefused("malformed")
        return notice

    def _call(self, method: str, path: str, value: dict[str, object] | None = None) -> dict[str, Any]:
        self._breaker.check()
        body = b"" if value is None else json.dumps(value).encode()
        try:
            answer = requests.request(method, self._url + path, data=body, timeout=TIMEOUT_SECONDS,
                                      headers=self._keys.headers(method, path, body, self._wall()),
                                      allow_redirects=False)
            if not self._keys.proves(answer.headers, answer.content) or answer.status_code >= 500:
                raise ProviderDown(f"status {answer.status_code}, or not signed by the provider")
            said = json.loads(answer.content)
            if not isinstance(said, dict):
                raise ProviderDown("an answer that is not understood")
        except (requests.RequestException, ValueError, ProviderDown) as error:
            self._breaker.note(answered=False)
            raise ProviderDown(type(error).__name__) from error
        self._breaker.note(answered=True)
        if answer.status_code >= 400:
            raise ProviderRefused(str(said.get("code", answer.status_code)))
        return said

    @staticmethod
    def _seen(said: dict[str, Any]) -> PaymentSeen:
        try:
            return PaymentSeen(str(said["out_trade_no"]), int(said["amount_fen"]), str(said["code_url"]),
                               _FACTS[said["state"]])
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderDown("an answer that is not understood") from error
