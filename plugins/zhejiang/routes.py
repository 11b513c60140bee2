"""The pages of all rooms."""
from core.api.web import JianxueFlask


def install(app: JianxueFlask) -> None:
    """Called once, when the app is made."""
