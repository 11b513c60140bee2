"""Idempotency-Key: a form that creates something is done once, however often it is sent (O2, O7)."""
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from flask import Response, redirect, request
from sqlalchemy import Integer, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response as BaseResponse

from core.base.db import Base
from core.base.errors import Conflict
from core.web.application import current_ctx

FIELD = "_once"
HEADER = "Idempotency-Key"


class OnceRow(Base):
    """The answer that a key got; kept a day (`retention.short_hours`)."""

    __tablename__ = "once"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    status: Mapped[int] = mapped_column(Integer)
    location: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


def new_once() -> str:
    """A fresh key for a form's hidden field `_once`."""
    return uuid4().hex


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator for a post that creates and answers with a redirect: a repeat gets the first answer again.

    Put it between `@bp.post` and `@policy`. Without a key the view runs as usual.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        given = request.headers.get(HEADER) or request.form.get(FIELD)
        if request.method == "GET" or not given:
            return view(*args, **kwargs)
        ctx = current_ctx()
        key = f"{request.endpoint}:{ctx.actor.account_id or ctx.actor.address}:{given}"[:200]
        if (known := _known(key)) is not None:
            return known
        response = view(*args, **kwargs)
        if isinstance(response, BaseResponse) and 300 <= response.status_code < 400:
            ctx.db.add(OnceRow(key=key, status=response.status_code, location=response.location or "/", at=ctx.now))
            try:
                ctx.db.flush()
            except IntegrityError:
                ctx.rollback()
                if (known := _known(key)) is not None:
                    return known
                raise Conflict("repeated", "这次提交正在处理，请不要重复点击。") from None
        return response

    return guarded


def _known(key: str) -> Response | BaseResponse | None:
    row = current_ctx().db.scalar(select(OnceRow).where(OnceRow.key == key))
    return redirect(row.location, row.status) if row else None
