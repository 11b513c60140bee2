"""Frozen values that go into hooks and come out of them; plugins never see a database row."""
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.base.db import Id
from core.base.errors import Problem


class StepState(StrEnum):
    """The five states of a step on 办到哪一步; each has a word, so that colour is never alone."""

    WAITING_START = "未开始"
    UNDER_WAY = "进行中"
    IN_AUDIT = "等待审核"
    DONE = "已完成"
    NEEDS_CARE = "需处理"


@dataclass(frozen=True)
class Step:
    """One of the eight steps (N-03) for a person: `order` 1…8, what holds it up, since when, and the one button."""

    order: int
    title: str
    state: StepState
    reason: str = ""
    since: datetime | None = None
    action: "Action | None" = None


@dataclass(frozen=True)
class Action:
    """A button. Without a `url` it is shown as not yet possible, with `why_not` beside it (N-32)."""

    key: str
    label: str
    url: str | None = None
    why_not: str = ""
    order: int = 50
    primary: bool = False
    method: str = "get"


@dataclass(frozen=True)
class CaseRow:
    label: str
    value: str


@dataclass(frozen=True)
class CaseSection:
    """A block of a person's whole case in the back office; `rows` are label and value."""

    order: int
    title: str
    rows: tuple[CaseRow, ...] = ()
    table_head: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PersonFacts:
    id: Id
    name: str
    person_class: str
    has_photo: bool
    profile_saved: bool
    has_id_scans: bool
    password_initial: bool
    phone_confirmed: bool


@dataclass(frozen=True)
class CertificateFacts:
    """N-20: what is known of a certificate."""

    id: Id
    person_id: Id
    post: str
    province: str
    number: str
    issuer: str
    issued_on: date
    electronic: bool
    status: str
    status_note: str
    hours_this_year: int
    years_on_record: tuple[int, ...]
    continuing_education: bool = True


@dataclass(frozen=True)
class Deadline:
    """GD-01, C-20: until when a certificate can be replaced. `ends` is the first moment that is too late
    (2021-01-01 00:00:00 in Shanghai for "until 2020-12-31"); None: it never is."""

    ends: datetime | None = None


@dataclass(frozen=True)
class EnrollmentFacts:
    """One post in one year (N-27); without a certificate it is the training for the first one (首次取证, ZJ-27)."""

    id: Id
    person_id: Id
    certificate_id: Id | None
    post: str
    year: int
    kind: str
    general_due: int
    professional_due: int
    hours_done: int
    hours_total: int
    paid: bool

    @property
    def first_time(self) -> bool:
        """首次取证: no hours audit, no year's record, no online exam (A.7)."""
        return self.certificate_id is None


@dataclass(frozen=True)
class OrderSubject:
    """What a line of an order pays for, in the words of the flow that ordered it."""

    kind: str
    id: Id


@dataclass(frozen=True)
class OrderFacts:
    """An order as hooks see it; the amount in fen. `payer_id` is None where an organization pays."""

    id: Id
    number: str
    payer_id: Id | None
    state: str
    total_fen: int
    subjects: tuple[OrderSubject, ...]


@dataclass(frozen=True)
class OrderPath:
    """X-10: who enrolls, who pays and how. `self_service` shows the order and payment pages to the trainee;
    without `self_enrollment` somebody else enrolls (GD-04), and `sentence` says where."""

    self_service: bool
    sentence: str = ""
    self_enrollment: bool = True


@dataclass(frozen=True)
class CourseChoice:
    """X-11: which packages an enrollment studies; `by_trainee` lets the trainee choose among them."""

    package_codes: tuple[str, ...]
    by_trainee: bool = False


@dataclass(frozen=True)
class ExamAdmission:
    """X-16: whether somebody may begin the exam now, or the `problem` that hinders it. A test of a whole room runs
    from one moment for all, `since`; in `one_place` it goes on where it was begun, until somebody releases it."""

    problem: Problem | None = None
    since: datetime | None = None
    one_place: bool = False


@dataclass(frozen=True)
class InvoicePolicy:
    """X-23: `self` lets the payer apply online, `none` hides it, `statement` takes it from 情况说明."""

    kind: str
    note: str = ""


@dataclass(frozen=True)
class PhoneCorrection:
    """X-08: whether a person may change the phone, and what to tell them if not."""

    by_self: bool
    sentence: str
    phones: tuple[str, ...] = ()


class SensitiveAction(StrEnum):
    """What a stranger who got hold of a phone would do first (C-22)."""

    RESET_PASSWORD = "reset_password"
    CHANGE_PHONE = "change_phone"
    REPLACE_CERTIFICATE = "replace_certificate"


@dataclass(frozen=True)
class RecordNote:
    """A sentence above 我的档案; `urgent` ones stand first and in the warning's colour, `phones` as numbers to call."""

    key: str
    text: str
    title: str = ""
    phones: tuple[str, ...] = ()
    urgent: bool = False


@dataclass(frozen=True)
class PersonClass:
    """X-24: a class of persons, told by the post of a certificate; without `continuing_education` the electronic
    certificate is had at once (JL-17). It is titled and worded by the rules `certificate.*` where these are empty."""

    code: str
    name: str
    continuing_education: bool
    certificate_title: str = ""
    certificate_statement: str = ""


@dataclass(frozen=True)
class Column:
    """X-22: a column of the certificate table."""

    key: str
    title: str
