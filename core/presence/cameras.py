"""What a page says of its camera: a sign for the auditor and no more, since a page can say anything (L11)."""
import json
from dataclasses import asdict, dataclass
from urllib.parse import unquote

HEADER = "X-Camera"
MOST_TEXT = 400
_MOST_HEADER = 2000
_MOST_LABEL = 120
_MOST_NUMBER = 100_000


@dataclass(frozen=True)
class Camera:
    """A camera as the browser described it; `capable`: it named the ranges in which the picture can be set."""

    label: str = ""
    width: int = 0
    height: int = 0
    rate: int = 0
    capable: bool = False


def read_camera(header: str) -> str:
    """The known facts of what came, bounded, as the row keeps them; "" when the page said nothing that fits."""
    if not header or len(header) > _MOST_HEADER:
        return ""
    try:
        said = json.loads(unquote(header, errors="strict"))
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    camera = Camera(_label(said.get("label")), _number(said.get("width")), _number(said.get("height")),
                    _number(said.get("rate")), said.get("capable") is True)
    return json.dumps(asdict(camera), ensure_ascii=False, separators=(",", ":"))[:MOST_TEXT]


def camera_of(kept: str) -> Camera | None:
    """What a row keeps; None when the page said nothing."""
    return Camera(**json.loads(kept)) if kept else None


def _label(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(sign for sign in text[:_MOST_LABEL] if sign.isprintable() and sign not in '"\\')


def _number(value: object) -> int:
    if not isinstance(value, int | float) or not 0 <= value <= _MOST_NUMBER:
        return 0
    return round(value)
