"""For a plugin whose page takes something that could be guessed."""
from datetime import timedelta

from flask_babel import gettext as _

from core.base.errors import TooMany
from core.identity import hit
from core.tenancy import Ctx

__all__ = ["count_try"]


def count_try(ctx: Ctx, key: str, most: int, minutes: int) -> None:
    """Count one try under `key`; TooMany beyond `most` in so many minutes. It outlives the request's refusal, so it is
    called before `ctx.db` is touched."""
    with ctx.aside() as session:
        free_at = hit(session, key, most, timedelta(minutes=minutes), ctx.now)
    if free_at is not None:
        raise TooMany("too_many_tries", _("试的次数太多了，请稍后再试。"))
