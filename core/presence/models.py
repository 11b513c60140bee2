"""What is kept of face checks: the descriptor, the tries, what they proved, pictures taken while studying."""
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Table, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.append_only import guard
from core.base.db import Base, Id, Retention, SealedBytes, UtcDateTime, id_column, personal
from core.identity import Person
from core.presence.guards import PURGE_GUARDS
from core.presence.states import ChallengeState, ReviewState, SnapshotVerdict


class FaceTemplate(Base):
    """The descriptor of a person's photo on file; kept until the account closes or consent is withdrawn.
    `searched_at`: when it was compared with all others of the tenant (L13)."""

    __tablename__ = "face_template"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), unique=True)
    photo_key: Mapped[str] = mapped_column(String(120), info=personal(Retention.ACCOUNT))
    vector: Mapped[bytes] = mapped_column(SealedBytes, info=personal(Retention.ACCOUNT))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    searched_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class FaceMean(Base):
    """The mean descriptor of the tenant's enrolled photos, from which the cosine distance is taken."""

    __tablename__ = "face_mean"

    id: Mapped[Id] = id_column()
    vector: Mapped[bytes] = mapped_column(SealedBytes, info=personal(Retention.ACCOUNT))
    counted: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Challenge(Base):
    """One try of the face check. The actions are drawn when it opens and told one by one; `deadline_at` is the
    server's, for what was told last (N-34, N-35). `looks`: the turned frames of a passed try in hashes, `likeness`: how
    many of them resemble an earlier sitting (L12), `answers`: seconds that each action took (L8). `in_room`: asked for
    at the door of a room, so that a match of the study does not open it (ZJ-29)."""

    __tablename__ = "face_challenge"
    __table_args__ = (Index("ix_face_challenge_person", "person_id", "opened_at"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    enrollment_id: Mapped[Id] = mapped_column(index=True)
    nonce: Mapped[str] = mapped_column(String(40))
    actions: Mapped[list[str]] = mapped_column(JSON)
    step: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12), default=ChallengeState.LOOKING)
    reason: Mapped[str] = mapped_column(String(30), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digests: Mapped[list[str]] = mapped_column(JSON, default=list, info=personal(Retention.EVIDENCE))
    looks: Mapped[bytes | None] = mapped_column(SealedBytes, info=personal(Retention.EVIDENCE))
    likeness: Mapped[int] = mapped_column(default=0, server_default="0")
    answers: Mapped[list[float]] = mapped_column(JSON, default=list, server_default="[]")
    camera: Mapped[str] = mapped_column(String(400), default="", server_default="", info=personal(Retention.EVIDENCE))
    in_room: Mapped[bool] = mapped_column(default=False, server_default=false())


class Attestation(Base):
    """Proof that the person was there when the player opened: by face, or by a supervised session. `frames`: how
    many were averaged for the distances, since thresholds differ by it (L14)."""

    __tablename__ = "attestation"
    __table_args__ = (Index("ix_attestation_holder", "person_id", "enrollment_id", "valid_until"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    enrollment_id: Mapped[Id]
    challenge_id: Mapped[Id | None] = mapped_column(ForeignKey("face_challenge.id"))
    kind: Mapped[str] = mapped_column(String(12))
    zone: Mapped[str] = mapped_column(String(10))
    euclid: Mapped[float | None]
    cosine: Mapped[float | None]
    frames: Mapped[int | None]
    picture_key: Mapped[str | None] = mapped_column(String(120), info=personal(Retention.EVIDENCE))
    witness_id: Mapped[Id | None]
    witness_name: Mapped[str] = mapped_column(String(60), default="", server_default="",
                                              info=personal(Retention.EVIDENCE))
    note: Mapped[str] = mapped_column(String(500), default="", server_default="", info=personal(Retention.EVIDENCE))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
    in_room: Mapped[bool] = mapped_column(default=False, server_default=false())


class Snapshot(Base):
    """One picture asked for while studying (N-33): the slot it was due at, and what it showed."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("enrollment_id", "round", "slot"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    enrollment_id: Mapped[Id]
    round: Mapped[int] = mapped_column(default=0)
    slot: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    picture_key: Mapped[str | None] = mapped_column(String(120), info=personal(Retention.EVIDENCE))
    verdict: Mapped[str] = mapped_column(String(12), default=SnapshotVerdict.WAITING)
    faces: Mapped[int | None]
    euclid: Mapped[float | None]
    cosine: Mapped[float | None]
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    camera: Mapped[str] = mapped_column(String(400), default="", server_default="", info=personal(Retention.EVIDENCE))


class SupervisedSession(Base):
    """A time and place at which a witness sees people in person; `seats` of them (C-25)."""

    __tablename__ = "supervised_session"

    id: Mapped[Id] = id_column()
    place: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seats: Mapped[int]
    offered_by: Mapped[Id | None]
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SupervisedRequest(Base):
    """Somebody who cannot or does not want to use the face check: a seat of a session, or without one a wish to be
    called (R24, C-25). Open until `done_at`; `outcome` then says how it ended."""

    __tablename__ = "supervised_request"
    __table_args__ = (
        Index("uq_supervised_request_open", "enrollment_id", unique=True, sqlite_where=text("done_at IS NULL"),
              postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    enrollment_id: Mapped[Id]
    session_id: Mapped[Id | None] = mapped_column(ForeignKey("supervised_session.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="", info=personal(Retention.EVIDENCE))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="", server_default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(viewonly=True)
    session: Mapped[SupervisedSession | None] = relationship(viewonly=True)


class EvidenceTerm(Base):
    """Until when the pictures of an enrollment are kept; no moment while its case is open (A.7)."""

    __tablename__ = "evidence_term"

    enrollment_id: Mapped[Id] = mapped_column(primary_key=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class PictureVerdict(Base):
    """What a human saw on one picture: the same person, another one, or not to be told. A later one of the same
    picture counts instead; none is changed. The thresholds are calibrated by them."""

    __tablename__ = "picture_verdict"

    id: Mapped[Id] = id_column()
    picture_id: Mapped[Id] = mapped_column(index=True)
    seen: Mapped[str] = mapped_column(String(12))
    by_account: Mapped[Id | None]
    by_name: Mapped[str] = mapped_column(String(60), info=personal(Retention.RECORD))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FaceDuplicate(Base):
    """Two persons whose photos on file look like one face (L13): for a human to look at, once and for all."""

    __tablename__ = "face_duplicate"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: Mapped[Id] = id_column()
    one_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    euclid: Mapped[float]
    cosine: Mapped[float | None]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ReviewState.OPEN, index=True)
    note: Mapped[str] = mapped_column(String(500), default="", info=personal(Retention.ACCOUNT))
    by_name: Mapped[str] = mapped_column(String(60), default="", info=personal(Retention.RECORD))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    one: Mapped[Person] = relationship(foreign_keys=one_id, lazy="joined")
    other: Mapped[Person] = relationship(foreign_keys=other_id, lazy="joined")


class ScanMatch(Base):
    """How the portrait on the ID card compares with the photo on file, for one pair of pictures (L13). `zone` is
    "" where no face was found on the card."""

    __tablename__ = "scan_match"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), unique=True)
    scan_key: Mapped[str] = mapped_column(String(120), info=personal(Retention.ACCOUNT))
    photo_key: Mapped[str] = mapped_column(String(120), info=personal(Retention.ACCOUNT))
    zone: Mapped[str] = mapped_column(String(10))
    euclid: Mapped[float | None]
    cosine: Mapped[float | None]
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ReviewState.OPEN, index=True)
    note: Mapped[str] = mapped_column(String(500), default="", info=personal(Retention.ACCOUNT))
    by_name: Mapped[str] = mapped_column(String(60), default="", info=personal(Retention.RECORD))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(lazy="joined")


class FacePurge(Base):
    """That face data were deleted for good: what, how many, when, by which rule; added, never changed (C-24).

    `digest` is of the names of the pictures, which stood for their content: who still has one can show that it was
    among them, and nobody can learn anything of a face from it.
    """

    __tablename__ = "face_purge"

    id: Mapped[Id] = id_column()
    rule: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), default="")
    person_id: Mapped[Id | None] = mapped_column(index=True)
    enrollment_id: Mapped[Id | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


assert isinstance(FacePurge.__table__, Table)
guard(FacePurge.__table__, PURGE_GUARDS)
