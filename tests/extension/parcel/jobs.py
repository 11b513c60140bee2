"""Work of its own."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import Ctx
from core.api.store import job

from .models import Parcel


@job("parcel.send", every=timedelta(days=1))
def send(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    ctx.db.add(Parcel(label="寄出"))
