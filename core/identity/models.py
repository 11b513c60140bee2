"""Persons, their accounts, and what proves that somebody is who signs in."""
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.crypto import current_keys
from core.base.db import Base, Id, Retention, Sealed, UtcDateTime, id_column, personal
from core.base.ids import tidy

TAIL = 4
"""How many last digits of a number are enough to look for."""


class Person(Base):
    """A natural person, known by the resident ID number (N-08, N-11)."""

    __tablename__ = "person"

    id: Mapped[Id] = id_column()
    name: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    sex: Mapped[str] = mapped_column(default="", info=personal(Retention.RECORD))
    id_number: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    id_number_mac: Mapped[str] = mapped_column(unique=True, info=personal(Retention.RECORD))
    phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    phone_mac: Mapped[str] = mapped_column(index=True, info=personal(Retention.ACCOUNT))
    email: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    photo_key: Mapped[str | None] = mapped_column(info=personal(Retention.RECORD))
    photo_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(Retention.RECORD))
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    study_begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    portal_opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    profile_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    name_mac: Mapped[str | None] = mapped_column(index=True, info=personal(Retention.RECORD))
    id_tail_mac: Mapped[str | None] = mapped_column(index=True, info=personal(Retention.RECORD))
    phone_tail_mac: Mapped[str | None] = mapped_column(index=True, info=personal(Retention.ACCOUNT))


def search_mac(kind: str, value: str) -> str:
    """The index of one thing by which the hotline looks for a person; a kind's index means nothing to another's."""
    return current_keys().mac(f"person:{kind}:{tidy(value)}")


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def index_person(_mapper: object, _connection: object, person: Person) -> None:
    """Names and numbers are sealed: what a caller says can only be found by its MAC (C-22)."""
    for column, mac in search_macs(person.name, person.id_number, person.phone).items():
        setattr(person, column, mac)


def search_macs(name: str, id_number: str, phone: str) -> dict[str, str]:
    """The columns by which a person is looked for."""
    return {"name_mac": search_mac("name", name), "id_tail_mac": search_mac("id", id_number[-TAIL:]),
            "phone_tail_mac": search_mac("phone", phone[-TAIL:])}


class IdScan(Base):
    """One side of a person's resident ID card, in the newest picture (GD-09, BJ-06); the bytes are sealed."""

    __tablename__ = "id_scan"
    __table_args__ = (UniqueConstraint("person_id", "side"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    side: Mapped[str]
    scan_key: Mapped[str] = mapped_column(info=personal(Retention.ACCOUNT))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Account(Base):
    """What signs in: a person's by ID number, or staff's by username.

    No hash is stored while the initial password of X-05 stands (U1): `initial` says which one it is,
    and it opens only the page that changes it.
    """

    __tablename__ = "account"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"), unique=True)
    username: Mapped[str | None] = mapped_column(unique=True)
    display_name: Mapped[str] = mapped_column(default="", info=personal(Retention.ACCOUNT))
    phone: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    password_hash: Mapped[str | None] = mapped_column(info=personal(Retention.ACCOUNT))
    initial: Mapped[str | None]
    must_change: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship(lazy="joined")
    roles: Mapped[list["AccountRole"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="AccountRole.role")


class AccountRole(Base):
    """One role of an account, and the organization or city that it is limited to."""

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "role", "organization_id", "city"),)

    id: Mapped[Id] = id_column()
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str]
    organization_id: Mapped[Id | None]
    city: Mapped[str | None]


class LoginSession(Base):
    """One signed-in device; the cookie holds the token, the table only its digest (U6)."""

    __tablename__ = "login_session"

    id: Mapped[Id] = id_column()
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    stage: Mapped[str]
    address: Mapped[str] = mapped_column(default="", info=personal(Retention.SECURITY))
    device: Mapped[str] = mapped_column(default="", info=personal(Retention.SECURITY))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="joined")


class KnownDevice(Base):
    """A browser that has proven the phone once (GD-05); its cookie holds the token, the table only a digest."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("account_id", "token_digest"),)

    id: Mapped[Id] = id_column()
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str]
    label: Mapped[str] = mapped_column(default="", info=personal(Retention.SECURITY))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SmsCode(Base):
    """A code sent to a phone; only its MAC is kept."""

    __tablename__ = "sms_code"
    __table_args__ = (Index("ix_sms_code_phone", "phone_mac", "purpose", "sent_at"),)

    id: Mapped[Id] = id_column()
    purpose: Mapped[str]
    phone_mac: Mapped[str] = mapped_column(info=personal(Retention.ACCOUNT))
    code_mac: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImageCode(Base):
    """The answer to a picture or a question, kept by the server and good for one try (N-08)."""

    __tablename__ = "image_code"

    id: Mapped[Id] = id_column()
    answer: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SHORT))
    question: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Throttle(Base):
    """A counter behind a limit: works without Redis and is shared by all processes (R26)."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PasswordReset(Base):
    """A request to reset a password: made alike whether the account is known or not (R27)."""

    __tablename__ = "password_reset"

    id: Mapped[Id] = id_column()
    id_number_mac: Mapped[str] = mapped_column(info=personal(Retention.RECORD))
    phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Base):
    """What a person agreed to, in which version, and until when (PIPL 28-30)."""

    __tablename__ = "consent"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    version: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
