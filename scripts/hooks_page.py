"""Writes docs/hooks.md from the contract: `python scripts/hooks_page.py`."""
import inspect
import re
from pathlib import Path

from core.contract import hooks as contract
from core.contract.hooks import Hooks

TARGET = Path(__file__).resolve().parents[1] / "docs" / "hooks.md"


def plain(annotation: object) -> str:
    """A type as a reader would write it, without modules."""
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", inspect.formatannotation(annotation))


def render() -> str:
    parts = ["# The hooks\n",
             "Made from `core/contract/hooks.py` by `python scripts/hooks_page.py`; a test compares.\n",
             (inspect.getdoc(contract) or "").removeprefix("Every hook. ") + "\n"]
    for name, spec in vars(Hooks).items():
        if hasattr(spec, "jianxue_spec"):
            signature = inspect.signature(spec)
            names = ", ".join(list(signature.parameters)[1:])
            typed = ", ".join(f"{given.name}: {plain(given.annotation)}"
                              for given in list(signature.parameters.values())[1:])
            answer = plain(signature.return_annotation)
            parts.append(f"### `{name}({names})`\n\n`({typed}) -> {answer}`\n\n{inspect.getdoc(spec)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
