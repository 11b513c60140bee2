"""Secrets that a development machine makes for itself: files that only their owner can read (mode 0600)."""
import os
import secrets
import tempfile
from pathlib import Path


def ensure_secret(path: Path) -> str:
    """The 64 hex digits that stand in the file; made by the system's random source when it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, secrets.token_hex(32) + "\n")
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never touched when it says the same: another process may be reading it."""
    if path.exists() and path.read_text() == text:
        return
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(name, path)
