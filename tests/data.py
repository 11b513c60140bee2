"""Where the optional test data lies; tests that use it must have another way in a bare clone."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("JIANXUE_DATA", ROOT.parent / "shared" / "data"))


def data(*parts: str) -> Path | None:
    """The file or folder of the optional data, or None in a bare clone."""
    path = DATA.joinpath(*parts)
    return path if path.exists() else None


TENANTS = Path(os.environ.get("JIANXUE_TENANTS", ROOT / "tenants"))
"""The tenants under test; `make prove` points it at copies with a mutated value."""
