"""Telling the merchant: signed notices, repeated until one is answered with 2xx."""

from __future__ import annotations

import json
import logging
import random
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.sandbox.keys import Keys
from core.sandbox.store import Delivery, Payment, Refund, Store

log = logging.getLogger(__name__)

RETRY_SECONDS = (15, 15, 30, 180)
"""Pauses after the first, second … unanswered try, as WeChat Pay begins."""

TIMEOUT_SECONDS = 5


class Notices:
    """The sender: a thread that sleeps until the next notice is due, and a few that post.

    `clock` stamps what is sent; when it is sent goes by this machine's time, for `clock` may stand still.
    """

    def __init__(self, store: Store, keys: Keys, clock: Callable[[], float], scale: float) -> None:
        self._store, self._keys, self._clock, self._scale = store, keys, clock, scale
        self._stranger = Keys(Ed25519PrivateKey.generate(), {})
        self._wake = threading.Condition()
        self._stop = False
        self._pool = ThreadPoolExecutor(max_workers=24)
        self._thread = threading.Thread(target=self._loop, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to send, with what an earlier process left half sent."""
        self._store.end_leases(time.time())
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more."""
        with self._wake:
            self._stop = True
            self._wake.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def tell(self, kind: str, payment: Payment, refund: Refund | None = None) -> None:
        """Queue the notice of what happened (payment.paid, payment.closed, refund.done)."""
        switches = self._store.switches(payment.merchant)
        if switches.drop:
            return
        body: dict[str, Any] = {
            "notice_id": "N" + secrets.token_hex(12), "kind": kind, "merchant": payment.merchant,
            "out_trade_no": payment.out_trade_no, "trade_no": payment.trade_no,
            "amount_fen": payment.amount_fen, "channel": payment.channel,
            "out_refund_no": refund.out_refund_no if refund else None, "at": self._clock()}
        if switches.forge == "amount":
            body["amount_fen"] = payment.amount_fen + 1
        elif switches.forge == "merchant":
            body["merchant"] = payment.merchant + "x"
        elif switches.forge == "order":
            body["out_trade_no"] = "X" + payment.out_trade_no[1:]
        text = json.dumps(body)
        for _copy in range(1 + switches.duplicate):
            due = time.time() + switches.delay + (random.uniform(0, 2) if switches.shuffle else 0)
            self._store.add_delivery(payment.merchant, payment.notify_url, text,
                                     switches.forge == "signature", due)
        with self._wake:
            self._wake.notify()

    def _loop(self) -> None:
        while not self._stop:
            for delivery in self._store.take_due(time.time(), lease=4 * TIMEOUT_SECONDS):
                self._pool.submit(self._post, delivery)
            with self._wake:
                due = self._store.next_due()
                pause = 30.0 if due is None else max(0.02, min(30.0, due - time.time()))
                if not self._stop:
                    self._wake.wait(pause)

    def _post(self, delivery: Delivery) -> None:
        keys = self._stranger if delivery.forged else self._keys
        body = delivery.body.encode()
        timestamp, nonce = str(int(self._clock())), secrets.token_hex(16)
        headers = {"Content-Type": "application/json", "Pay-Timestamp": timestamp, "Pay-Nonce": nonce,
                   "Pay-Signature": keys.sign(timestamp, nonce, body)}
        try:
            status = requests.post(delivery.url, data=body, headers=headers, timeout=TIMEOUT_SECONDS,
                                   allow_redirects=False).status_code
        except requests.RequestException as error:
            log.info("notice %s: no answer (%s)", delivery.id, type(error).__name__)
            status = 0
        again = None
        if delivery.tries < len(RETRY_SECONDS):
            again = time.time() + RETRY_SECONDS[delivery.tries] * self._scale
        self._store.delivered(delivery, status, again)
        with self._wake:
            self._wake.notify()
