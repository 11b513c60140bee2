"""Packages and lessons, the lease that one device holds, what arrived, the evidence, and the append-only ledger."""
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.append_only import guard
from core.base.db import Base, Id, Retention, id_column, personal
from core.course.guards import APPEND_ONLY, POSTGRESQL_GUARDS, PRUNED_GUARDS, SEAL_GUARDS, SQLITE_GUARDS


class Package(Base):
    """课程包: the lessons of one part, for every post or for one, for every year or for one (N-30, JL-12)."""

    __tablename__ = "package"

    id: Mapped[Id] = id_column()
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    part: Mapped[str] = mapped_column(String(20))
    post: Mapped[str] = mapped_column(String(60), default="", index=True)
    year: Mapped[int | None] = mapped_column(SmallInteger)
    recommended: Mapped[bool] = mapped_column(default=True)
    published: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    lessons: Mapped[list["Lesson"]] = relationship(order_by="Lesson.position", back_populates="package")


class Lesson(Base):
    """课件: one video and the class hours it is worth; never less video than hours."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("package_id", "position"),)

    id: Mapped[Id] = id_column()
    package_id: Mapped[Id] = mapped_column(ForeignKey("package.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(120))
    class_hours: Mapped[int] = mapped_column(SmallInteger)
    duration_ms: Mapped[int] = mapped_column(Integer)
    media_key: Mapped[str] = mapped_column(String(120))
    published: Mapped[bool] = mapped_column(default=True)

    package: Mapped[Package] = relationship(back_populates="lessons")


class LessonUpload(Base):
    """A video on its way to being a lesson: how far the making is, or why it was refused."""

    __tablename__ = "lesson_upload"

    id: Mapped[Id] = id_column()
    package_id: Mapped[Id] = mapped_column(ForeignKey("package.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    class_hours: Mapped[int] = mapped_column(SmallInteger)
    filename: Mapped[str] = mapped_column(String(200))
    source_key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    percent: Mapped[int] = mapped_column(SmallInteger, default=0)
    problem: Mapped[str] = mapped_column(String(300), default="")
    lesson_id: Mapped[Id | None] = mapped_column(ForeignKey("lesson.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Study(Base):
    """The study of one enrollment: which packages, the round (a clearing begins a new one, `round_from` slots stood
    credited then), when it was complete."""

    __tablename__ = "study"

    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("enrollment.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    round_from: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    completed_at: Mapped[datetime | None]


class StudyPackage(Base):
    """A package that an enrollment studies, in this order."""

    __tablename__ = "study_package"

    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"), primary_key=True)
    package_id: Mapped[Id] = mapped_column(ForeignKey("package.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)


class LessonPoint(Base):
    """The resume point of a lesson: seen without a gap up to here; kept on each end of a run (N-37)."""

    __tablename__ = "lesson_point"

    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"), primary_key=True)
    lesson_id: Mapped[Id] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    resume_ms: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class StudyLease(Base):
    """The right of one page to study for a person. A newer page takes over: at most one is open (L1).

    `state` is what the next beat is judged by and `seq` the number it must carry: one statement moves both on.
    `base` and `opened` as in `tokens.Lease`; `first` is the state that the lease was opened with. `device` is what
    the browser calls itself, `device_mac` stands for the cookie by which it is known again (L17).
    """

    __tablename__ = "study_lease"
    __table_args__ = (
        UniqueConstraint("person_id", "epoch"),
        Index("uq_study_lease_open", "person_id", unique=True, sqlite_where=text("closed_ms IS NULL"),
              postgresql_where=text("closed_ms IS NULL")),
    )

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"), index=True)
    lesson_id: Mapped[Id] = mapped_column(ForeignKey("lesson.id"))
    epoch: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(SmallInteger)
    base: Mapped[int] = mapped_column(Integer)
    opened: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(300))
    first: Mapped[str] = mapped_column(String(300), default="")
    opened_ms: Mapped[int] = mapped_column(BigInteger)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    closed_ms: Mapped[int | None] = mapped_column(BigInteger)
    closed_why: Mapped[str | None] = mapped_column(String(30))
    device: Mapped[str] = mapped_column(String(200), default="", info=personal(Retention.EVIDENCE))
    device_mac: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True,
                                            info=personal(Retention.EVIDENCE))


class BeatRow(Base):
    """What arrived, as the rules judged it: enough to judge it again (`jianxue hours recompute`). `interval_ms`: what
    the page was asked to wait from then on, where that changed. `late`: the first number of the batch that it came
    with after a cut, judged as a whole (C-02); 0: on time."""

    __tablename__ = "beat"

    lease_id: Mapped[Id] = mapped_column(ForeignKey("study_lease.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    position_ms: Mapped[int] = mapped_column(Integer)
    playing: Mapped[bool]
    present: Mapped[bool]
    credit: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(12))
    interval_ms: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    late: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Segment(Base):
    """A stretch of unbroken viewing, closed: the evidence of the slots it names. Never changed.

    `late`: seen while the network was cut, and heard afterwards.
    """

    __tablename__ = "segment"

    id: Mapped[Id] = id_column()
    lease_id: Mapped[Id] = mapped_column(ForeignKey("study_lease.id"), index=True)
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"), index=True)
    lesson_id: Mapped[Id] = mapped_column(ForeignKey("lesson.id"))
    from_ms: Mapped[int] = mapped_column(BigInteger)
    to_ms: Mapped[int] = mapped_column(BigInteger)
    pos_from_ms: Mapped[int] = mapped_column(Integer)
    pos_to_ms: Mapped[int] = mapped_column(Integer)
    slot: Mapped[int] = mapped_column(BigInteger)
    slots: Mapped[int] = mapped_column(SmallInteger)
    late: Mapped[bool] = mapped_column(default=False, server_default=false())


class HourEntry(Base):
    """The ledger of hours. Entries are added and never changed: the database refuses (L16).

    A credit or pending entry of its own owns the slots slot … slot + slots - 1 of its person, which nobody can own
    twice (L1, L15). What an entry may answer stands in `ledger.ANSWERS`; each is answered at most once.
    """

    __tablename__ = "hour_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "slot"),
        UniqueConstraint("answers_id"),
        CheckConstraint("slots BETWEEN 1 AND 3600", name="slots"),
        CheckConstraint("(slot IS NULL) = (answers_id IS NOT NULL)", name="slot_or_answer"),
        Index("ix_hour_entry_enrollment_id", "enrollment_id"),
    )

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"))
    lesson_id: Mapped[Id] = mapped_column(ForeignKey("lesson.id"))
    part: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(8))
    slots: Mapped[int] = mapped_column(SmallInteger)
    slot: Mapped[int | None] = mapped_column(BigInteger)
    segment_id: Mapped[Id | None] = mapped_column(ForeignKey("segment.id"))
    answers_id: Mapped[Id | None] = mapped_column(ForeignKey("hour_entry.id"))
    note_id: Mapped[Id | None] = mapped_column(ForeignKey("hour_note.id"))
    at: Mapped[datetime]

    def answer(self, kind: str, at: datetime, note_id: Id | None = None) -> "HourEntry":
        """An entry that answers this one, still to be added."""
        return HourEntry(person_id=self.person_id, enrollment_id=self.enrollment_id, lesson_id=self.lesson_id,
                         part=self.part, kind=kind, slots=self.slots, slot=None, answers_id=self.id, note_id=note_id,
                         at=at)


class HourNote(Base):
    """Why hours were cleared or restored: one note for all the entries of one decision (N-45, A.7)."""

    __tablename__ = "hour_note"

    id: Mapped[Id] = id_column()
    enrollment_id: Mapped[Id] = mapped_column(ForeignKey("study.enrollment_id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    ground: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    by_account: Mapped[Id | None]
    round: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]


class SealBatch(Base):
    """A seal over rows of the ledger and its evidence (L16): their leaves, one root, and the root before it.

    `horizon_ms` is the newest moment in an id that has been sealed so far; `leaves` as in `leaves.pack_leaves`.
    """

    __tablename__ = "seal_batch"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(SmallInteger)
    entries: Mapped[int] = mapped_column(Integer)
    segments: Mapped[int] = mapped_column(Integer)
    notes: Mapped[int] = mapped_column(Integer)
    horizon_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    before: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    leaves: Mapped[bytes] = mapped_column(LargeBinary)


class BeatsPruned(Base):
    """The beats of a closed, sealed lease whose time of keeping is over, and how many were deleted."""

    __tablename__ = "beats_pruned"

    lease_id: Mapped[Id] = mapped_column(ForeignKey("study_lease.id"), primary_key=True)
    beats: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class MediaRead(Base):
    """A range of a lesson's video that a lease fetched, of so many bytes: who never fetches has seen nothing (L5)."""

    __tablename__ = "media_read"

    id: Mapped[Id] = id_column()
    lease_id: Mapped[Id] = mapped_column(ForeignKey("study_lease.id"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


for _name in APPEND_ONLY:
    guarded = Base.metadata.tables[_name]
    assert isinstance(guarded, Table)
    guard(guarded, {"sqlite": SQLITE_GUARDS[_name], "postgresql": POSTGRESQL_GUARDS[_name]})
assert isinstance(SealBatch.__table__, Table)
guard(SealBatch.__table__, SEAL_GUARDS)
assert isinstance(BeatsPruned.__table__, Table)
guard(BeatsPruned.__table__, PRUNED_GUARDS)
