"""What a higher flow has to say at the top of a page that a lower one draws (the countdown to a deadline)."""
import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g
from markupsafe import Markup

Banner = Callable[[Any], Markup]
log = logging.getLogger("jianxue.web")
EXTENSION = "jianxue.banners"


def banner(app: Flask, place: str, draw: Banner) -> None:
    """Let a flow speak at a place: ``draw(ctx)`` gives its words for the signed-in trainee, or none."""
    app.extensions.setdefault(EXTENSION, {}).setdefault(place, []).append(draw)


def banners(place: str) -> Markup:
    """All that is said at a place, for the template of its page."""
    said: list[Banner] = current_app.extensions.get(EXTENSION, {}).get(place, [])
    return Markup("").join(_drawn(draw, place) for draw in said)


def _drawn(draw: Banner, place: str) -> Markup:
    """What cannot be said is logged and left out; the page stays (O14)."""
    try:
        return draw(g.ctx)
    except Exception:
        log.exception("banner at %s failed at tenant %s", place, g.ctx.tenant.slug)
        return Markup("")
