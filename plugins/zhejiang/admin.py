"""The rooms in the back office's menu."""
from core.api.console import Console


def install(console: Console) -> None:
    """Called once, when the app is made."""
