"""What the back office keeps for itself: the checks of the tenant's plugins."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, UtcDateTime, id_column


class PluginCheck(Base):
    """One run of the conformance kit, asked for by an administrator; `report` is what it said.

    `plugin`: the one that is not on yet and was checked with the others, "" for those that are on.
    """

    __tablename__ = "plugin_check"

    id: Mapped[Id] = id_column()
    plugin: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
