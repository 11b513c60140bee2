"""Every rule that a tenant may set, as a typed value; `tenants/_base.toml` holds the national values and,
for each, the row it comes from."""
from dataclasses import dataclass


@dataclass(frozen=True)
class PortalRules:
    managed_name: str            # (M) 管理系统
    managed_strap: str
    managed_url: str
    library_name: str            # (L) 资源库
    library_url: str
    library_banner_url: str
    guidance_unit: str
    host_unit: str
    support_unit: str
    hotlines: tuple[str, ...]
    centre: str                  # whom trainees ask beside the hotline, and by which numbers
    centre_phones: tuple[str, ...]
    menu_without: tuple[str, ...]   # keys of the trainee's menu that this tenant leaves out
    pilot_provinces: tuple[str, ...]
    boxes: tuple[str, ...]       # the queries on the first page: certificates | institutions | appraisal | experts
    brand: str
    brand_ink: str


@dataclass(frozen=True)
class AccountRules:
    initial_password: str        # "phone", or the password itself
    origin: str                  # trainee | institution | enterprise | centre
    phone_unique: bool
    change_initial: bool
    password_before_study: bool  # the initial one must be changed before the first study
    new_device_code: str         # none | trainee | all: who proves the phone at sign-in from a new device
    password_change_code: str    # none | trainee | all: likewise at each change of password
    id_scans: bool               # both sides of the ID card are asked for
    confirm_phone: bool          # the trainee confirms the phone on file before the first study
    min_password: int
    idle_minutes: int
    absolute_hours: int
    image_code_digits: int
    image_code_minutes: int
    sms_code_digits: int
    sms_code_minutes: int
    sms_code_tries: int
    sms_gap_seconds: int
    sms_per_phone_day: int
    sms_per_address_hour: int
    sms_budget_hour: int
    tries_per_account: int       # wrong passwords per 5 minutes
    tries_per_address: int


@dataclass(frozen=True)
class PhotoRules:
    max_kb: int
    types: tuple[str, ...]
    backgrounds: tuple[str, ...]
    portrait: bool
    change: str                  # never | first_login (until study begins)
    recent_months: int           # 0: not asked; else the picture must be declared to be that young
    min_eye_px: int
    min_sharpness: float
    warn_sharpness: float
    max_roll_deg: float
    max_yaw: float
    min_face_score: float
    max_eyes_dark: float
    max_mouth_off: float
    min_face_shape: float        # height of the eyes above the nose in eye distances
    max_face_shape: float


@dataclass(frozen=True)
class DeviceRules:
    phone: str                   # all | study_only: what a trainee may do on a phone


@dataclass(frozen=True)
class CycleRules:
    years_back: int
    previous_year: str           # allow | warn | forbid
    kinds: tuple[str, ...]
    exempt_general_from_second: bool


@dataclass(frozen=True)
class EligibilityRules:
    """Which old (paper) certificates may be enrolled (X-18); what is empty or 0 restricts nothing."""

    issuers: tuple[str, ...]
    issued_from: int             # the first and the last year of issue, both included
    issued_to: int
    posts: tuple[str, ...]


@dataclass(frozen=True)
class HoursRules:
    general: int
    professional: int
    hour_seconds: int
    slot_seconds: int
    beat_seconds: int
    speed_tolerance_seconds: int
    lease_idle_seconds: int
    gap_seconds: int             # what one cut of the network may give, once a face is matched
    gap_percent: int             # and of each class hour
    organization: str            # the 机构 column of the hours record


@dataclass(frozen=True)
class PresenceRules:
    required: bool
    actions: tuple[str, ...]
    actions_drawn: int
    action_seconds: int
    upload_grace_seconds: int
    tries: int
    attestation_minutes: int
    snapshots_min_per_hour: int
    snapshots_max_per_hour: int
    snapshot_misses: int
    match_frames: int            # fewer frames never accept; who is not accepted by them is judged by up to five
    accept_euclid: tuple[float, ...]    # each of the six: for 1, 2, 3, 4 and 5 frames
    accept_cosine: tuple[float, ...]
    review_euclid: tuple[float, ...]
    review_cosine: tuple[float, ...]
    review_floor_euclid: tuple[float, ...]
    review_ceiling_euclid: tuple[float, ...]
    centre_min_photos: int
    duplicate_euclid: float      # two people's photos as near as this, and by the cosine too, are looked at; 0: never
    duplicate_cosine: float
    compare_scan: bool           # the ID card's portrait is compared with the photo, where scans are asked for
    turn_min: float
    eye_min: float
    flat_min: float
    consent_version: str


