"""Where an employee stands in one post and year, from collections.abc import Mapping
from what is known of them (C-19). Pure."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.board.states import Reason, Standing

ENTERING: Mapping[CandidateState, Reason] = {
    CandidateState.ENTERED: Reason.DOCUMENTS, CandidateState.SUBMITTED: Reason.REVIEW,
    CandidateState.REVIEWED: Reason.ORDER, CandidateState.ORDERED: Reason.PAYMENT,
}
CERTIFICATES: Mapping[str, Reason] = {
    "abnormal": Reason.CERTIFICATE_ABNORMAL, "cancelled": Reason.CERTIFICATE_CANCELLED,
    "suspended": Reason.CERTIFICATE_SUSPENDED,
}


@dataclass(frozen=True)
class Known:
    """What is known of an employee × post × year. `candidate`: in a batch of this enterprise; `study`: there is an
    enrollment; hours in class hours; `audit`: waiting, passed, cleared or none; `certificate`: the newest one's
    status, "" without one; `first_time`: no certificate yet, so a test takes the place of the audit (A.7)."""

    year: int
    candidate: CandidateState | None = None
    study: bool = False
    opened_on: date | None = None
    hours_done: float = 0
    hours_due: int = 0
    audit: str = ""
    completed: bool = False
    certificate: str = ""
    first_time: bool = False


def standing(known: Known, today: date, hours_a_day: float) -> tuple[Standing, Reason]:
    """`hours_a_day`: whoever needs more class hours a day than this until the year's end is at risk."""
    if known.certificate in CERTIFICATES:
        return Standing.ABNORMAL, CERTIFICATES[known.certificate]
    if known.audit == "cleared" and not known.completed:
        return Standing.ABNORMAL, Reason.CLEARED
    if known.completed:
        return Standing.DONE, Reason.NONE
    if known.study:
        return _studying(known, today, hours_a_day)
    if known.candidate is CandidateState.RETURNED:
        return Standing.AT_RISK, Reason.RETURNED
    if known.candidate is not None and known.candidate in ENTERING:
        return Standing.ENTERING, ENTERING[known.candidate]
    if known.candidate is CandidateState.ENROLLED:
        return Standing.STUDYING, Reason.PLAN
    return Standing.DUE, Reason.NONE


def _studying(known: Known, today: date, hours_a_day: float) -> tuple[Standing, Reason]:
    left = known.hours_due - known.hours_done
    if known.audit == "waiting":
        return Standing.AUDIT, Reason.NONE
    if left <= 0:
        return (Standing.TESTING if known.first_time else Standing.AUDIT), Reason.NONE
    if today.year > known.year:
        return Standing.AT_RISK, Reason.YEAR_OVER
    days = (date(known.year, 12, 31) - today).days + 1
    if left > days * hours_a_day:
        return Standing.AT_RISK, Reason.BEHIND
    return Standing.STUDYING, Reason.NONE if known.hours_done else Reason.NOT_BEGUN
