"""The sandbox provider as a real process on a free port, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from core.payment.signed_http import MerchantKeys, SignedHttpProvider
from core.sandbox.keys import open_keys

ROOT = Path(__file__).parents[2]


class SandboxProcess:
    """Starts ``python -m core.sandbox``; `url` is where it answers."""

    def __init__(self, folder: Path, merchants: tuple[str, ...] = ("national", "jilin"),
                 retry_scale: float = 0.01, now: datetime | None = None) -> None:
        """`now`: where its clock stands still, else it shows this machine's time."""
        self.folder, self._merchants, self._scale = folder, merchants, retry_scale
        self._frozen = now.timestamp() if now else None
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, on the port of last time if there was one, and wait for its first line."""
        command = [sys.executable, "-m", "core.sandbox", "--port", str(self.port), "--dir", str(self.folder),
                   "--retry-scale", str(self._scale)]
        if self._frozen is not None:
            command += ["--frozen-at", str(self._frozen)]
        for name in self._merchants:
            command += ["--merchant", name]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
                                         stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, "the sandbox provider did not start"
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def keys(self, merchant: str) -> MerchantKeys:
        """What this merchant was given."""
        return MerchantKeys.read((self.folder / f"merchant-{merchant}.json").read_text())

    def client(self, merchant: str) -> SignedHttpProvider:
        """A provider port of this merchant."""
        return SignedHttpProvider(self.url, self.keys(merchant))

    def payer(self, code_url: str, button: str = "confirm", **form: str) -> requests.Response:
        """What a payer's phone does: open the code, press a button."""
        requests.get(code_url, timeout=5).raise_for_status()
        answer = requests.post(f"{code_url}/{button}", data=form, timeout=5)
        answer.raise_for_status()
        return answer

    def now(self) -> float:
        """Epoch seconds on its clock."""
        return time.time() if self._frozen is None else self._frozen

    def _notices(self, merchant: str) -> list[dict[str, Any]]:
        headers = self.keys(merchant).headers("GET", "/v1/notices", b"", self.now())
        answer = requests.get(f"{self.url}/v1/notices", headers=headers, timeout=5)
        answer.raise_for_status()
        return list(answer.json())

    def _until(self, merchant: str, ready: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        until = time.monotonic() + 15
        while not ready(rows := self._notices(merchant)):
            assert time.monotonic() < until, rows
            threading.Event().wait(0.05)
        return rows

    def settled(self, merchant: str) -> list[dict[str, Any]]:
        """All copies of notices, once none is on its way any more."""
        return self._until(merchant, lambda rows: all(row["state"] != "waiting" for row in rows))

    def tried(self, merchant: str) -> int:
        """The status that the newest notice got."""
        rows = self._until(merchant, lambda rows: bool(rows) and rows[-1]["tries"] > 0)
        return int(rows[-1]["status"])

    def waiting_body(self, merchant: str) -> bytes:
        """The newest notice, not yet sent."""
        return json.dumps(self._notices(merchant)[-1]["body"]).encode()

    def signed_as_provider(self, body: bytes) -> dict[str, str]:
        """Headers with the provider's own signature, by its private key in the folder."""
        keys = open_keys(self.folder, ())
        stamp, nonce = str(int(self.now())), uuid.uuid4().hex
        return {"Content-Type": "application/json", "Pay-Timestamp": stamp, "Pay-Nonce": nonce,
                "Pay-Signature": keys.sign(stamp, nonce, body)}
