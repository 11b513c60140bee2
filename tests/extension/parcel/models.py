"""A table of its own, which only its tenants' databases have."""
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, id_column


class Parcel(Base):
    __tablename__ = "parcel"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(40))
