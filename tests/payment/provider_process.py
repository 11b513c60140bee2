"""The sandbox provider as a real process on a free port, for tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import requests

from core.payment.signed_http import MerchantKeys, SignedHttpProvider

ROOT = Path(__file__).parents[2]


class SandboxProcess:
    """Starts ``python -m core.sandbox``; `url` is where it answers."""

    def __init__(self, folder: Path, merchants: tuple[str, ...] = ("national", "jilin"),
                 retry_scale: float = 0.01) -> None:
        self.folder, self._merchants, self._scale = folder, merchants, retry_scale
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, on the port of last time if there was one, and wait for its first line."""
        command = [sys.executable, "-m", "core.sandbox", "--port", str(self.port), "--dir", str(self.folder),
                   "--retry-scale", str(self._scale)]
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