@dataclass(frozen=True)
class ExamRules:
    required: bool
    posts: tuple[str, ...]       # who takes the exam where only some posts do; for a plugin to judge by
    questions: int
    judgement: int               # the most of the questions that are judgements; single choice fills the rest
    multiple: int                # likewise multiple choice
    full_score: int
    pass_score: int
    minutes: int
    submit_after_minutes: int    # nobody hands in earlier; 0: at any time
    grace_seconds: int
    retakes: int                 # 0: no limit


@dataclass(frozen=True)
class AuditRules:
    required: bool
    days_min: int
    days_max: int
    clears: str                  # year | hours
    appeal_days: int


@dataclass(frozen=True)
class DeadlineRules:
    ends: str                    # the last day on which a certificate is replaced, 2020-12-31; "": no end
    counts: str                  # what must be reached by then: hours | exam | submitted | audited | replaced
    enroll_after: str            # enrolling after it: allow | warn | refuse
    show_days: int               # so many days before it the trainee's pages begin to count down
    reminder_days: tuple[int, ...]
    pace_days: int               # the last days whose credited hours make the pace of the forecast
    exam_days: int               # what the forecast allows for the exam


@dataclass(frozen=True)
class PaymentRules:
    continuing_fen: int
    textbook_fen: int
    channels: tuple[str, ...]
    recommended: str
    invoice: str                 # self | none | statement
    qr_minutes: int


@dataclass(frozen=True)
class CertificateRules:
    title: str
    statement: str
    year_line: str
    number_format: str
    update_label: str
    issuer: str
    provinces: tuple[str, ...]   # whose certificates are shown; none named: everybody's


@dataclass(frozen=True)
class RetentionRules:
    evidence_days: int
    security_days: int
    short_hours: int


@dataclass(frozen=True)
class TextRules:
    """Messages to the letter; `{name}` marks a variable."""

    browser_guidance: str
    registered: str
    password_advice: str
    account_note: str            # how one comes to an account; "": by registering
    pay_note: str                # who pays instead of the trainee; "": the trainee
    registration_tip: str
    important_notice: str        # stands first and large at sign-in, home and 我的档案
    sign_in_tip: str
    ready_tip: str               # what has to be in order before the first study
    phone_portal: str            # on a phone, where it is for study only
    phone_tip: str
    photo_managed: str
    photo_notices: tuple[str, ...]
    photo_library: str
    photo_confirm: str
    photo_tip: str
    cycle_tip: str
    buy_confirm: str
    exempt_reason: str
    pay_recommended: str
    camera_notice: str
    face_tips: tuple[str, ...]
    impersonation_notice: str
    no_seek: str
    completion_popup: str
    completion_sms: str
    audit_time: str
    audit_passed_sms: str
    cheating_sms: str
    no_snapshots_sms: str
    partial_cheating_sms: str    # where only some hours are cleared
    code_sms: str
    exam_failed: str
    replacement: str
    continuing_hint: str
    certificates_hint: str
    closing_notices: tuple[str, ...]
    invoice_note: str
    deadline_reminder_sms: str
    deadline_grace_sms: str
    deadline_advice: str
    blacklist_sms: str
    blacklist_ended_sms: str
    supervised_near_sms: str
    supervised_cancelled_sms: str


@dataclass(frozen=True)
class Rules:
    """All rules of a tenant at one moment."""

    portal: PortalRules
    account: AccountRules
    photo: PhotoRules
    device: DeviceRules
    cycle: CycleRules
    eligibility: EligibilityRules
    hours: HoursRules
    presence: PresenceRules
    exam: ExamRules
    audit: AuditRules
    deadline: DeadlineRules
    payment: PaymentRules
    certificate: CertificateRules
    retention: RetentionRules
    texts: TextRules
